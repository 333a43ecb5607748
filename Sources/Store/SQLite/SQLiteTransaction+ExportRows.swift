internal import GRDB
public import Model

/// A profile that an export left out, or that SendGrid refused: where it stands, and nothing that is in it.
public struct ExportedRow: Sendable, Hashable {
    /// Whose word it was.
    public enum Kind: String, Sendable {
        /// Left out by the export's own checks.
        case rejected
        /// Sent, and refused by SendGrid.
        case refused
    }

    /// Whose word it was.
    public let kind: Kind
    /// The source it is from.
    public let source: String
    /// Its number in the source, from 1.
    public let row: Int
    /// The file of the source that it stands in.
    public let file: String
    /// The line in the file where it starts.
    public let line: Int
    /// The contact field at fault, if one is.
    public let field: String?
    /// A stable slug.
    public let reason: String

    /// A row with these parts.
    public init(kind: Kind, source: String, row: Int, file: String, line: Int, field: String?, reason: String) {
        self.kind = kind
        self.source = source
        self.row = row
        self.file = file
        self.line = line
        self.field = field
        self.reason = reason
    }
}

/// What is kept of exports' rejected and refused rows, for a while.
extension SQLiteTransaction {
    /// How many rows of a kind are kept for an export.
    public static let keptRows = 1000
    /// For how many exports of a destination rows are kept, the newest ones.
    public static let keptExports = 10

    /// Keeps the rows that an export rejected, in the place of those that an earlier run of it did.
    ///
    /// What is kept of older exports than the newest ``keptExports`` of the destination, or of destinations that were
    /// removed, goes.
    public func keep(rejected rows: [ExportedRow], of export: ExportID, to destination: DestinationID) throws {
        try execute("DELETE FROM export_rows WHERE export = ? AND kind = 'rejected'", [export.text])
        try insert(rows, of: export, limit: Self.keptRows)
        try execute(
            """
            DELETE FROM export_rows WHERE export IN (
                SELECT id FROM exports WHERE destination = ? ORDER BY rowid DESC LIMIT -1 OFFSET ?)
            """, [destination.text, Self.keptExports])
        try execute(
            """
            DELETE FROM export_rows WHERE export IN (
                SELECT exports.id FROM exports JOIN destinations ON destinations.id = exports.destination
                WHERE standing = 'removed')
            """, [])
    }

    /// Keeps rows that SendGrid refused, beside those that it refused before the export was resumed.
    public func keep(refused rows: [ExportedRow], of export: ExportID) throws {
        let kept: Int =
            try row("SELECT count(*) AS n FROM export_rows WHERE export = ? AND kind = 'refused'", [export.text])?["n"]
            ?? 0
        try insert(rows, of: export, limit: Self.keptRows - kept)
    }

    private func insert(_ rows: [ExportedRow], of export: ExportID, limit: Int) throws {
        for row in rows.prefix(max(0, limit)) {
            try execute(
                """
                INSERT OR REPLACE INTO export_rows (export, kind, source, row, file, line, field, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    export.text, row.kind.rawValue, row.source, row.row, row.file, row.line, row.field, row.reason,
                ])
        }
    }

    /// What is kept of an export: first what was rejected, then what was refused, each in the order of the sources.
    ///
    /// Nil if the database was made by an earlier version, which kept nothing, and cannot be written.
    public func rows(of export: ExportID) throws -> [ExportedRow]? {
        guard try database.tableExists("export_rows") else { return nil }
        return try rows(
            "SELECT * FROM export_rows WHERE export = ? ORDER BY kind DESC, source, row", [export.text]
        ).map { row in
            guard let kind = ExportedRow.Kind(rawValue: row["kind"]) else {
                throw StoreError.damaged(what: "a rejected row")
            }
            return ExportedRow(
                kind: kind, source: row["source"], row: row["row"], file: row["file"], line: row["line"],
                field: row["field"], reason: row["reason"])
        }
    }

    /// Forgets the rows of a destination's exports.
    public func forgetRows(of destination: DestinationID) throws {
        try execute(
            "DELETE FROM export_rows WHERE export IN (SELECT id FROM exports WHERE destination = ?)",
            [destination.text])
    }
}
