internal import GRDB
public import Model

/// The files that exports read: how many rows each had.
extension SQLiteTransaction {
    /// One file's rows, see `PartRows`.
    public typealias Part = (whole: String, part: String, rows: Int)

    /// What the files had that the last finished export to a destination read; nothing in a database of an earlier
    /// version that cannot be written.
    public func sourceParts(of destination: DestinationID) throws -> [Part] {
        guard try database.tableExists("source_parts") else { return [] }
        return try rows("SELECT * FROM source_parts WHERE destination = ? ORDER BY whole, part", [destination.text])
            .map { ($0["whole"], $0["part"], $0["rows"]) }
    }

    /// Keeps what the files had, in the place of what was kept.
    public func keep(sourceParts: [Part], of destination: DestinationID) throws {
        try forgetSourceParts(of: destination)
        for part in sourceParts {
            try execute(
                "INSERT OR REPLACE INTO source_parts (destination, whole, part, rows) VALUES (?, ?, ?, ?)",
                [destination.text, part.whole, part.part, part.rows])
        }
    }

    /// Forgets them, with the destination.
    public func forgetSourceParts(of destination: DestinationID) throws {
        try execute("DELETE FROM source_parts WHERE destination = ?", [destination.text])
    }
}
