internal import FoundationEssentials
internal import GRDB
public import Governance
public import Model
internal import Vault

extension SQLiteTransaction {
    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func destination(_ id: DestinationID) throws -> Destination? {
        try row("SELECT * FROM destinations WHERE id = ?", [id.text]).map(destination)
    }

    /// All destinations, removed ones included, in the order they were connected.
    public func destinations() throws -> [Destination] {
        try rows("SELECT * FROM destinations ORDER BY rowid").map(destination)
    }

    private func destination(_ row: Row) throws -> Destination {
        let matching: Data? = row["matching"]
        let ignoredFlags: Data? = row["ignored_flags"]
        return Destination(
            id: try DestinationID(row["id"]), displayName: row["display_name"],
            listID: try ContactListID(row["list_id"]), endpoint: try Endpoint(row["endpoint"]),
            matching: try matching.map { try DataMatching(canonical: json($0)) },
            segments: try texts(row["segments"]).map { try SegmentName($0) },
            doNotContact: try texts(row["do_not_contact"]), ignoredFlags: try ignoredFlags.map(texts) ?? [],
            standing: try Self.standing(row))
    }

    private func texts(_ data: Data) throws -> [String] {
        try CanonicalJSON.object(["items": json(data)]).strings("items")
    }

    /// The standing alone.
    func standing(of id: DestinationID) throws -> Destination.Standing? {
        try row("SELECT standing, standing_by, standing_at FROM destinations WHERE id = ?", [id.text])
            .map(Self.standing)
    }

    private static func standing(_ row: Row) throws -> Destination.Standing {
        let word: String = row["standing"]
        if word == "active" { return .active }
        guard let name: String = row["standing_by"], let seconds: Int64 = row["standing_at"] else {
            throw StoreError.damaged(what: "the standing of a destination")
        }
        let by = try AdministratorName(name)
        let at = Timestamp(seconds: seconds)
        switch word {
        case "suspended": return .suspended(by: by, at: at)
        case "removed": return .removed(by: by, at: at)
        default: throw StoreError.damaged(what: "the standing of a destination")
        }
    }

    /// The identifier for the next destination.
    public func nextDestinationID() throws -> DestinationID {
        try DestinationID("d\(try count("destinations") + 1)")
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func insert(destination: Destination) throws {
        try execute(
            """
            INSERT INTO destinations (id, display_name, list_id, endpoint, segments, do_not_contact, standing)
            VALUES (?, ?, ?, ?, ?, ?, 'active')
            """,
            [
                destination.id.text, destination.displayName, destination.listID.text,
                destination.endpoint.description, Data(CanonicalJSON.strings(destination.segments.map(\.text)).bytes),
                Data(CanonicalJSON.strings(destination.doNotContact).bytes),
            ])
    }

    /// Stores data matching, segments, do-not-contact fields and those declared harmless as `destination` has them.
    public func update(configurationOf destination: Destination) throws {
        try execute(
            "UPDATE destinations SET matching = ?, segments = ?, do_not_contact = ?, ignored_flags = ? WHERE id = ?",
            [
                destination.matching.map { Data($0.canonical.bytes) },
                Data(CanonicalJSON.strings(destination.segments.map(\.text)).bytes),
                Data(CanonicalJSON.strings(destination.doNotContact).bytes),
                Data(CanonicalJSON.strings(destination.ignoredFlags).bytes), destination.id.text,
            ])
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func standingIndex(of id: DestinationID) throws -> Int64? {
        try row("SELECT standing_index FROM destinations WHERE id = ?", [id.text])?["standing_index"]
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func set(standing: Destination.Standing, of id: DestinationID, at index: Int64?) throws {
        let (word, by, at): (String, String?, Int64?) =
            switch standing {
            case .active: ("active", nil, nil)
            case .suspended(let by, let at): ("suspended", by.text, at.seconds)
            case .removed(let by, let at): ("removed", by.text, at.seconds)
            }
        try execute(
            "UPDATE destinations SET standing = ?, standing_by = ?, standing_at = ?, standing_index = ? WHERE id = ?",
            [word, by, at, index, id.text])
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func secret(_ field: SecretField, of id: DestinationID) throws -> SealedSecret? {
        try row(
            "SELECT record, version, box FROM secrets WHERE destination = ? AND field = ?", [id.text, field.rawValue]
        )
        .map { row in
            let box: Data = row["box"]
            let record: Data = row["record"]
            let version: Int64 = row["version"]
            return SealedSecret(
                field: field, destination: id, record: Array(record), version: UInt64(max(0, version)),
                box: try SealedBox(parsing: Array(box)))
        }
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func insert(secret: SealedSecret, field: SecretField, of id: DestinationID) throws {
        try execute(
            "INSERT INTO secrets (destination, field, record, version, box) VALUES (?, ?, ?, ?, ?)",
            [id.text, field.rawValue, Data(secret.record), Int64(secret.version), Data(secret.box.bytes)])
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func destroySecret(_ field: SecretField, of id: DestinationID) throws -> SealedSecret? {
        let secret = try secret(field, of: id)
        // Overwrites the bytes in the file, wherever they are; the write-ahead log is truncated by scrub(). Elsewhere it
        // is FAST: what else is deleted is sealed under one of these keys, and zeroing it would double what is written.
        try execute("PRAGMA secure_delete = ON", [])
        try execute("DELETE FROM secrets WHERE destination = ? AND field = ?", [id.text, field.rawValue])
        try execute("PRAGMA secure_delete = FAST", [])
        return secret
    }

    // MARK: Removals that are not on the log yet

    private static let deferred = "deferred-removal/"

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func insert(deferred removal: DeferredRemoval) throws {
        try insert(meta: Self.deferred + removal.destination.text, removal.canonical.bytes)
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func deferredRemovals() throws -> [DeferredRemoval] {
        try rows("SELECT value FROM meta WHERE key GLOB ? ORDER BY key", [Self.deferred + "*"]).map { row in
            let data: Data = row["value"]
            return try DeferredRemoval(canonical: CanonicalJSON(bytes: Array(data)))
        }
    }

    /// See `GovernanceTransaction` and `LedgerTransaction`.
    public func settle(deferredRemovalOf id: DestinationID) throws {
        try execute("DELETE FROM meta WHERE key = ?", [Self.deferred + id.text])
    }
}
