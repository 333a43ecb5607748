public import Model

/// A head as it is stored: what the next commit extends.
public struct StoredHead: Sendable, Equatable {
    /// The number of entries.
    public let size: Int64
    /// The root of the tree over them.
    public let root: Digest
    /// The roots of the perfect subtrees that make up the tree, largest first: one for each bit set in ``size``.
    public let frontier: [Digest]
    /// The signed checkpoint.
    public let note: String

    /// A head with these parts.
    public init(size: Int64, root: Digest, frontier: [Digest], note: String) {
        self.size = size
        self.root = root
        self.frontier = frontier
        self.note = note
    }
}

/// What the log reads and writes inside one database transaction that excludes every other writer.
public protocol LedgerTransaction {
    /// The head with the largest size, or nil if the log is empty.
    func latestHead() throws -> StoredHead?
    /// Adds an entry. MUST fail if there is one at `index`.
    func insert(entry bytes: [UInt8], leafHash: Digest, at index: Int64) throws
    /// Adds a head. MUST fail if there is one of this size.
    func insert(head: StoredHead) throws
}

/// Where the log is kept.
///
/// Entries and heads can be added and read; there is no call that changes or removes one.
public protocol LedgerStorage: Sendable {
    /// What a transaction can do.
    associatedtype Transaction: LedgerTransaction
    /// Runs `body` in one exclusive write transaction and returns what it returned.
    ///
    /// MUST be durable (fsync) before it returns. MUST be rolled back entirely if `body` throws, whose error it passes
    /// on. If it throws for a reason of its own, the transaction may or may not exist: callers MUST assume it may.
    func transaction<R: Sendable>(_ body: @Sendable (Transaction) throws -> R) async throws -> R
}
