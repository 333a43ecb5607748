public import Consent
internal import FoundationEssentials
internal import GRDB
public import Governance
public import Ledger
public import Model
internal import Vault

/// One transaction on the workspace's database.
public struct SQLiteTransaction: GovernanceTransaction {
    let database: Database

    init(_ database: Database) {
        self.database = database
    }

    // Statements are prepared once for each connection: the standing alone is asked for thousands of times in an export.

    func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func json(_ data: Data) throws -> CanonicalJSON { try CanonicalJSON(bytes: Array(data)) }

    // MARK: The log

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func latestHead() throws -> StoredHead? {
        try row("SELECT size, root, frontier, note FROM log_heads ORDER BY size DESC LIMIT 1").map(Self.head)
    }

    static func head(_ row: Row) throws -> StoredHead {
        let frontier: Data = row["frontier"]
        guard frontier.count.isMultiple(of: 32) else { throw StoreError.damaged(what: "the frontier of a log head") }
        let hashes = try stride(from: 0, to: frontier.count, by: 32).map { start in
            try Digest(Array(frontier)[start..<(start + 32)])
        }
        return StoredHead(size: row["size"], root: try digest(row, "root"), frontier: hashes, note: row["note"])
    }

    static func digest(_ row: Row, _ column: String) throws -> Digest {
        let data: Data = row[column]
        return try Digest(Array(data))
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func insert(entry bytes: [UInt8], leafHash: Digest, at index: Int64) throws {
        try execute(
            "INSERT INTO log_entries (idx, leaf_hash, bytes) VALUES (?, ?, ?)",
            [index, Data(leafHash.bytes), Data(bytes)])
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func insert(head: StoredHead) throws {
        try execute(
            "INSERT INTO log_heads (size, root, frontier, note) VALUES (?, ?, ?, ?)",
            [head.size, Data(head.root.bytes), Data(head.frontier.flatMap(\.bytes)), head.note])
    }

    // MARK: Rules and people

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func policy() throws -> CanonicalJSON? {
        try row("SELECT canonical FROM policies ORDER BY idx DESC LIMIT 1").map { try json($0["canonical"]) }
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func agreement() throws -> Agreement? {
        try agreements().last
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func administrator(_ name: AdministratorName) throws -> Administrator? {
        try row("SELECT * FROM administrators WHERE name = ?", [name.text]).map(Self.administrator)
    }

    static func administrator(_ row: Row) throws -> Administrator {
        let retired: Int64? = row["retired"]
        guard let role = Administrator.Role(rawValue: row["role"]) else { throw StoreError.damaged(what: "a role") }
        return Administrator(
            name: try AdministratorName(row["name"]), role: role,
            key: try SSHPublicKey(line: row["public_key"], isEnrolled: true),
            enrolled: Timestamp(seconds: row["enrolled"]), retired: retired.map(Timestamp.init(seconds:)))
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func consents(for id: DestinationID) throws -> [ConsentRecord] {
        try rows("SELECT * FROM consents WHERE destination = ? ORDER BY idx DESC", [id.text]).map(Self.consent)
    }

    static func consent(_ row: Row) throws -> ConsentRecord {
        let statement: Data = row["statement"]
        return ConsentRecord(
            index: row["idx"], administrator: try AdministratorName(row["administrator"]),
            destination: try DestinationID(row["destination"]), statement: Array(statement),
            signature: row["signature"], withdrawn: row["withdrawn"])
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func segment(_ name: SegmentName) throws -> SegmentDefinition? {
        try row("SELECT canonical FROM segments WHERE name = ?", [name.text])
            .map { try SegmentDefinition(canonical: json($0["canonical"])) }
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func source(_ name: SourceName) throws -> SourceDefinition? {
        try row("SELECT canonical FROM sources WHERE name = ?", [name.text])
            .map { try SourceDefinition(canonical: json($0["canonical"])) }
    }

    // MARK: Exports and transfers

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func insert(export: ExportID, destination: DestinationID, startedAt index: Int64) throws {
        try execute(
            "INSERT INTO exports (id, destination, started, state) VALUES (?, ?, ?, 'running')",
            [export.text, destination.text, index])
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func nextExportID() throws -> ExportID {
        try ExportID("e\(try count("exports") + 1)")
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func finish(export: ExportID, state: String, at index: Int64) throws {
        try execute("UPDATE exports SET state = ?, finished = ? WHERE id = ?", [state, index, export.text])
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func reopen(export: ExportID) throws {
        try execute(
            "UPDATE exports SET state = 'running', finished = NULL, is_cancelled = 0 WHERE id = ?", [export.text])
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func started(export: ExportID) throws -> Int64? {
        try row("SELECT started FROM exports WHERE id = ?", [export.text])?["started"]
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func state(of export: ExportID) throws -> (destination: DestinationID, state: String)? {
        try row("SELECT destination, state FROM exports WHERE id = ?", [export.text]).map {
            (try DestinationID($0["destination"]), $0["state"])
        }
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func insert(
        transfer intent: Int64, export: ExportID, destination: DestinationID, manifest: Manifest
    ) throws {
        // The same contacts sent again have the same manifest.
        try execute(
            "INSERT OR IGNORE INTO manifests (sha256, tags) VALUES (?, ?)",
            [Data(manifest.digest.bytes), Data(manifest.bytes)])
        try execute(
            "INSERT INTO transfers (intent, export, destination, manifest) VALUES (?, ?, ?, ?)",
            [intent, export.text, destination.text, Data(manifest.digest.bytes)])
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func conclude(transfer intent: Int64, outcome index: Int64, job: String?, isUnknown: Bool) throws {
        try execute(
            "UPDATE transfers SET outcome = ?, job = ?, is_unknown = ? WHERE intent = ?",
            [index, job, isUnknown, intent])
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func openTransfers(of id: DestinationID) throws -> [(intent: Int64, export: ExportID)] {
        try rows(
            "SELECT intent, export FROM transfers WHERE destination = ? AND outcome IS NULL ORDER BY intent", [id.text]
        ).map { ($0["intent"], try ExportID($0["export"])) }
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func transferCount(of id: DestinationID) throws -> Int64 {
        try row("SELECT count(*) AS n FROM transfers WHERE destination = ?", [id.text])?["n"] ?? 0
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func unfinishedExports(of id: DestinationID) throws -> [ExportID] {
        try rows("SELECT id FROM exports WHERE destination = ? AND finished IS NULL ORDER BY rowid", [id.text])
            .map { try ExportID($0["id"]) }
    }

    func count(_ table: String) throws -> Int64 {
        try row("SELECT count(*) AS n FROM \(table)")?["n"] ?? 0
    }
}
