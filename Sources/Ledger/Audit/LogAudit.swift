public import Model

/// Derives a log anew from its stored entries and heads, and proves I1 to I7 or says what is wrong.
///
/// Feed it every entry in order, and every stored head as soon as its number of entries has been fed; then ``finish()``.
/// It needs memory for what is in force (people, consents, destinations, exports, open intents), not for the entries.
/// It never refuses damaged input: damage is what it reports. It shares the format with the log's writer, and no code.
public struct LogAudit {
    private let key: VerifierKey
    private let since: String?
    private var sinceCheckpoint: Checkpoint?
    private var isSinceRead = false
    private var tree = RunningRoot()
    private var count: Int64 = 0
    private var lastHead: Int64 = 0
    private var isRootLost = false
    private var instance: String?
    private var replay = Replay()
    private var findings = Findings()

    /// An audit of the log with this key.
    /// - Parameter since: an earlier checkpoint of the log, as a signed note; the log must contain it.
    public init(verifierKey: VerifierKey, since: String?) {
        key = verifierKey
        self.since = since
    }

    /// Takes the next entry.
    /// - Parameters:
    ///   - storedLeafHash: the leaf hash stored with it.
    ///   - index: the index it is stored under.
    /// - Throws: `VaultError` if OpenSSL fails, nothing else.
    public mutating func add(entry bytes: [UInt8], storedLeafHash: Digest, index: Int64) throws {
        try compareSince()
        let leaf = try RunningRoot.leaf(bytes)
        if index != count { findings.add("I7", index, "the entry is stored under \(index), but is number \(count)") }
        if leaf != storedLeafHash.bytes { findings.add("I7", count, "the entry is not what its leaf hash was made of") }
        try examine(bytes)
        try tree.add(leaf: leaf)
        count += 1
    }

    /// Takes a stored head.
    ///
    /// To be called when exactly as many entries have been fed as it covers, before the next one.
    /// - Parameters:
    ///   - note: the signed checkpoint.
    ///   - storedSize: the size stored with it.
    ///   - storedRoot: the root stored with it.
    /// - Throws: `VaultError` if OpenSSL fails, nothing else.
    public mutating func add(head note: String, storedSize: Int64, storedRoot: Digest) throws {
        try compareSince()
        let name = "the head at size \(storedSize)"
        if storedSize <= lastHead { findings.add("I7", nil, "\(name) does not follow the one at size \(lastHead)") }
        lastHead = max(lastHead, storedSize)
        guard storedSize == count else {
            findings.add(
                "I7", nil, "\(name) covers other entries than the \(count) before it: some are missing or moved")
            return
        }
        do {
            let checkpoint = try Checkpoint.verify(note: note, with: key)
            guard checkpoint.size == storedSize, checkpoint.root == storedRoot else {
                findings.add("I7", nil, "\(name) has another size or root than was signed")
                return
            }
        } catch let error as LedgerError {
            findings.add("I7", nil, "\(name): \(error.message)")
            return
        }
        replay.coveredSize = count
        // Once a root is lost all later ones are; saying it once says where to look.
        if !isRootLost, try tree.root() != storedRoot {
            isRootLost = true
            findings.add("I7", nil, "\(name) was signed over other entries: one was changed, removed, added or moved")
        }
    }

    /// Ends the audit.
    /// - Throws: `VaultError` if OpenSSL fails, nothing else.
    public mutating func finish() throws -> AuditReport {
        try compareSince()
        if let earlier = sinceCheckpoint, earlier.size > count {
            findings.add(
                "I7", nil, "the log was truncated: it has \(count) entries, the earlier checkpoint has \(earlier.size)")
        }
        if count == 0 { findings.add("I7", nil, "the log has no entries") }
        if replay.coveredSize < count {
            findings.add("I7", replay.coveredSize, "no signed head covers the entries from here on")
        }
        replay.finish(into: &findings)
        return AuditReport(
            size: count, root: try tree.root(), violations: findings.all, openIntents: replay.openIntents)
    }

    /// Checks what an entry says: its form (I6), its instance (I7), and by the replay whether it may say it (I1 to I5).
    private mutating func examine(_ bytes: [UInt8]) throws {
        guard bytes.count <= LogEntry.maximumBytes else {
            findings.add("I6", count, "the entry is longer than an entry may be")
            return
        }
        guard let entry = try? CanonicalJSON(bytes: bytes) else {
            findings.add("I6", count, "the entry is not canonical JSON")
            return
        }
        if let problem = EntryType.problem(in: entry) { findings.add("I6", count, problem) }
        let name = entry.optionalString("instance")
        instance = instance ?? name
        if name != instance { findings.add("I7", count, "the entry is of another instance than those before it") }
        try replay.apply(entry, at: count, &findings)
    }

    /// Compares the root with that of the earlier checkpoint, when as many entries have been fed as it covers.
    private mutating func compareSince() throws {
        if !isSinceRead, let since {
            do {
                sinceCheckpoint = try Checkpoint.verify(note: since, with: key)
            } catch let error as LedgerError {
                findings.add("I7", nil, "the earlier checkpoint: \(error.message)")
            }
        }
        isSinceRead = true
        guard let earlier = sinceCheckpoint, earlier.size == count, try tree.root() != earlier.root else { return }
        findings.add("I7", nil, "the first \(count) entries are not those that the earlier checkpoint was signed over")
        // Said once; without this, every head of this size would say it again.
        sinceCheckpoint = nil
    }
}
