internal import Consent
internal import FoundationEssentials
internal import Governance
internal import Ledger
public import Model
internal import Store
internal import Vault

/// A workspace that is open: database, keys, log and gate.
///
/// Everything a person can do is a method on it, one a file.
public struct Workspace: Sendable {
    let files: WorkspaceFiles
    let store: SQLiteStore
    let time: TimeSource
    /// The name of the log in its checkpoints.
    public let origin: String
    let organization: String
    /// Asked with what a change would end, before it is made; nil if nobody is to be asked.
    var caution: Caution?
    /// What takes the key file, or why it cannot be had: reading the workspace does not need it.
    private let custody: Result<Custody, any Error>

    private struct Custody: Sendable {
        let keys: KeyRing
        let log: TransparencyLog<SQLiteStore>
        let gate: Gate<SQLiteStore>
    }

    var keys: KeyRing { get throws { try custody.get().keys } }
    var log: TransparencyLog<SQLiteStore> { get throws { try custody.get().log } }
    var gate: Gate<SQLiteStore> { get throws { try custody.get().gate } }
    /// Whether the key file is there and is this workspace's.
    var hasKeys: Bool { (try? custody.get()) != nil }

    /// Why the key file cannot be used, if it cannot.
    var keyProblem: (any ReportableError)? {
        guard case .failure(let error) = custody else { return nil }
        return error as? any ReportableError
    }

    /// Opens the workspace in `home`.
    /// - Throws: an error of class configuration if there is none; of class I/O or verification if it is damaged.
    /// - Parameter allowingExposed: whether a workspace that others can change is opened all the same: to remove a
    ///   destination, which has to work whatever else is wrong (I9).
    public static func open(
        home: String, allowingExposed: Bool = false, time: TimeSource = .system
    ) throws -> Workspace {
        let files = WorkspaceFiles(home: home)
        if !allowingExposed { try files.requirePrivate() }
        let store = try SQLiteStore.open(files)
        return try Workspace(files: files, store: store, time: time) {
            let recorded = try store.reading { try $0.meta("key_file") }
            return try Self.credential.map { try KeyRing(path: $0, custody: .systemdCredential) }
                ?? KeyRing(path: recorded.map { String(decoding: $0, as: UTF8.self) } ?? files.key)
        }
    }

    /// Opens the workspace, and logs what could not be logged while its key was missing.
    /// - Throws: as ``open(home:time:)``.
    public static func opened(home: String, allowingExposed: Bool = false) async throws -> Workspace {
        let workspace = try open(home: home, allowingExposed: allowingExposed)
        if workspace.hasKeys, try workspace.store.reading({ try !$0.deferredRemovals().isEmpty }) {
            try await workspace.gate.settleRemovals()
        }
        try await workspace.store.finishScrub()
        return workspace
    }

    init(files: WorkspaceFiles, store: SQLiteStore, time: TimeSource, keys: () throws -> KeyRing) throws {
        let (origin, instance, organization, box) = try store.reading { transaction in
            func text(_ key: String) throws -> String {
                guard let value = try transaction.meta(key) else { throw StoreError.damaged(what: "it lacks '\(key)'") }
                return String(decoding: value, as: UTF8.self)
            }
            guard let box = try transaction.meta("log_key") else {
                throw StoreError.damaged(what: "it lacks the log's key")
            }
            return (try text("origin"), try text("instance"), try text("organization"), box)
        }
        self.files = files
        self.store = store
        self.time = time
        self.origin = origin
        self.organization = organization
        custody = Result {
            let keys = try keys()
            let seed = try keys.open(SealedBox(parsing: box), label: Self.logKeyLabel(origin: origin))
            let log = try TransparencyLog(
                storage: store, signer: try SigningKey(seed: seed), origin: origin, instance: instance, time: time)
            return Custody(keys: keys, log: log, gate: Gate(storage: store, log: log, keys: keys, time: time))
        }
    }

    /// The key encryption key as a systemd credential (systemd.exec(5), `LoadCredential=`), if there is one.
    ///
    /// It comes before any file: it is in memory that is never swapped out, and readable by the service alone.
    private static var credential: String? {
        guard let directory = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] else { return nil }
        let path = directory + "/waybill.key"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    static func logKeyLabel(origin: String) -> SecretLabel {
        SecretLabel(
            tenant: origin, table: "meta", record: [UInt8](repeating: 0, count: 16), field: "log_key", version: 1)
    }

    /// Finds a destination by its identifier or, if it is the only one of that name, by its display name.
    func destination(_ name: String) throws -> Destination {
        let all = try store.reading { try $0.destinations() }
        if let match = all.first(where: { $0.id.text == name }) { return match }
        let named = all.filter { $0.displayName == name }
        // One that was removed does not keep another from being called so.
        let standing = named.filter { if case .removed = $0.standing { false } else { true } }
        let meant = standing.isEmpty ? named : standing
        guard let match = meant.first else { throw Refusal.unknownDestination(name) }
        guard meant.count == 1 else { throw OperationError.severalDestinations(name, meant.map(\.id)) }
        return match
    }
}
