public import Model
internal import Vault

/// Derives a log anew from its raw entries, heads and a public key. It trusts nothing it is given, and shares with the
/// writer the format only: neither its right edge nor its appender.
///
/// Feed entries in order of index and heads in order of size, each head when exactly as many entries were fed as it
/// covers. Memory grows with destinations, consents and open intents, not with the log.
public struct LogAudit {
    private let key: VerifierKey
    private let earlier: Checkpoint?
    private var tree = PeakTree()
    private var rules = AuditRules()
    private var violations: [Violation] = []
    private var lastHead: Int64 = 0
    private var hasMetEarlier = false
    private var instance: String?

    /// More than this many violations say nothing new.
    private static let maximumViolations = 1000

    /// An audit of the log whose key is `verifierKey`.
    /// - Parameter since: a checkpoint of the log that was kept elsewhere.
    /// - Throws: ``LedgerError/malformed(what:reason:)`` if `since` is no checkpoint of this log.
    public init(verifierKey: VerifierKey, since: String?) throws {
        key = verifierKey
        earlier = try since.map { try Checkpoint(verifying: $0, with: verifierKey) }
        hasMetEarlier = earlier == nil || earlier?.size == 0
    }

    /// Takes the next entry.
    /// - Throws: `VaultError` if hashing fails; never because of what the entry says.
    public mutating func add(entry bytes: [UInt8], storedLeafHash: Digest, index: Int64) throws {
        let leaf = try SHA256.digest(of: [0x00] + bytes)
        if leaf != storedLeafHash {
            report("I7", index, "its bytes do not have the hash they are stored with")
        }
        try tree.add(leaf)
        if let earlier, tree.size == earlier.size {
            hasMetEarlier = true
            if try tree.root() != earlier.root {
                report("I7", nil, "the first \(earlier.size) entries are not the ones of the earlier checkpoint")
            }
        }
        guard let entry = try? CanonicalJSON(bytes: bytes), case .object(let members) = entry else {
            report("I7", index, "it is no canonical JSON object")
            return
        }
        guard bytes.count <= EntryFormat.maximumBytes, let type = EntryType(rawValue: entry.optionalString("type") ?? "")
        else {
            report("I7", index, "it is too large or of an unknown type")
            return
        }
        if let problem = EntryFormat.problem(with: members, of: type) { report("I6", index, problem) }
        if let name = entry.optionalString("instance") {
            if name != instance ?? name { report("I7", index, "it is of another instance") }
            instance = instance ?? name
        }
        for violation in try rules.apply(entry, type, at: index, lastHead: lastHead) { append(violation) }
    }

    /// Takes the next head.
    /// - Throws: `VaultError` if OpenSSL fails; never because of what the head says.
    public mutating func add(head note: String, storedSize: Int64, storedRoot: Digest) throws {
        do {
            let checkpoint = try Checkpoint(verifying: note, with: key)
            guard checkpoint.size == storedSize, checkpoint.root == storedRoot else {
                report("I7", nil, "the head of size \(storedSize) is not the one that was signed")
                return
            }
            guard storedSize == tree.size else {
                report("I7", nil, "the head of size \(storedSize) is out of place: there are \(tree.size) entries")
                return
            }
            guard try checkpoint.root == tree.root() else {
                report("I7", nil, "the root under the head of size \(storedSize) is not the root of the entries")
                return
            }
            lastHead = max(lastHead, storedSize)
        } catch let error as LedgerError {
            report("I7", nil, "the head of size \(storedSize): \(error.message)")
        }
    }

    /// Ends the audit.
    /// - Throws: `VaultError` if hashing fails.
    public mutating func finish() throws -> AuditReport {
        if lastHead != tree.size {
            report("I7", nil, "the newest head that verifies covers \(lastHead) of \(tree.size) entries")
        }
        if !hasMetEarlier {
            report("I7", nil, "the log is shorter than the earlier checkpoint: entries were cut off")
        }
        let open = rules.openIntents
        for index in open where index >= lastHead { report("I1", index, "no signed head covers this intent") }
        return AuditReport(size: tree.size, root: try tree.root(), violations: violations, openIntents: open)
    }

    private mutating func report(_ invariant: String, _ index: Int64?, _ message: String) {
        append(Violation(invariant: invariant, index: index, message: message))
    }

    private mutating func append(_ violation: Violation) {
        if violations.count < Self.maximumViolations { violations.append(violation) }
    }
}

/// The tree as a binary counter: at each level at most one subtree that waits for its right neighbour.
private struct PeakTree {
    private(set) var size: Int64 = 0
    private var waiting: [Digest?] = []

    mutating func add(_ leaf: Digest) throws {
        var carry = leaf
        var level = 0
        while level < waiting.count, let left = waiting[level] {
            waiting[level] = nil
            carry = try Self.parent(left, carry)
            level += 1
        }
        if level == waiting.count { waiting.append(carry) } else { waiting[level] = carry }
        size += 1
    }

    func root() throws -> Digest {
        var result: Digest?
        for peak in waiting.compactMap(\.self) {
            result = try result.map { try Self.parent(peak, $0) } ?? peak
        }
        return try result ?? SHA256.digest(of: [])
    }

    private static func parent(_ left: Digest, _ right: Digest) throws -> Digest {
        try SHA256.digest(of: [0x01] + left.bytes + right.bytes)
    }
}
