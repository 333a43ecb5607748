public import Ledger
public import Model
internal import Vault

/// The right to make one transfer: to send one cargo, once, now.
///
/// Only ``Gate`` mints one, and only after the intent is durable under a signed head. It carries the cargo, so that no
/// other bytes can go under it, and only to a call that is made for such cargo; it cannot be copied, so it cannot be used twice; and the one thing that ends it,
/// ``conclude(_:)``, says what became of the batch.
public struct TransferPermit<Cargo: TransferCargo>: ~Copyable, Sendable {
    /// What may be sent.
    public let cargo: Cargo
    /// Where to.
    public let endpoint: Endpoint
    /// Where a file goes to, if the cargo is one.
    public let upload: UploadTarget?
    /// The receipt of the intent.
    public let intent: LedgerReceipt
    /// Says whether the destination still stands; to be asked before every chunk.
    public let standing: StandingCheck
    private let key: SecretBytes

    init(
        cargo: Cargo, endpoint: Endpoint, upload: UploadTarget?, intent: LedgerReceipt, standing: StandingCheck,
        key: consuming SecretBytes
    ) {
        self.cargo = cargo
        self.endpoint = endpoint
        self.upload = upload
        self.intent = intent
        self.standing = standing
        self.key = key
    }

    /// Lends the API key for as long as `body` runs.
    public borrowing func withKey<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try key.withUnsafeBytes(body)
    }

    /// Spends the permit: says what became of the batch.
    public consuming func conclude(_ outcome: TransferOutcome) -> Conclusion {
        Conclusion(intent: intent, outcome: outcome)
    }
}

/// Where SendGrid wants a file, and what it will be called: the answer to `PUT /v3/marketing/contacts/imports`.
public struct UploadTarget: Sendable {
    /// The host.
    public let endpoint: Endpoint
    /// The path, without the query: what is logged.
    public let path: String
    /// Path and query: who has it can upload, so it is not logged.
    public let address: Personal<String>
    /// Headers that the upload must carry.
    public let headers: [[String]]
    /// The job that will take the file in.
    public let job: String

    /// A target of these parts.
    public init(endpoint: Endpoint, path: String, address: Personal<String>, headers: [[String]], job: String) {
        self.endpoint = endpoint
        self.path = path
        self.address = address
        self.headers = headers
        self.job = job
    }
}

/// The right to ask SendGrid something that carries no personal data: scopes, a list, field definitions, a job's state.
///
/// It needs no consent, because nothing but the key goes out, but a standing destination and an allowed host.
public struct InquiryPermit: ~Copyable, Sendable {
    /// Where to.
    public let endpoint: Endpoint
    /// The destination that is asked about, if it is connected yet.
    public let destination: DestinationID?
    /// Says whether the destination still stands.
    public let standing: StandingCheck
    private let key: SecretBytes
    private let policy: Policy

    init(
        endpoint: Endpoint, destination: DestinationID?, standing: StandingCheck, policy: Policy,
        key: consuming SecretBytes
    ) {
        self.destination = destination
        self.policy = policy
        self.endpoint = endpoint
        self.standing = standing
        self.key = key
    }

    /// Whether the boundary policy allows a host that SendGrid names in an answer.
    public borrowing func allows(_ named: Endpoint) -> Bool { policy.allows(named, namedBy: endpoint) }

    /// Lends the API key for as long as `body` runs.
    public borrowing func withKey<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try key.withUnsafeBytes(body)
    }
}

/// Asks whether a destination still stands.
public struct StandingCheck: Sendable {
    private let read: @Sendable () throws -> Void

    init(_ read: @escaping @Sendable () throws -> Void) {
        self.read = read
    }

    /// Returns if the destination is active at this moment.
    /// - Throws: ``Refusal/removed(_:by:at:)``, ``Refusal/suspended(_:by:at:)``, or whatever kept it from being read.
    public func callAsFunction() throws {
        try read()
    }
}

/// Evidence that a permit was spent, and what came of it.
///
/// Made by ``TransferPermit/conclude(_:)`` alone.
public struct Conclusion: Sendable {
    let intent: LedgerReceipt
    let outcome: TransferOutcome

    init(intent: LedgerReceipt, outcome: TransferOutcome) {
        self.intent = intent
        self.outcome = outcome
    }
}
