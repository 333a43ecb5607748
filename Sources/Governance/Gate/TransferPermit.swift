public import Ledger
public import Model
internal import Vault

/// The right to make one transfer: to send one batch, once, now.
///
/// Only ``Gate`` mints one, and only after the intent is durable under a signed head. It carries the batch, so that no
/// other bytes can go under it; it cannot be copied, so it cannot be used twice; and the one thing that ends it,
/// ``conclude(_:)``, says what became of the batch.
public struct TransferPermit: ~Copyable, Sendable {
    /// What may be sent.
    public let batch: PreparedBatch
    /// Where to.
    public let endpoint: Endpoint
    /// The receipt of the intent.
    public let intent: LedgerReceipt
    /// Says whether the destination still stands; to be asked before every chunk.
    public let standing: StandingCheck
    private let key: SecretBytes

    init(
        batch: PreparedBatch, endpoint: Endpoint, intent: LedgerReceipt, standing: StandingCheck,
        key: consuming SecretBytes
    ) {
        self.batch = batch
        self.endpoint = endpoint
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

/// The right to ask SendGrid something that carries no personal data: scopes, a list, field definitions, a job's state.
///
/// It needs no consent, because nothing but the key goes out, but a standing destination and an allowed host.
public struct InquiryPermit: ~Copyable, Sendable {
    /// Where to.
    public let endpoint: Endpoint
    /// Says whether the destination still stands.
    public let standing: StandingCheck
    private let key: SecretBytes

    init(endpoint: Endpoint, standing: StandingCheck, key: consuming SecretBytes) {
        self.endpoint = endpoint
        self.standing = standing
        self.key = key
    }

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
