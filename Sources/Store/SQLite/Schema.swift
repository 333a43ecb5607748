internal import GRDB

/// The tables.
///
/// What is evidence can be added and read, never changed: triggers refuse it, beside the code that has no call for it.
enum Schema {
    static let version = 3

    static let statements = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE log_entries (idx INTEGER PRIMARY KEY, leaf_hash BLOB NOT NULL, bytes BLOB NOT NULL);
        CREATE TABLE log_heads (
            size INTEGER PRIMARY KEY, root BLOB NOT NULL, frontier BLOB NOT NULL, note TEXT NOT NULL);
        CREATE TABLE manifests (sha256 BLOB PRIMARY KEY, tags BLOB NOT NULL);
        CREATE TABLE administrators (
            name TEXT PRIMARY KEY, role TEXT NOT NULL, public_key TEXT NOT NULL, enrolled INTEGER NOT NULL,
            retired INTEGER);
        CREATE TABLE agreements (
            version INTEGER NOT NULL, language TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (version, language));
        CREATE TABLE policies (idx INTEGER PRIMARY KEY, canonical BLOB NOT NULL);
        CREATE TABLE sources (name TEXT PRIMARY KEY, canonical BLOB NOT NULL);
        CREATE TABLE segments (name TEXT PRIMARY KEY, canonical BLOB NOT NULL);
        CREATE TABLE destinations (
            id TEXT PRIMARY KEY, display_name TEXT NOT NULL, list_id TEXT NOT NULL, endpoint TEXT NOT NULL,
            matching BLOB, segments BLOB NOT NULL, do_not_contact BLOB NOT NULL,
            standing TEXT NOT NULL, standing_by TEXT, standing_at INTEGER, standing_index INTEGER);
        CREATE TABLE secrets (
            destination TEXT NOT NULL, field TEXT NOT NULL, record BLOB NOT NULL, version INTEGER NOT NULL,
            box BLOB NOT NULL, PRIMARY KEY (destination, field));
        CREATE TABLE consent_requests (
            id TEXT PRIMARY KEY, administrator TEXT NOT NULL, destination TEXT NOT NULL, statement BLOB NOT NULL,
            expires INTEGER NOT NULL, answered INTEGER);
        CREATE TABLE consents (
            idx INTEGER PRIMARY KEY, administrator TEXT NOT NULL, destination TEXT NOT NULL, statement BLOB NOT NULL,
            signature TEXT NOT NULL, withdrawn INTEGER);
        CREATE TABLE exports (
            id TEXT PRIMARY KEY, destination TEXT NOT NULL, started INTEGER NOT NULL, state TEXT NOT NULL,
            finished INTEGER);
        CREATE TABLE transfers (
            intent INTEGER PRIMARY KEY, export TEXT NOT NULL, destination TEXT NOT NULL, manifest BLOB NOT NULL,
            outcome INTEGER);
        CREATE INDEX transfers_open ON transfers (destination) WHERE outcome IS NULL;
        CREATE INDEX transfers_by_destination ON transfers (destination);
        """

    /// Tables whose rows are evidence.
    static let appendOnly = ["log_entries", "log_heads", "manifests", "agreements", "policies"]

    /// What version 2 added: the delivery record, the pages of requests that are not in it yet, schedules.
    private static let second = """
        ALTER TABLE transfers ADD COLUMN job TEXT;
        ALTER TABLE transfers ADD COLUMN is_unknown INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE exports ADD COLUMN is_cancelled INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX transfers_by_export ON transfers (export);
        CREATE TABLE delivery_pages (intent INTEGER PRIMARY KEY, contacts INTEGER NOT NULL, box BLOB NOT NULL);
        CREATE TABLE delivery_record (
            destination TEXT NOT NULL, part INTEGER NOT NULL, entries INTEGER NOT NULL, box BLOB NOT NULL,
            PRIMARY KEY (destination, part));
        CREATE TABLE schedules (
            destination TEXT PRIMARY KEY, export_user TEXT NOT NULL, schedule BLOB NOT NULL, set_at INTEGER NOT NULL,
            state BLOB);
        """

    /// The profiles that an export left out or SendGrid refused, by the place they stand in: no value of any.
    private static let thirdRows = """
        CREATE TABLE export_rows (
            export TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL, row INTEGER NOT NULL, file TEXT NOT NULL,
            line INTEGER NOT NULL, field TEXT, reason TEXT NOT NULL, PRIMARY KEY (export, kind, source, row)
        ) WITHOUT ROWID;
        """

    /// How many rows the files had that the last finished export to a destination read.
    private static let thirdParts = """
        CREATE TABLE source_parts (
            destination TEXT NOT NULL, whole TEXT NOT NULL, part TEXT NOT NULL, rows INTEGER NOT NULL,
            PRIMARY KEY (destination, whole, part)) WITHOUT ROWID;
        """

    /// Fields that look like an opt-out and were declared harmless.
    private static let thirdFlags = "ALTER TABLE destinations ADD COLUMN ignored_flags BLOB;"

    /// Brings a database of an earlier version to this one, in the transaction it is called in.
    static func migrate(_ database: Database, from earlier: Int) throws {
        if earlier < 2 { try database.execute(sql: second) }
        if earlier < 3 { try database.execute(sql: thirdRows + thirdParts + thirdFlags) }
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }

    static func create(in database: Database) throws {
        try database.execute(sql: statements + second + thirdRows + thirdParts + thirdFlags)
        for table in appendOnly {
            for verb in ["UPDATE", "DELETE"] {
                try database.execute(
                    sql: """
                        CREATE TRIGGER \(table)_no_\(verb.lowercased()) BEFORE \(verb) ON \(table)
                        BEGIN SELECT RAISE(ABORT, '\(table) is append-only'); END;
                        """)
            }
        }
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }
}
