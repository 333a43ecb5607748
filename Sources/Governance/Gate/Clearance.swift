internal import Consent
internal import Model

/// What the gate found to be in order for one export or transfer, inside one transaction.
struct Clearance: ~Copyable {
    let destination: Destination
    let matching: DataMatching
    let policy: Policy
    let agreement: Agreement
    let consent: VerifiedConsent
}

extension Gate {
    /// Checks standing, configuration, policy and consent, in this order, and says what is missing.
    func clear(_ id: DestinationID, _ transaction: Storage.Transaction) throws -> Clearance {
        let destination = try standingDestination(id, transaction)
        guard let matching = destination.matching else { throw Refusal.notConfigured(id, missing: "data matching") }
        guard !destination.segments.isEmpty else { throw Refusal.notConfigured(id, missing: "segments") }
        let policy = try policyInForce(transaction)
        guard policy.allows(destination.endpoint) else { throw Refusal.hostNotAllowed(destination.endpoint.host) }
        let forbidden = matching.fields.filter { !policy.allows($0) }
        guard forbidden.isEmpty else { throw Refusal.fieldsNotAllowed(forbidden.map(\.name)) }
        guard let agreement = try transaction.agreement() else { throw Refusal.noAgreement }
        let consent = try consent(destination, matching, agreement, transaction)
        return Clearance(
            destination: destination, matching: matching, policy: policy, agreement: agreement, consent: consent)
    }

    /// The newest consent that holds and covers the destination as it is configured now.
    ///
    /// If none does, the reason of the newest is given.
    private func consent(
        _ destination: Destination, _ matching: DataMatching, _ agreement: Agreement, _ transaction: Storage.Transaction
    ) throws -> VerifiedConsent {
        var reason: (any Error)?
        for record in try transaction.consents(for: destination.id) {
            do {
                guard let administrator = try transaction.administrator(record.administrator) else {
                    throw Refusal.unknownAdministrator(record.administrator)
                }
                let consent = try ConsentVerifier.verify(
                    record, by: administrator, for: destination.id, under: agreement, now: time.now())
                try requireCoverage(consent.parts, destination, matching, transaction)
                return consent
            } catch let error as any ReportableError where error.failure == .refused {
                reason = reason ?? error
            }
        }
        throw reason ?? Refusal.noConsent(destination.id)
    }

    private func requireCoverage(
        _ signed: Statement.Parts, _ destination: Destination, _ matching: DataMatching,
        _ transaction: Storage.Transaction
    ) throws {
        guard signed.listID == destination.listID, signed.endpoint == destination.endpoint.description else {
            throw Refusal.noConsent(destination.id)
        }
        let fields = matching.fields.filter { !signed.fields.contains($0) }
        guard fields.isEmpty else {
            throw Refusal.fieldsNotConsented(destination.id, fields: fields.map(\.name))
        }
        let segments = destination.segments.filter { signed.segments[$0] == nil }
        guard segments.isEmpty else { throw Refusal.segmentsNotConsented(destination.id, segments: segments) }
        let changed = try destination.segments.filter { name in
            try transaction.segmentDigest(name) != signed.segments[name]
        }
        guard changed.isEmpty else { throw Refusal.segmentsChanged(destination.id, segments: changed) }
    }
}
