internal import Model

/// Takes the entries of one commit.
///
/// It cannot be copied: what it has taken is in the log or nowhere.
public struct LogAppender: ~Copyable {
    struct Leaf {
        let index: Int64
        let bytes: [UInt8]
        let hash: Digest
    }

    private let instance: String
    private let time: TimeSource
    private var nextIndex: Int64
    private(set) var leaves: [Leaf] = []

    init(nextIndex: Int64, instance: String, time: TimeSource) {
        self.nextIndex = nextIndex
        self.instance = instance
        self.time = time
    }

    /// Appends an entry, with type, time, actor and instance added, and returns the index it will have once the commit
    /// has returned.
    /// - Throws: ``LedgerError/entryRefused(type:problem:)`` if it has a key that its type may not have, or a value that
    ///   is an address, an API key or of the wrong kind (I6); ``LedgerError/entryTooLong(type:bytes:)``; `VaultError` if
    ///   OpenSSL fails. The entry is not appended then.
    @discardableResult
    public mutating func append(_ entry: LogEntry) throws -> Int64 {
        let own: [String: CanonicalJSON] = [
            "type": .string(entry.type.rawValue), "time": .string(time.now().description),
            "actor": .string(entry.actor), "instance": .string(instance),
        ]
        if let key = own.keys.sorted().first(where: { entry.fields[$0] != nil }) {
            throw LedgerError.entryRefused(type: entry.type, problem: "'\(key)' is set by the log itself")
        }
        let value = CanonicalJSON.object(own.merging(entry.fields) { own, _ in own })
        if let problem = EntryType.problem(in: value) {
            throw LedgerError.entryRefused(type: entry.type, problem: problem)
        }
        let bytes = value.bytes
        guard bytes.count <= LogEntry.maximumBytes else {
            throw LedgerError.entryTooLong(type: entry.type, bytes: bytes.count)
        }
        let index = nextIndex
        leaves.append(Leaf(index: index, bytes: bytes, hash: try Tree.leafHash(bytes)))
        nextIndex += 1
        return index
    }
}
