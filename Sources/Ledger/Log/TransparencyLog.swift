public import Model
public import Vault

/// The log: appends entries under signed heads, in the same transaction as the state they speak of.
///
/// Safe to use from many tasks and processes at once: every commit reads the newest head inside its own exclusive
/// transaction, so two of them cannot extend the same one.
public struct TransparencyLog<Storage: LedgerStorage>: Sendable {
    private let storage: Storage
    private let signer: SigningKey
    private let key: VerifierKey
    private let instance: String
    private let time: TimeSource

    /// A log in `storage`.
    /// - Parameters:
    ///   - origin: the name of the log in its checkpoints, which is also the name of its key.
    ///   - instance: the name of this installation, which stands in every entry.
    /// - Throws: ``LedgerError/malformedKey(problem:)`` if the origin is empty or has white space, `+` or `@` in it;
    ///   ``LedgerError/entryRefused(type:problem:)`` if the instance cannot stand in entries; `VaultError` if OpenSSL
    ///   fails.
    public init(storage: Storage, signer: SigningKey, origin: String, instance: String, time: TimeSource) throws {
        if let problem = EntryShape.contentProblem(origin) {
            throw LedgerError.malformedKey(problem: "its name \(problem)")
        }
        if let problem = EntryShape.contentProblem(instance) {
            throw LedgerError.entryRefused(type: .logOpened, problem: "'instance' \(problem)")
        }
        self.storage = storage
        self.signer = signer
        self.instance = instance
        self.time = time
        key = try VerifierKey(name: origin, publicKey: signer.publicKey)
    }

    /// Runs `body` and appends what it gives to the appender, in one transaction with the new signed head.
    ///
    /// If `body` appends nothing, no head is written and there are no receipts. A receipt is minted only after the
    /// storage has said that the transaction is durable.
    /// - Throws: what `body` throws, and nothing has happened; ``LedgerError/headDamaged(size:problem:)`` if the stored
    ///   head contradicts itself, ``LedgerError/unstableHash(size:)`` if the new one does, and nothing was signed; what
    ///   the storage throws, in which case the entries may or may not be in the log, and nobody has a receipt.
    @discardableResult
    public func commit<R: Sendable>(
        _ body: @Sendable (Storage.Transaction, inout LogAppender) throws -> R
    ) async throws -> Committed<R> {
        let (value, receipts) = try await storage.transaction { transaction in
            let edge = try rightEdge(of: try transaction.latestHead())
            var appender = LogAppender(nextIndex: edge.size, instance: instance, time: time)
            let value = try body(transaction, &appender)
            let leaves = appender.leaves
            guard !leaves.isEmpty else { return (value, [LogAppender.Leaf]()) }
            let head = try extend(edge, by: leaves)
            for leaf in leaves { try transaction.insert(entry: leaf.bytes, leafHash: leaf.hash, at: leaf.index) }
            try transaction.insert(head: head)
            return (value, leaves)
        }
        // The commit point is behind us: only now may anybody hold evidence of these entries.
        let size = receipts.last.map { $0.index + 1 } ?? 0
        return Committed(
            value: value,
            receipts: receipts.map { LedgerReceipt(index: $0.index, leafHash: $0.hash, headSize: size) })
    }

    /// The edge to extend, once the stored head has been checked against itself: its note against the log's key, its
    /// size and root against the note, its frontier against the root.
    ///
    /// A bit that flipped in storage must not be signed.
    private func rightEdge(of head: StoredHead?) throws -> Frontier {
        guard let head else { return Frontier() }
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint.verify(note: head.note, with: key)
        } catch let error as LedgerError {
            throw LedgerError.headDamaged(size: head.size, problem: error.message)
        }
        guard checkpoint.size == head.size, checkpoint.root == head.root else {
            throw LedgerError.headDamaged(size: head.size, problem: "size or root is not what was signed")
        }
        guard let edge = Frontier(size: head.size, roots: head.frontier), try edge.root() == head.root else {
            throw LedgerError.headDamaged(size: head.size, problem: "its frontier does not lead to its root")
        }
        return edge
    }

    /// The signed head over `edge` and `leaves`.
    ///
    /// A hash that went wrong once, signed, spoils a log for ever, so the root is derived twice, the second time from
    /// the bytes that will be stored, and the signature is verified.
    private func extend(_ edge: Frontier, by leaves: [LogAppender.Leaf]) throws -> StoredHead {
        var grown = edge
        var again = edge
        for leaf in leaves {
            try grown.append(leaf: leaf.hash)
            try again.append(leaf: Tree.leafHash(leaf.bytes))
        }
        let root = try grown.root()
        guard grown == again, try again.root() == root else { throw LedgerError.unstableHash(size: grown.size) }
        let checkpoint = Checkpoint(origin: key.name, size: grown.size, root: root)
        let note = try checkpoint.sign(with: signer)
        guard try Checkpoint.verify(note: note, with: key) == checkpoint else {
            throw LedgerError.unstableHash(size: grown.size)
        }
        return StoredHead(size: grown.size, root: root, frontier: grown.roots, note: note)
    }
}
