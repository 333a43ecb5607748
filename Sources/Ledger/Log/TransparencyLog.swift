public import Model
public import Vault

/// The log: appends entries together with the change of state they report, under a new signed head, in one transaction.
public struct TransparencyLog<Storage: LedgerStorage>: Sendable {
    private let storage: Storage
    private let signer: SigningKey
    private let key: VerifierKey
    private let origin: String
    private let instance: String
    private let time: TimeSource

    /// The log `origin` in `storage`.
    /// - Parameter instance: names the workspace in every entry.
    /// - Throws: ``LedgerError/malformed(what:reason:)`` if `origin` is no name for a log.
    public init(storage: Storage, signer: SigningKey, origin: String, instance: String, time: TimeSource) throws {
        self.storage = storage
        self.signer = signer
        key = try VerifierKey(name: origin, publicKey: signer.publicKey)
        self.origin = origin
        self.instance = instance
        self.time = time
    }

    /// Runs `body`, which changes state and appends the entries that say so; signs the new head; commits.
    ///
    /// An index is inside a signed head before anybody learns of it. If the stored head does not verify, nothing is
    /// appended to it: signing on would make the alteration ours.
    /// - Throws: ``LedgerError``; what `body` or the storage throws. Nothing is changed then, unless the storage failed
    ///   in committing itself.
    @discardableResult
    public func commit<R: Sendable>(
        _ body: @Sendable (Storage.Transaction, inout LogAppender) throws -> R
    ) async throws -> Committed<R> {
        let now = time.now()
        let (value, appended, size) = try await storage.transaction { transaction in
            var appender = LogAppender(
                frontier: try verifiedFrontier(transaction.latestHead()), instance: instance, time: now
            ) { bytes, hash, index in
                try transaction.insert(entry: bytes, leafHash: hash, at: index)
            }
            let value = try body(transaction, &appender)
            if !appender.appended.isEmpty { try transaction.insert(head: head(appender.frontier)) }
            return (value, appender.appended, appender.frontier.size)
        }
        // The commit point: entries and head are durable. Only now is there anything to attest.
        return Committed(
            value: value,
            receipts: appended.map { LedgerReceipt(index: $0.index, leafHash: $0.leafHash, headSize: size) })
    }

    private func verifiedFrontier(_ head: StoredHead?) throws -> Frontier {
        guard let head else { return try Frontier(size: 0, roots: []) }
        let frontier = try Frontier(size: head.size, roots: head.frontier)
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint(verifying: head.note, with: key)
        } catch let error as LedgerError {
            throw LedgerError.headAltered(reason: error.message)
        }
        guard checkpoint.size == head.size, checkpoint.root == head.root, try frontier.root() == head.root else {
            throw LedgerError.headAltered(reason: "size, root or right edge differ from what was signed")
        }
        return frontier
    }

    private func head(_ frontier: Frontier) throws -> StoredHead {
        let root = try frontier.root()
        let note = try Checkpoint(origin: origin, size: frontier.size, root: root).signed(by: signer)
        return StoredHead(size: frontier.size, root: root, frontier: frontier.roots, note: note)
    }
}
