internal import Glibc
internal import Model
internal import ServiceLifecycle
internal import UnixSignals

/// Turns SIGINT and SIGTERM into cancellation, so that what is under way is concluded and logged.
enum Interruption {
    /// - Parameter limit: after how many seconds the process ends whatever `body` waits for, a disk that does not answer
    ///   for example; nil for never. What is open then is closed as unknown by the next start.
    static func cancelling<R: Sendable>(
        within limit: UInt32? = nil, _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        try await withThrowingTaskGroup(of: R?.self) { group in
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            group.addTask { try await body() }
            group.addTask {
                for await _ in signals {
                    if let limit { endProcess(after: limit) }
                    return nil
                }
                // The sequence ends when the group is cancelled; there is nothing to report then.
                throw CancellationError()
            }
            defer { group.cancelAll() }
            if let first = try await group.next(), let result = first { return result }
            group.cancelAll()
            // A signal came: wait for the body to conclude what it had begun.
            while let next = try await group.next() {
                if let result = next { return result }
            }
            throw CancellationError()
        }
    }

    /// On a thread of its own, which waits for nothing but the time.
    private static func endProcess(after seconds: UInt32) {
        var thread = pthread_t()
        let context = UnsafeMutableRawPointer(bitPattern: UInt(seconds))
        pthread_create(
            &thread, nil,
            { context in
                sleep(UInt32(UInt(bitPattern: context)))
                _exit(FailureClass.interrupted.rawValue)
            }, context)
    }
}
