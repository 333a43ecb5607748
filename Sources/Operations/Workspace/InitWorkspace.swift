internal import Consent
internal import FoundationEssentials
internal import Governance
internal import Ledger
public import Model
internal import Store
internal import Vault

/// What `init` made.
public struct InitReport: Encodable, Sendable {
    /// The directory of the workspace.
    public let home: String
    /// The name of the log in its checkpoints.
    public let logOrigin: String
    /// The log's verifier key, for whoever checks it.
    public let logVkey: String
}

extension Workspace {
    /// Makes a workspace: directory, key file, database, log; publishes the agreement and applies the policy that come
    /// with Waybill.
    /// - Parameters:
    ///   - organization: the organization on whose behalf data leaves, as the statement names it.
    ///   - keyFile: where to make the key file; in the workspace unless given. Together with the database it opens every
    ///     secret, so another disk is a better place.
    /// - Throws: an error of class cannot-create if that cannot be done or there already is one; what was begun is taken
    ///   away again.
    public static func create(
        home: String, organization: String, keyFile: String? = nil, time: TimeSource = .system
    ) async throws -> InitReport {
        try EnteredText.require(organization, "--organization")
        guard !organization.allSatisfy(\.isWhitespace), organization.utf8.count <= 200 else {
            throw OperationError.choice(option: "--organization", allowed: ["a name of 1 to 200 bytes"])
        }
        let files = WorkspaceFiles(home: home)
        try files.create()
        let keyPath = keyFile.map(absolutePath) ?? files.key
        do {
            try KeyEncryptionKey.create(path: keyPath)
        } catch {
            files.discard()
            throw error
        }
        do {
            return try await create(files, organization, keyPath, time)
        } catch {
            files.discard()
            try? FileManager.default.removeItem(atPath: keyPath)
            guard let error = error as? any ReportableError, error.failure != .io else {
                throw StoreError.cannotCreate(path: files.home, reason: "its files cannot be written")
            }
            throw error
        }
    }

    private static func create(
        _ files: WorkspaceFiles, _ organization: String, _ keyPath: String, _ time: TimeSource
    ) async throws -> InitReport {
        let keys = try KeyRing(path: keyPath)
        let instance = Hex.encode(try RandomBytes.make(count: 8))
        let origin = "waybill/\(instance)"
        let signer = try SigningKey.generate()
        let sealed = try keys.seal(try signer.seed(), label: logKeyLabel(origin: origin))
        let store = try SQLiteStore.create(files)
        try await store.transaction { transaction in
            try transaction.insert(meta: "origin", Array(origin.utf8))
            try transaction.insert(meta: "instance", Array(instance.utf8))
            try transaction.insert(meta: "organization", Array(organization.utf8))
            try transaction.insert(meta: "key_file", Array(keyPath.utf8))
            try transaction.insert(meta: "log_key", sealed.bytes)
        }
        let workspace = try Workspace(files: files, store: store, time: time) { keys }
        let bundled = BundledPolicies.self
        try bundled.write(to: files.policies)
        let policy = try PolicyFile.parse(bundled.boundary, file: "boundary.yaml")
        let vkey = try VerifierKey(name: origin, publicKey: signer.publicKey).text
        _ = try await workspace.log.commit { transaction, appender in
            _ = try appender.append(
                LogEntry(.logOpened, actor: "system", ["origin": .string(origin), "vkey": .string(vkey)]))
            try publish(bundled.agreement, by: "system", transaction, &appender)
            try apply(policy, by: "system", transaction, &appender)
        }
        return InitReport(home: files.home, logOrigin: origin, logVkey: vkey)
    }
}
