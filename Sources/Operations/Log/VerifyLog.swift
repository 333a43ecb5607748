internal import Ledger
internal import Model
internal import Store
internal import Vault

/// What the verification of the log found.
public struct VerificationReport: Encodable, Sendable {
    /// Whether nothing is wrong.
    public let ok: Bool
    /// How many entries there are.
    public let size: Int64
    /// The root of the tree over them, hexadecimal.
    public let root: String
    /// What is wrong; empty if nothing is.
    public let violations: [ViolationReport]
    /// Intents without outcome, by index: requests that are open now, or were when a process ended.
    public let openIntents: [Int64]
}

/// One thing that is wrong.
public struct ViolationReport: Encodable, Sendable {
    /// The invariant that is broken, `I1` to `I7`.
    public let invariant: String
    /// The entry at fault, if one is.
    public let index: Int64?
    /// What is wrong, in a sentence.
    public let message: String
}

extension Workspace {
    /// Derives the whole log anew from its raw entries, and proves the invariants I1 to I7.
    ///
    /// Needs no key of the workspace's, only the public verifier key; a damaged database is reported, not refused.
    /// - Parameters:
    ///   - since: a file with an earlier checkpoint, which the log must still contain.
    ///   - verifierKey: the log's key as the auditor knows it; the workspace's own unless given.
    /// - Throws: an error of class I/O if the database cannot be read at all.
    public static func verifyLog(home: String, since: String?, verifierKey: String?) throws -> VerificationReport {
        let store = try SQLiteStore.open(WorkspaceFiles(home: home))
        let earlier = try since.map { String(decoding: try SmallFile.bytes($0), as: UTF8.self) }
        return try store.reading { transaction in
            let key = try VerifierKey(parsing: try verifierKey ?? Self.storedVerifierKey(transaction))
            try Self.requireSameLog(key, earlier, transaction)
            var audit = LogAudit(verifierKey: key, since: earlier)
            var heads = try transaction.heads()[...]
            var count: Int64 = 0
            func feedHeads() throws {
                while let head = heads.first, head.size <= count {
                    heads = heads.dropFirst()
                    try audit.add(head: head.note, storedSize: head.size, storedRoot: Self.digest(head.root))
                }
            }
            var gaps: [ViolationReport] = []
            try feedHeads()
            try transaction.forEachEntry { entry in
                if entry.index != count, gaps.isEmpty {
                    gaps.append(
                        ViolationReport(
                            invariant: "I7", index: entry.index, message: "the entry before it is missing"))
                }
                try audit.add(entry: entry.bytes, storedLeafHash: Self.digest(entry.leafHash), index: count)
                count += 1
                try feedHeads()
            }
            for head in heads {
                try audit.add(head: head.note, storedSize: head.size, storedRoot: Self.digest(head.root))
            }
            let report = try audit.finish()
            let violations =
                gaps
                + report.violations.map {
                    ViolationReport(invariant: $0.invariant, index: $0.index, message: $0.message)
                } + (try Self.manifestViolations(transaction))
            return VerificationReport(
                ok: violations.isEmpty, size: report.size, root: report.root.hex, violations: violations,
                openIntents: report.openIntents)
        }
    }

    /// A wrong file is no broken log: what is of another log, or no checkpoint at all, is said to be just that.
    private static func requireSameLog(
        _ key: VerifierKey, _ earlier: String?, _ transaction: SQLiteTransaction
    ) throws {
        if let bytes = try transaction.entry(at: 0), let entry = try? CanonicalJSON(bytes: bytes),
            let origin = entry.optionalString("origin"), origin != key.name
        {
            throw OperationError.otherLog(what: "verifier key", of: key.name, here: origin)
        }
        guard let earlier else { return }
        let origin = earlier.prefix { $0 != "\n" }
        do {
            _ = try Checkpoint.verify(note: earlier, with: key)
        } catch LedgerError.malformedNote(let problem) {
            throw OperationError.noCheckpoint(problem: problem)
        } catch  where origin != key.name {
            throw OperationError.otherLog(what: "checkpoint", of: String(origin.prefix(200)), here: key.name)
        } catch {
            // One of this log's that does not verify is for the audit to report.
        }
    }

    /// The key that the workspace itself announced when the log was opened.
    static func storedVerifierKey(_ transaction: SQLiteTransaction) throws -> String {
        guard let bytes = try transaction.entry(at: 0), let entry = try? CanonicalJSON(bytes: bytes),
            let key = entry.optionalString("vkey")
        else { throw OperationError.verificationFailed(violations: 1) }
        return key
    }

    /// A stored hash of another length is damage like any other; no digest equals it.
    private static func digest(_ bytes: [UInt8]) throws -> Digest {
        try Digest(bytes.count == 32 ? bytes : [UInt8](repeating: 0, count: 32))
    }

    /// Manifests lie beside the log; the intents cite their digests.
    private static func manifestViolations(_ transaction: SQLiteTransaction) throws -> [ViolationReport] {
        var violations: [ViolationReport] = []
        try transaction.forEachManifest { digest, tags in
            guard try SHA256.digest(of: tags).bytes != digest else { return }
            violations.append(
                ViolationReport(
                    invariant: "I7", index: nil, message: "the manifest \(Hex.encode(digest)) was altered"))
        }
        return violations
    }
}
