internal import FoundationEssentials
internal import GRDB
public import Governance
public import Model

/// The delivery record, and what requests carried that are not in it yet.
extension SQLiteTransaction {
    /// See `GovernanceTransaction`.
    public func insert(page: [UInt8], of intent: Int64, contacts: Int) throws {
        try execute(
            "INSERT INTO delivery_pages (intent, contacts, box) VALUES (?, ?, ?)", [intent, contacts, Data(page)])
    }

    /// See `GovernanceTransaction`.
    public func page(of intent: Int64) throws -> [UInt8]? {
        let box: Data? = try row("SELECT box FROM delivery_pages WHERE intent = ?", [intent])?["box"]
        return box.map(Array.init)
    }

    /// See `GovernanceTransaction`.
    public func remove(pageOf intent: Int64) throws {
        try execute("DELETE FROM delivery_pages WHERE intent = ?", [intent])
    }

    /// See `GovernanceTransaction`.
    public func unsettledTransfers(of id: DestinationID) throws -> [UnsettledTransfer] {
        try rows(
            """
            SELECT intent, export, job, contacts FROM delivery_pages JOIN transfers USING (intent)
            WHERE destination = ? AND outcome IS NOT NULL ORDER BY intent
            """, [id.text]
        ).map {
            UnsettledTransfer(
                intent: $0["intent"], export: try ExportID($0["export"]), job: $0["job"], contacts: $0["contacts"])
        }
    }

    /// See `GovernanceTransaction`.
    public func unknownTransfers(of export: ExportID) throws -> [(intent: Int64, tags: [UInt8])] {
        try rows(
            """
            SELECT intent, tags FROM transfers JOIN manifests ON sha256 = manifest
            WHERE export = ? AND is_unknown ORDER BY intent
            """, [export.text]
        ).map { row in
            let tags: Data = row["tags"]
            return (row["intent"], Array(tags))
        }
    }

    /// See `GovernanceTransaction`.
    public func recordPart(_ part: Int, of id: DestinationID) throws -> [UInt8]? {
        let box: Data? = try row(
            "SELECT box FROM delivery_record WHERE destination = ? AND part = ?", [id.text, part])?["box"]
        return box.map(Array.init)
    }

    /// See `GovernanceTransaction`.
    public func set(recordPart box: [UInt8], _ part: Int, entries: Int, of id: DestinationID) throws {
        try execute(
            "INSERT OR REPLACE INTO delivery_record (destination, part, entries, box) VALUES (?, ?, ?, ?)",
            [id.text, part, entries, Data(box)])
    }

    /// See `GovernanceTransaction`.
    public func hasRecord(of id: DestinationID) throws -> Bool {
        try row("SELECT 1 FROM delivery_record WHERE destination = ? LIMIT 1", [id.text]) != nil
    }

    /// See `GovernanceTransaction`.
    public func recordCount(of id: DestinationID) throws -> Int {
        try row("SELECT coalesce(sum(entries), 0) AS n FROM delivery_record WHERE destination = ?", [id.text])?["n"]
            ?? 0
    }

    // MARK: Cancelling

    func isCancelled(_ export: ExportID) throws -> Bool {
        try row("SELECT is_cancelled FROM exports WHERE id = ?", [export.text])?["is_cancelled"] ?? false
    }

    /// Asks the process that runs an export to end it.
    public func cancel(export: ExportID) throws {
        try execute("UPDATE exports SET is_cancelled = 1 WHERE id = ?", [export.text])
    }
}
