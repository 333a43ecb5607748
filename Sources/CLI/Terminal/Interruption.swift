internal import ServiceLifecycle
internal import UnixSignals

/// Turns SIGINT and SIGTERM into cancellation, so that what is under way is concluded and logged.
enum Interruption {
    static func cancelling<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: R?.self) { group in
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            group.addTask { try await body() }
            group.addTask {
                for await _ in signals { return nil }
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
}
