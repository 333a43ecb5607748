public import Consent
internal import FoundationEssentials
internal import GRDB
internal import Governance
internal import Ledger
public import Model

/// What operations read and write beside what the gate needs.
extension SQLiteTransaction {
    // MARK: Workspace

    /// A value of the workspace, such as the log's origin.
    public func meta(_ key: String) throws -> [UInt8]? {
        let data: Data? = try row("SELECT value FROM meta WHERE key = ?", [key])?["value"]
        return data.map(Array.init)
    }

    /// Sets a value of the workspace, once.
    public func insert(meta key: String, _ value: [UInt8]) throws {
        try execute("INSERT INTO meta (key, value) VALUES (?, ?)", [key, Data(value)])
    }

    // MARK: People and rules

    /// Everybody who was ever enrolled, by name.
    public func administrators() throws -> [Administrator] {
        try rows("SELECT * FROM administrators ORDER BY name").map(Self.administrator)
    }

    /// Enrols somebody.
    /// - Throws: ``StoreError/exists(kind:name:)`` if the name is taken, also by somebody retired.
    public func insert(administrator: Administrator) throws {
        guard try self.administrator(administrator.name) == nil else {
            throw StoreError.exists(kind: "person", name: administrator.name.text)
        }
        try execute(
            "INSERT INTO administrators (name, role, public_key, enrolled) VALUES (?, ?, ?, ?)",
            [
                administrator.name.text, administrator.role.rawValue, administrator.key.text,
                administrator.enrolled.seconds,
            ])
    }

    /// Retires somebody.
    public func retire(_ name: AdministratorName, at time: Timestamp) throws {
        try execute("UPDATE administrators SET retired = ? WHERE name = ?", [time.seconds, name.text])
    }

    /// All versions of the agreement, oldest first.
    public func agreements() throws -> [Agreement] {
        var texts: [Int64: [Language: String]] = [:]
        for row in try rows("SELECT version, language, text FROM agreements") {
            guard let language = Language(rawValue: row["language"]) else {
                throw StoreError.damaged(what: "the language of an agreement")
            }
            texts[row["version"], default: [:]][language] = row["text"]
        }
        return texts.sorted { $0.key < $1.key }.map { Agreement(version: $0.key, texts: $0.value) }
    }

    /// Keeps a version of the agreement.
    public func insert(agreement: Agreement) throws {
        for (language, text) in agreement.texts {
            try execute(
                "INSERT INTO agreements (version, language, text) VALUES (?, ?, ?)",
                [agreement.version, language.rawValue, text])
        }
    }

    /// Keeps a policy.
    public func insert(policy canonical: CanonicalJSON, at index: Int64) throws {
        try execute("INSERT INTO policies (idx, canonical) VALUES (?, ?)", [index, Data(canonical.bytes)])
    }

    // MARK: Sources and segments

    /// All sources by name.
    public func sources() throws -> [SourceDefinition] {
        try rows("SELECT canonical FROM sources ORDER BY name")
            .map { try SourceDefinition(canonical: json($0["canonical"])) }
    }

    /// All segments by name.
    public func segments() throws -> [SegmentDefinition] {
        try rows("SELECT canonical FROM segments ORDER BY name")
            .map { try SegmentDefinition(canonical: json($0["canonical"])) }
    }

    /// Adds a source.
    /// - Throws: ``StoreError/exists(kind:name:)``.
    public func insert(source: SourceDefinition) throws {
        guard try self.source(source.name) == nil else {
            throw StoreError.exists(kind: "source", name: source.name.text)
        }
        try execute(
            "INSERT INTO sources (name, canonical) VALUES (?, ?)", [source.name.text, Data(source.canonical.bytes)])
    }

    /// Adds a segment, or defines it anew; a consent that names it does not cover the new definition.
    public func upsert(segment: SegmentDefinition) throws {
        try execute(
            "INSERT OR REPLACE INTO segments (name, canonical) VALUES (?, ?)",
            [segment.name.text, Data(segment.canonical.bytes)])
    }

    // MARK: Consents

    /// The identifier for the next request.
    public func nextConsentRequestID() throws -> String { "c\(try count("consent_requests") + 1)" }

    /// Keeps an issued statement.
    public func insert(request: ConsentRequest) throws {
        try execute(
            """
            INSERT INTO consent_requests (id, administrator, destination, statement, expires) VALUES (?, ?, ?, ?, ?)
            """,
            [
                request.id, request.administrator.text, request.destination.text, Data(request.statement),
                request.expires.seconds,
            ])
    }

    /// The statements ever issued to somebody, newest first.
    public func consentRequests(to administrator: AdministratorName) throws -> [ConsentRequest] {
        try rows("SELECT * FROM consent_requests WHERE administrator = ? ORDER BY rowid DESC", [administrator.text])
            .map { row in
                let statement: Data = row["statement"]
                return ConsentRequest(
                    id: row["id"], administrator: try AdministratorName(row["administrator"]),
                    destination: try DestinationID(row["destination"]), statement: Array(statement),
                    expires: Timestamp(seconds: row["expires"]), answered: row["answered"])
            }
    }

    /// Keeps a consent, and marks the request it answers.
    public func insert(consent: ConsentRecord, answering request: String) throws {
        try execute(
            "INSERT INTO consents (idx, administrator, destination, statement, signature) VALUES (?, ?, ?, ?, ?)",
            [
                consent.index, consent.administrator.text, consent.destination.text, Data(consent.statement),
                consent.signature,
            ])
        try execute("UPDATE consent_requests SET answered = ? WHERE id = ?", [consent.index, request])
    }

    /// All consents, oldest first.
    public func consents() throws -> [ConsentRecord] {
        try rows("SELECT * FROM consents ORDER BY idx").map(Self.consent)
    }

    /// Marks a consent as withdrawn by the entry at `index`.
    public func withdraw(consent: Int64, at index: Int64) throws {
        try execute("UPDATE consents SET withdrawn = ? WHERE idx = ?", [index, consent])
    }

    // MARK: Exports

    /// An export as stored.
    public struct ExportRow: Sendable {
        /// Its identifier.
        public let id: ExportID
        /// Its destination.
        public let destination: DestinationID
        /// How it ended, or `running`.
        public let state: String
        /// The log index of its start.
        public let started: Int64
        /// The log index of its end.
        public let finished: Int64?
    }

    /// All exports, oldest first.
    public func exports() throws -> [ExportRow] {
        try rows("SELECT * FROM exports ORDER BY rowid").map(Self.export)
    }

    /// One export, by its identifier.
    public func export(_ id: String) throws -> ExportRow? {
        try row("SELECT * FROM exports WHERE id = ?", [id]).map(Self.export)
    }

    /// The newest export to a destination.
    public func lastExport(to id: DestinationID) throws -> ExportRow? {
        try row("SELECT * FROM exports WHERE destination = ? ORDER BY rowid DESC LIMIT 1", [id.text]).map(Self.export)
    }

    private static func export(_ row: Row) throws -> ExportRow {
        ExportRow(
            id: try ExportID(row["id"]), destination: try DestinationID(row["destination"]), state: row["state"],
            started: row["started"], finished: row["finished"])
    }

    // MARK: Reading the log

    /// The exact bytes of an entry.
    public func entry(at index: Int64) throws -> [UInt8]? {
        let data: Data? = try row("SELECT bytes FROM log_entries WHERE idx = ?", [index])?["bytes"]
        return data.map(Array.init)
    }

    /// An entry as stored.
    public struct StoredEntry: Sendable {
        /// Its place.
        public let index: Int64
        /// The stored hash of its leaf.
        public let leafHash: [UInt8]
        /// Its exact bytes.
        public let bytes: [UInt8]
    }

    /// Walks over all entries in order, one in memory at a time.
    public func forEachEntry(_ body: (StoredEntry) throws -> Void) throws {
        let cursor = try Row.fetchCursor(database, sql: "SELECT idx, leaf_hash, bytes FROM log_entries ORDER BY idx")
        while let row = try cursor.next() {
            let hash: Data = row["leaf_hash"]
            let bytes: Data = row["bytes"]
            try body(StoredEntry(index: row["idx"], leafHash: Array(hash), bytes: Array(bytes)))
        }
    }

    /// At most `count` entries from `index` on.
    public func entries(from index: Int64, count: Int) throws -> [StoredEntry] {
        try rows("SELECT idx, leaf_hash, bytes FROM log_entries WHERE idx >= ? ORDER BY idx LIMIT ?", [index, count])
            .map { row in
                let hash: Data = row["leaf_hash"]
                let bytes: Data = row["bytes"]
                return StoredEntry(index: row["idx"], leafHash: Array(hash), bytes: Array(bytes))
            }
    }

    /// A head as stored.
    public struct HeadRow: Sendable {
        /// How many entries it covers.
        public let size: Int64
        /// The stored root.
        public let root: [UInt8]
        /// The signed checkpoint.
        public let note: String
    }

    /// All heads in order of size.
    public func heads() throws -> [HeadRow] {
        try rows("SELECT size, root, note FROM log_heads ORDER BY size").map { row in
            let root: Data = row["root"]
            return HeadRow(size: row["size"], root: Array(root), note: row["note"])
        }
    }

    /// The intents of a destination with their manifests, one in memory at a time.
    public func forEachTransfer(
        of id: DestinationID, _ body: (_ intent: Int64, _ outcome: Int64?, _ tags: [UInt8]) throws -> Void
    ) throws {
        let cursor = try Row.fetchCursor(
            database,
            sql: """
                SELECT intent, outcome, tags FROM transfers JOIN manifests ON sha256 = manifest
                WHERE destination = ? ORDER BY intent
                """, arguments: [id.text])
        while let row = try cursor.next() {
            let tags: Data = row["tags"]
            try body(row["intent"], row["outcome"], Array(tags))
        }
    }

    /// Walks over all manifests: the digest each is stored under, and its tags.
    public func forEachManifest(_ body: (_ digest: [UInt8], _ tags: [UInt8]) throws -> Void) throws {
        let cursor = try Row.fetchCursor(database, sql: "SELECT sha256, tags FROM manifests")
        while let row = try cursor.next() {
            let digest: Data = row["sha256"]
            let tags: Data = row["tags"]
            try body(Array(digest), Array(tags))
        }
    }
}
