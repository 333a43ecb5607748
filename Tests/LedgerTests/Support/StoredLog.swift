import Ledger
import Model
import Vault

/// A log as it lies in a store, for tests to damage and to audit.
struct StoredLog: Sendable {
    struct Entry: Sendable {
        var bytes: [UInt8]
        var leafHash: Digest
    }

    var entries: [Entry]
    var heads: [StoredHead]
    let key: VerifierKey

    var lastNote: String { heads[heads.count - 1].note }

    /// Audits the log, feeding heads as soon as their entries have been fed, the rest at the end.
    func audit(since: String? = nil) throws -> AuditReport {
        var audit = LogAudit(verifierKey: key, since: since)
        var heads = heads[...]
        for (index, entry) in entries.enumerated() {
            while let head = heads.first, head.size <= index {
                try audit.add(head: heads.removeFirst().note, storedSize: head.size, storedRoot: head.root)
            }
            try audit.add(entry: entry.bytes, storedLeafHash: entry.leafHash, index: Int64(index))
        }
        for head in heads { try audit.add(head: head.note, storedSize: head.size, storedRoot: head.root) }
        return try audit.finish()
    }

    /// The same log without its last `count` entries, and without the heads that cover them.
    func truncated(by count: Int) -> StoredLog {
        let left = Int64(entries.count - count)
        return StoredLog(
            entries: Array(entries.dropLast(count)), heads: heads.filter { $0.size <= left }, key: key)
    }
}

extension Story {
    static let origin = "waybill.example/log"
    static let instance = "0011223344556677"

    /// Writes the story as a log whose hashes and signatures are right, whatever the entries say: what an insider with
    /// the log's key could make.
    func forged(with signer: SigningKey) throws -> StoredLog {
        var log = StoredLog(
            entries: [], heads: [], key: try VerifierKey(name: Self.origin, publicKey: signer.publicKey))
        for step in steps {
            for entry in step.entries {
                let bytes = CanonicalJSON.object(step.members(of: entry)).bytes
                log.entries.append(StoredLog.Entry(bytes: bytes, leafHash: try Tree.leafHash(bytes)))
            }
            guard step.isSigned else { continue }
            let root = try Tree.root(of: log.entries.map(\.leafHash))
            let size = Int64(log.entries.count)
            let note = try Checkpoint(origin: Self.origin, size: size, root: root).sign(with: signer)
            log.heads.append(StoredHead(size: size, root: root, frontier: [], note: note))
        }
        return log
    }

    func forged() throws -> StoredLog { try forged(with: SigningKey.generate()) }

    /// Writes the story through the log itself.
    func written() async throws -> StoredLog {
        let signer = try SigningKey.generate()
        let storage = MemoryStorage()
        for step in steps {
            let log = try TransparencyLog(
                storage: storage, signer: signer, origin: Self.origin, instance: Self.instance,
                time: TimeSource { step.time })
            try await log.commit { _, appender in
                for entry in step.entries { try appender.append(entry) }
            }
        }
        let state = storage.state
        return StoredLog(
            entries: state.entries, heads: state.heads,
            key: try VerifierKey(name: Self.origin, publicKey: signer.publicKey))
    }
}
