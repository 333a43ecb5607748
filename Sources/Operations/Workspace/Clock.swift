internal import Ledger
internal import Model
internal import Store

extension Workspace {
    /// How far the clock may be behind the newest entry: as much as a clock is set right by in one step.
    private static let tolerance: Int64 = 60

    /// Makes sure that this machine's clock is not behind the log's newest entry.
    ///
    /// A clock that was set back would lengthen every consent. If it is right now and was ahead before, a new consent is
    /// a new entry, and exports go on.
    /// - Throws: ``OperationError/clockBehind(now:newest:)``.
    func requireClock() throws {
        let newest = try store.reading { transaction -> Timestamp? in
            guard let size = try transaction.latestHead()?.size, size > 0,
                let bytes = try transaction.entry(at: size - 1),
                let text = try? CanonicalJSON(bytes: bytes).string("time")
            else { return nil }
            return try? Timestamp(text)
        }
        let now = time.now()
        if let newest, now.seconds < newest.seconds - Self.tolerance {
            throw OperationError.clockBehind(now: now, newest: newest)
        }
    }
}
