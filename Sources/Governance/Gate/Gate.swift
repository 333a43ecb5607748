internal import Consent
public import Ledger
public import Model
public import Vault

/// The gate between the engine and the outside: policy, consent, standing and log make a permit, or a refusal that says
/// why.
///
/// The order is what the guarantees rest on, and is the same for every transfer:
/// 1. hold the transfer lease, so that a removal waits for us or we see it;
/// 2. in one transaction: read standing, policy and consent, append the intent, sign the new head, commit;
/// 3. mint the permit, lend it to Delivery, watch the standing meanwhile;
/// 4. append the outcome;
/// 5. let go of the lease.
public struct Gate<Storage: GovernanceStorage>: Sendable {
    /// The log, for what is recorded beside transfers.
    public let log: TransparencyLog<Storage>
    let storage: Storage
    let keys: KeyRing
    let time: TimeSource

    /// A gate over `storage`.
    public init(storage: Storage, log: TransparencyLog<Storage>, keys: KeyRing, time: TimeSource) {
        self.storage = storage
        self.log = log
        self.keys = keys
        self.time = time
    }

    /// Finds the destination and makes sure that it stands.
    func standingDestination(_ id: DestinationID, _ transaction: Storage.Transaction) throws -> Destination {
        try transaction.standingDestination(id)
    }

    /// Whether the destination stands, asked of the storage itself at every call.
    func standingCheck(_ id: DestinationID) -> StandingCheck {
        StandingCheck { [storage] in
            guard let standing = try storage.standing(of: id) else { throw Refusal.unknownDestination(id.text) }
            try standing.requireActive(id)
        }
    }

    /// The policy in force.
    func policyInForce(_ transaction: Storage.Transaction) throws -> Policy {
        try transaction.policyInForce()
    }

    /// Appends what was refused and why, then passes the refusal on.
    ///
    /// What cannot be logged is refused all the same.
    func recordingRefusals<R: Sendable>(
        of id: DestinationID, export: ExportID?, _ body: () async throws -> R
    ) async throws -> R {
        do {
            return try await body()
        } catch let error as any ReportableError where error.failure == .refused {
            var fields: [String: CanonicalJSON] = ["destination": .string(id.text), "code": .string(error.code)]
            if let export { fields["export"] = .string(export.text) }
            let entry = LogEntry(.transferRefused, actor: "system", fields)
            _ = try await log.commit { _, appender in try appender.append(entry) }
            throw error
        }
    }
}

extension Destination.Standing {
    func requireActive(_ id: DestinationID) throws(Refusal) {
        switch self {
        case .active: return
        case .suspended(let name, let time): throw .suspended(id, by: name, at: time)
        case .removed(let name, let time): throw .removed(id, by: name, at: time)
        }
    }
}

/// The keys a process needs for its secrets, shared by reference because they cannot be copied.
public final class KeyRing: Sendable {
    private let key: KeyEncryptionKey

    /// Reads the key encryption key from its file.
    /// - Throws: `VaultError` if the file is missing, can be read by others, or is not a key.
    public init(path: String, custody: KeyEncryptionKey.Custody = .file) throws {
        key = try KeyEncryptionKey(path: path, custody: custody)
    }

    /// The version of the key encryption key.
    public var version: UInt32 { key.version }

    /// Opens a sealed secret.
    /// - Throws: `VaultError` if it does not open.
    public func open(_ sealed: SealedSecret) throws -> SecretBytes {
        try sealed.box.open(label: sealed.label, under: key)
    }

    /// Seals a secret.
    /// - Throws: `VaultError` if OpenSSL fails.
    public func seal(_ secret: borrowing SecretBytes, label: SecretLabel) throws -> SealedBox {
        try SealedBox.seal(secret, label: label, under: key)
    }

    /// Opens a box that belongs to no destination.
    /// - Throws: `VaultError` if it does not open.
    public func open(_ box: SealedBox, label: SecretLabel) throws -> SecretBytes {
        try box.open(label: label, under: key)
    }
}
