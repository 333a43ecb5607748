internal import FoundationEssentials
internal import GRDB
public import Governance
internal import Ledger
public import Model

/// The workspace's state in one SQLite database: write-ahead log, `synchronous = FULL`, `secure_delete`.
///
/// Calls block their thread for the milliseconds a commit takes; a commit that has returned is on disk.
public final class SQLiteStore: GovernanceStorage {
    let pool: any DatabaseWriter
    let files: WorkspaceFiles

    /// Makes a new database.
    /// - Throws: ``StoreError``.
    public static func create(_ files: WorkspaceFiles) throws -> SQLiteStore {
        let store = try SQLiteStore(files)
        try store.write { try Schema.create(in: $0) }
        return store
    }

    /// Opens the database of a workspace.
    /// - Throws: ``StoreError``.
    public static func open(_ files: WorkspaceFiles) throws -> SQLiteStore {
        try files.requireThere()
        let store = try SQLiteStore(files)
        let version = try store.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } ?? 0
        guard (1...Schema.version).contains(version) else {
            throw StoreError.damaged(what: "schema version \(version), expected \(Schema.version)")
        }
        // A copy that cannot be written is read as it is; what it lacks, commands that write would add.
        if version < Schema.version, !isReadOnly(files) {
            try store.write { database in
                // Another process may have done it meanwhile.
                let now = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
                if now < Schema.version { try Schema.migrate(database, from: now) }
            }
        }
        return store
    }

    private init(_ files: WorkspaceFiles) throws {
        self.files = files
        pool = try Self.mapping { () -> any DatabaseWriter in
            if Self.isReadOnly(files) { return try Self.readOnly(files) }
            return try Self.writable(files)
        }
    }

    /// An auditor's copy, or one on a medium that cannot be written.
    private static func isReadOnly(_ files: WorkspaceFiles) -> Bool {
        let manager = FileManager.default
        return manager.fileExists(atPath: files.database)
            && !(manager.isWritableFile(atPath: files.home) && manager.isWritableFile(atPath: files.database))
    }

    private static func readOnly(_ files: WorkspaceFiles) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        let manager = FileManager.default
        let escaped = files.database.map { "%?#".contains($0) ? "%" + Hex.encode(Array(String($0).utf8)) : String($0) }
        let uri = "file:\(escaped.joined())"
        // Without a journal nothing can be changing (sqlite.org/uri.html, immutable), and no index has to be made.
        guard manager.fileExists(atPath: files.database + "-wal") else {
            return try DatabaseQueue(path: uri + "?immutable=1", configuration: configuration)
        }
        // Somebody may be writing, and what is in the journal counts; SQLite reads it if its index lies beside it.
        if manager.fileExists(atPath: files.database + "-shm") {
            return try DatabaseQueue(path: files.database, configuration: configuration)
        }
        // A copy without the index, which every writer has: nobody writes. Alone with the database, SQLite keeps the index
        // in memory (sqlite.org/wal.html, section 8), and without locks, which a medium that cannot be written refuses.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA locking_mode = EXCLUSIVE") }
        return try DatabaseQueue(path: uri + "?vfs=unix-none", configuration: configuration)
    }

    private static func writable(_ files: WorkspaceFiles) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA secure_delete = FAST")
        }
        let pool = try DatabasePool(path: files.database, configuration: configuration)
        // The log's promise is that a committed intent survives a power cut; NORMAL, which GRDB sets as it opens a pool,
        // does not keep it. So it is set last, and read back.
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            guard try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2 else {
                throw StoreError.disk(reason: "SQLite does not promise that what is committed is on disk")
            }
        }
        return pool
    }

    /// SQLite's `synchronous` as it is in force where the log is written: 2 is FULL, and nothing less will do.
    /// - Throws: ``StoreError``.
    public func synchronous() throws -> Int {
        try Self.mapping {
            try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? 0 }
        }
    }

    static func mapping<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(error)
        }
    }

    func write<R>(_ body: (Database) throws -> R) throws -> R {
        try Self.mapping {
            try pool.writeWithoutTransaction { database in
                var result: Result<R, any Error>?
                try database.inTransaction(.immediate) {
                    result = .success(try body(database))
                    return .commit
                }
                guard let result else { throw StoreError.disk(reason: "the transaction did not run") }
                return try result.get()
            }
        }
    }

    func read<R>(_ body: (Database) throws -> R) throws -> R {
        try Self.mapping { try pool.read(body) }
    }

    // MARK: LedgerStorage

    /// See `GovernanceStorage` and `LedgerStorage`.
    public func transaction<R: Sendable>(_ body: @Sendable (SQLiteTransaction) throws -> R) async throws -> R {
        try write { try body(SQLiteTransaction($0)) }
    }

    /// Reads without writing, from one consistent state.
    /// - Throws: ``StoreError``, and whatever `body` throws.
    public func reading<R>(_ body: (SQLiteTransaction) throws -> R) throws -> R {
        try read { try body(SQLiteTransaction($0)) }
    }

    /// Writes for the look of it: what `body` changed is taken back, whatever it returns.
    /// - Throws: ``StoreError``, and whatever `body` throws.
    public func rehearsing<R>(_ body: (SQLiteTransaction) throws -> R) throws -> R {
        try Self.mapping {
            try pool.writeWithoutTransaction { database in
                var result: Result<R, any Error>?
                try database.inTransaction(.immediate) {
                    result = Result { try body(SQLiteTransaction(database)) }
                    return .rollback
                }
                guard let result else { throw StoreError.disk(reason: "the transaction did not run") }
                return try result.get()
            }
        }
    }

    /// Whether the workspace can only be read: an auditor's copy, or one on a medium that cannot be written.
    public var isReadOnly: Bool { Self.isReadOnly(files) }

    // MARK: GovernanceStorage

    /// See `GovernanceStorage` and `LedgerStorage`.
    public func standing(of id: DestinationID) throws -> Destination.Standing? {
        // One row by its key needs no transaction around it, and this is asked for every chunk that leaves.
        try Self.mapping { try pool.unsafeRead { try SQLiteTransaction($0).standing(of: id) } }
    }

    /// See `GovernanceStorage` and `LedgerStorage`.
    public func recordPart(_ part: Int, of id: DestinationID) throws -> [UInt8]? {
        try Self.mapping { try pool.unsafeRead { try SQLiteTransaction($0).recordPart(part, of: id) } }
    }

    /// See `GovernanceStorage` and `LedgerStorage`.
    public func isCancelled(_ export: ExportID) throws -> Bool {
        try Self.mapping { try pool.unsafeRead { try SQLiteTransaction($0).isCancelled(export) } }
    }

    /// See `GovernanceStorage` and `LedgerStorage`.
    public func transferLease(for id: DestinationID) async throws -> any Lease {
        let path = files.lock("transfers-\(id)")
        // A removal that waits for quiet holds the lock exclusively for an instant only; nobody else ever does.
        guard let lease = try await FileLease.acquire(path, .shared, seconds: 10) else {
            throw StoreError.disk(reason: "the transfer lock of destination \(id) stays taken")
        }
        return lease
    }

    /// See `GovernanceStorage` and `LedgerStorage`.
    public func exportLease(for id: DestinationID) throws -> (any Lease)? {
        try FileLease.tryAcquire(files.lock("export-\(id)"), .exclusive)
    }

    /// See `GovernanceStorage` and `LedgerStorage`.
    public func waitUntilQuiet(_ id: DestinationID, seconds: Int) async throws -> Bool {
        guard let lease = try await FileLease.acquire(files.lock("transfers-\(id)"), .exclusive, seconds: seconds)
        else { return false }
        lease.release()
        return true
    }

    /// See `GovernanceStorage` and `LedgerStorage`.
    public func scrub() async throws -> Bool {
        // TRUNCATE needs a moment without readers. Who reads for long is not waited for: then it is noted, and done when
        // the workspace is opened next.
        for _ in 0..<10 {
            if try truncateJournal() {
                try write { try $0.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [Self.pendingScrub]) }
                _ = try truncateJournal()
                return true
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        try write {
            try $0.execute(
                sql: "INSERT OR IGNORE INTO meta (key, value) VALUES (?, x'01')", arguments: [Self.pendingScrub])
        }
        return false
    }

    private static let pendingScrub = "scrub-pending"

    private func truncateJournal() throws -> Bool {
        try Self.mapping {
            try pool.writeWithoutTransaction { database in
                // Readers are asked for a moment, not for as long as a writer may take.
                try database.execute(sql: "PRAGMA busy_timeout = 200")
                defer { try? database.execute(sql: "PRAGMA busy_timeout = 10000") }
                let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                return row?[0] == 0
            }
        }
    }

    /// Does what ``scrub()`` had to leave for later, if there is any of it.
    public func finishScrub() async throws {
        guard !Self.isReadOnly(files), try reading({ try $0.meta(Self.pendingScrub) != nil }) else { return }
        _ = try await scrub()
    }
}
