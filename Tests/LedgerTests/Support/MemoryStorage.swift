import Ledger
import Model
import Synchronization

/// A ledger storage in memory, which can be told to fail its next commit in either of the two ways a disk can.
final class MemoryStorage: LedgerStorage {
    enum Fault: Sendable {
        /// The commit fails, and what it wrote is gone.
        case failsAndForgets
        /// The commit fails, and what it wrote is there all the same.
        case failsAndPersists
    }

    struct CommitFailed: Error {}
    struct Occupied: Error {}

    struct State: Sendable {
        var entries: [StoredLog.Entry] = []
        var heads: [StoredHead] = []
        /// State beside the log, to see that both are written or neither.
        var notes: [String] = []
    }

    private struct Guarded {
        var state = State()
        var fault: Fault?
    }

    private let guarded = Mutex(Guarded())

    var state: State { guarded.withLock { $0.state } }

    func fail(nextCommit fault: Fault) { guarded.withLock { $0.fault = fault } }

    func change(_ body: @Sendable (inout State) -> Void) { guarded.withLock { body(&$0.state) } }

    func transaction<R: Sendable>(_ body: @Sendable (MemoryTransaction) throws -> R) async throws -> R {
        try guarded.withLock { guarded in
            let transaction = MemoryTransaction(guarded.state)
            let result = try body(transaction)
            let fault = guarded.fault
            guarded.fault = nil
            if fault != .failsAndForgets { guarded.state = transaction.state }
            if fault != nil { throw CommitFailed() }
            return result
        }
    }
}

/// One transaction on a ``MemoryStorage``: a copy that replaces the original if it commits.
final class MemoryTransaction: LedgerTransaction {
    private(set) var state: MemoryStorage.State

    init(_ state: MemoryStorage.State) {
        self.state = state
    }

    func latestHead() throws -> StoredHead? { state.heads.last }

    func insert(entry bytes: [UInt8], leafHash: Digest, at index: Int64) throws {
        guard index == Int64(state.entries.count) else { throw MemoryStorage.Occupied() }
        state.entries.append(StoredLog.Entry(bytes: bytes, leafHash: leafHash))
    }

    func insert(head: StoredHead) throws {
        guard head.size > state.heads.last?.size ?? 0 else { throw MemoryStorage.Occupied() }
        state.heads.append(head)
    }

    func insert(note: String) { state.notes.append(note) }
}
