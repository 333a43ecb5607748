public import Model

/// The head of the log as stored.
public struct StoredHead: Sendable, Hashable {
    /// How many entries the tree has.
    public let size: Int64
    /// The tree's root.
    public let root: Digest
    /// The roots of its perfect subtrees, largest first.
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

/// What the log reads and writes inside one transaction. There is no call that changes or removes an entry or a head.
public protocol LedgerTransaction {
    /// The head of the greatest size, or nil before the first entry.
    func latestHead() throws -> StoredHead?
    /// Keeps an entry. MUST throw if there already is one at `index`.
    func insert(entry bytes: [UInt8], leafHash: Digest, at index: Int64) throws
    /// Keeps a head. MUST throw if there already is one of its size.
    func insert(head: StoredHead) throws
}

/// Where the log is kept.
public protocol LedgerStorage: Sendable {
    /// One transaction.
    associatedtype Transaction: LedgerTransaction

    /// Runs `body` in a transaction.
    ///
    /// MUST exclude every other writer, of every process, from before `body` reads until the commit; MUST be durable
    /// (on disk, not in a cache) before it returns; MUST undo everything if `body` throws. If it throws by itself, the
    /// transaction may or may not have happened: whoever calls reads again before acting.
    func transaction<R: Sendable>(_ body: @Sendable (Transaction) throws -> R) async throws -> R
}
