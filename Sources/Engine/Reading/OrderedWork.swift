internal import FoundationEssentials

/// Works on items on all cores, and takes the results one after the other in the order of the items.
enum OrderedWork {
    /// - Parameters:
    ///   - next: yields the next item, nil at the end; called in order, not more than a few items ahead of `take`.
    ///   - work: what is done with an item, on any core.
    ///   - take: what is done with each result, in order.
    /// - Throws: the first error in the order of the items.
    static func run<Item: Sendable, Result: Sendable>(
        next: () throws -> Item?, work: @escaping @Sendable (Item) throws -> Result,
        take: (Result) async throws -> Void
    ) async throws {
        let window = 2 * max(1, ProcessInfo.processInfo.activeProcessorCount)
        try await withThrowingTaskGroup(of: (Int, Swift.Result<Result, any Error>).self) { group in
            var started = 0
            var taken = 0
            var waiting: [Int: Swift.Result<Result, any Error>] = [:]
            var isAtEnd = false
            var readError: (any Error)?
            while true {
                // What waits for its turn counts as well, so that a slow item does not let the others pile up.
                while !isAtEnd, started - taken < window {
                    try Task.checkCancellation()
                    do {
                        guard let item = try next() else {
                            isAtEnd = true
                            break
                        }
                        let number = started
                        started += 1
                        group.addTask { (number, Swift.Result { try work(item) }) }
                    } catch {
                        // What was read before may hold an error that comes first.
                        readError = error
                        isAtEnd = true
                    }
                }
                if let result = waiting.removeValue(forKey: taken) {
                    taken += 1
                    try await take(try result.get())
                } else if taken < started {
                    guard let (number, result) = try await group.next() else { break }
                    waiting[number] = result
                } else {
                    break
                }
            }
            if let readError { throw readError }
        }
    }
}
