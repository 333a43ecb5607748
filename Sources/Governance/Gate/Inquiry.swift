internal import Ledger
public import Model
public import Vault

extension Gate {
    /// Asks SendGrid something about a connected destination.
    ///
    /// Nothing but the key goes out.
    /// - Throws: ``Refusal`` if the destination does not stand or its host is not allowed, and whatever `ask` throws.
    public func inquire<R: Sendable>(
        _ id: DestinationID, ask: @escaping @Sendable (borrowing InquiryPermit) async throws -> R
    ) async throws -> R {
        let lease = try await storage.transferLease(for: id)
        defer { lease.release() }
        let (endpoint, policy, secret) = try await storage.transaction { transaction in
            let destination = try standingDestination(id, transaction)
            let policy = try policyInForce(transaction)
            guard policy.allows(destination.endpoint) else { throw Refusal.hostNotAllowed(destination.endpoint.host) }
            guard let secret = try transaction.secret(.apiKey, of: id) else { throw Refusal.keyMissing(id) }
            return (destination.endpoint, policy, secret)
        }
        let (result, halt) = await whileStanding(id) {
            let permit = InquiryPermit(
                endpoint: endpoint, destination: id, standing: standingCheck(id), policy: policy,
                key: try keys.open(secret))
            return try await ask(permit)
        }
        if let halt { throw halt }
        return try result.get()
    }

    /// Asks SendGrid something about a destination that is not connected yet.
    /// - Throws: ``Refusal`` if the host is not allowed, and whatever `ask` throws.
    public func inquire<R: Sendable>(
        candidate endpoint: Endpoint, key: borrowing SecretBytes,
        ask: @Sendable (borrowing InquiryPermit) async throws -> R
    ) async throws -> R {
        let policy = try await storage.transaction { try policyInForce($0) }
        guard policy.allows(endpoint) else { throw Refusal.hostNotAllowed(endpoint.host) }
        let permit = InquiryPermit(
            endpoint: endpoint, destination: nil, standing: StandingCheck {}, policy: policy, key: try key.copy())
        return try await ask(permit)
    }
}

extension Gate {
    /// Waits for `delay`, or until the destination no longer stands.
    /// - Throws: ``Refusal`` in the latter case; `CancellationError` if the task is cancelled.
    public func pause(_ session: ExportSession, for delay: Duration) async throws {
        let (result, halt) = await whileStanding(session.destination.id) { try await Task.sleep(for: delay) }
        if let halt { throw halt }
        try result.get()
    }
}
