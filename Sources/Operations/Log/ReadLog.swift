internal import FoundationEssentials
internal import Ledger
internal import Model
internal import Store
internal import Vault

/// Which entries to list.
public struct LogFilter: Sendable {
    /// Its type.
    public var type: String?
    /// Only entries about this destination.
    public var destination: String?
    /// Only entries about this export.
    public var export: String?
    /// Only entries from this index on.
    public var from: Int64?

    /// The types that there are.
    public static let types = EntryType.allCases.map(\.rawValue)

    /// All entries, unless a property says otherwise.
    public init(type: String? = nil, destination: String? = nil, export: String? = nil, from: Int64? = nil) {
        self.type = type
        self.destination = destination
        self.export = export
        self.from = from
    }

    /// Makes sure that what is filtered by exists, so that an empty answer means that there is no such entry.
    func require(in workspace: Workspace) throws {
        if let type, EntryType(rawValue: type) == nil {
            throw OperationError.choice(option: "--type", allowed: Self.types)
        }
        if let destination { _ = try workspace.showDestination(destination) }
        if let export { _ = try workspace.export(export) }
    }

    func admits(_ entry: CanonicalJSON, index: Int64) -> Bool {
        (type == nil || entry.optionalString("type") == type)
            && (destination == nil || entry.optionalString("destination") == destination)
            && (export == nil || entry.optionalString("export") == export) && index >= (from ?? 0)
    }
}

/// An entry of the log.
public struct LogLine: Sendable {
    /// Its place in the log.
    public let index: Int64
    /// The hash of its leaf, hexadecimal.
    public let leafHash: String
    /// Its exact bytes: canonical JSON.
    public let json: String
    /// When it was written.
    public let time: String
    /// Its type.
    public let type: String
    /// Who acted.
    public let actor: String
    /// What it is about, in a few words.
    public let summary: String

    init(index: Int64, leafHash: [UInt8], bytes: [UInt8]) {
        self.index = index
        self.leafHash = Hex.encode(leafHash)
        json = String(decoding: bytes, as: UTF8.self)
        let entry = try? CanonicalJSON(bytes: bytes)
        time = entry?.optionalString("time") ?? ""
        type = entry?.optionalString("type") ?? "unreadable"
        actor = entry?.optionalString("actor") ?? ""
        summary = entry.map(LogSummary.text) ?? ""
    }
}

/// The proof that an entry is in the log.
public struct ProofReport: Encodable, Sendable {
    /// Its place in the log.
    public let index: Int64
    /// The hash of its leaf, hexadecimal.
    public let leafHash: String
    /// The exact bytes of the entry.
    public let entry: String
    /// The proof file, C2SP tlog-proof, with the newest checkpoint in it.
    public let proof: String
}

extension Workspace {
    /// Walks over the entries that `filter` admits.
    /// - Throws: an error of class I/O if the database cannot be read, and what `body` throws.
    public func forEachEntry(_ filter: LogFilter, _ body: (LogLine) throws -> Void) throws {
        try filter.require(in: self)
        // In pages, so that a slow reader holds up nobody: entries are only ever added.
        var next: Int64 = 0
        while true {
            let page = try store.reading { try $0.entries(from: next, count: 500) }
            for entry in page {
                let value = (try? CanonicalJSON(bytes: entry.bytes)) ?? .object([:])
                guard filter.admits(value, index: entry.index) else { continue }
                try body(LogLine(index: entry.index, leafHash: entry.leafHash, bytes: entry.bytes))
            }
            guard let last = page.last, page.count == 500 else { return }
            next = last.index + 1
        }
    }

    /// One entry.
    /// - Throws: ``OperationError/unknownEntry(_:size:)``.
    public func entry(_ index: Int64) throws -> LogLine {
        try store.reading { transaction in
            guard let bytes = try transaction.entry(at: index) else {
                throw OperationError.unknownEntry(index, size: try transaction.latestHead()?.size ?? 0)
            }
            return LogLine(index: index, leafHash: try Tree.leafHash(bytes).bytes, bytes: bytes)
        }
    }

    /// The newest checkpoint: a C2SP signed note.
    /// - Throws: `LedgerError` if it is not what the log's key signed; an error of class I/O if the database cannot be read.
    public func checkpoint() throws -> String {
        try store.reading { try Self.checkedHead($0).note }
    }

    /// Proves that an entry is in the log, after the proof was checked as its receiver would check it.
    /// - Throws: ``OperationError/unknownEntry(_:size:)``; `LedgerError` if entry, path or checkpoint do not fit together.
    public func prove(_ index: Int64) throws -> ProofReport {
        try store.reading { transaction in
            guard let bytes = try transaction.entry(at: index) else {
                throw OperationError.unknownEntry(index, size: try transaction.latestHead()?.size ?? 0)
            }
            let head = try Self.checkedHead(transaction)
            var hashes: [Digest] = []
            try transaction.forEachEntry { hashes.append(try Digest($0.leafHash)) }
            guard hashes.count == head.size, index < head.size else { throw LedgerError.proofFails }
            let leaf = try Tree.leafHash(bytes)
            let path = try Tree.inclusionPath(index: Int(index), leafHashes: hashes)
            let proof = ProofFile.make(index: index, path: path, note: head.note)
            try ProofFile.parse(proof).verify(leafHash: leaf, with: try Self.key(transaction))
            return ProofReport(
                index: index, leafHash: leaf.hex, entry: String(decoding: bytes, as: UTF8.self), proof: proof)
        }
    }

    /// The newest head, whose note says what is stored with it and is signed by the log's key.
    private static func checkedHead(_ transaction: SQLiteTransaction) throws -> StoredHead {
        guard let head = try transaction.latestHead() else { throw StoreError.damaged(what: "the log has no head") }
        let checkpoint = try Checkpoint.verify(note: head.note, with: try key(transaction))
        guard checkpoint.size == head.size, checkpoint.root == head.root else {
            throw LedgerError.headDamaged(size: head.size, problem: "size or root is not what was signed")
        }
        return head
    }

    private static func key(_ transaction: SQLiteTransaction) throws -> VerifierKey {
        try VerifierKey(parsing: try storedVerifierKey(transaction))
    }
}
