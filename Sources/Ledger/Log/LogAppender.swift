public import Model
internal import Vault

/// One entry, before it has a place.
public struct LogEntry: Sendable {
    let type: EntryType
    let actor: String
    let fields: [String: CanonicalJSON]

    /// An entry of `type`.
    /// - Parameters:
    ///   - actor: the administrator who acts, or `system`.
    ///   - fields: what the entry says; keys as its type allows them.
    public init(_ type: EntryType, actor: String, _ fields: [String: CanonicalJSON]) {
        self.type = type
        self.actor = actor
        self.fields = fields
    }
}

/// Appends entries inside one transaction. Lives only as long as ``TransparencyLog/commit(_:)`` runs its body.
public struct LogAppender {
    private let instance: String
    private let time: Timestamp
    private let insert: (_ bytes: [UInt8], _ leafHash: Digest, _ index: Int64) throws -> Void
    private(set) var frontier: Frontier
    private(set) var appended: [(index: Int64, leafHash: Digest)] = []

    init(
        frontier: Frontier, instance: String, time: Timestamp,
        insert: @escaping (_ bytes: [UInt8], _ leafHash: Digest, _ index: Int64) throws -> Void
    ) {
        self.frontier = frontier
        self.instance = instance
        self.time = time
        self.insert = insert
    }

    /// Appends `entry` and returns its index, which counts only once the transaction is committed.
    /// - Throws: ``LedgerError/entryRefused(type:reason:)`` if it has a key its type does not have, or holds what looks
    ///   like personal data or a secret (I6); ``LedgerError/entryTooLarge(type:bytes:)``; a storage error.
    @discardableResult
    public mutating func append(_ entry: LogEntry) throws -> Int64 {
        var members = entry.fields
        members["type"] = .string(entry.type.rawValue)
        members["time"] = .string("\(time)")
        members["actor"] = .string(entry.actor)
        members["instance"] = .string(instance)
        if let problem = EntryFormat.problem(with: members, of: entry.type) {
            throw LedgerError.entryRefused(type: entry.type.rawValue, reason: problem)
        }
        let bytes = CanonicalJSON.object(members).bytes
        guard bytes.count <= EntryFormat.maximumBytes else {
            throw LedgerError.entryTooLarge(type: entry.type.rawValue, bytes: bytes.count)
        }
        let index = frontier.size
        let leafHash = try Tree.leafHash(bytes)
        try insert(bytes, leafHash, index)
        try frontier.append(leafHash)
        appended.append((index, leafHash))
        return index
    }
}
