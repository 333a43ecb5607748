internal import Consent
public import Model

/// What the gate found to be in order for one export or transfer, inside one transaction.
struct Clearance: ~Copyable {
    let destination: Destination
    let matching: DataMatching
    let policy: Policy
    let agreement: Agreement
    let consent: VerifiedConsent
    /// The definitions of the segments, by their digests.
    let segments: [SegmentName: Digest]

    var scope: ExportScope { ExportScope(destination: destination, segments: segments) }
}

/// What an export is about: where it goes, how profiles become contacts, and which are meant.
///
/// It is fixed when the export begins; every transfer is checked against it, so that a change in between stops the export
/// instead of sending what was prepared under other terms.
public struct ExportScope: Sendable, Equatable {
    /// The destination, with its data matching.
    public let destination: Destination
    /// The digest of each segment's definition and source.
    public let segments: [SegmentName: Digest]
}

extension Gate {
    /// Checks standing, configuration, policy and consent; see `GovernanceTransaction.clear(_:under:now:)`.
    func clear(
        _ id: DestinationID, under administrator: AdministratorName? = nil, _ transaction: Storage.Transaction
    ) throws -> Clearance {
        try transaction.clear(id, under: administrator, now: time.now())
    }
}

extension GovernanceTransaction {
    /// Checks standing, configuration, policy and consent, in this order, and says what is missing.
    /// - Parameter administrator: whose consent alone counts; nil if anybody's does.
    func clear(_ id: DestinationID, under administrator: AdministratorName?, now: Timestamp) throws -> Clearance {
        let destination = try standingDestination(id)
        guard let matching = destination.matching else { throw Refusal.notConfigured(id, missing: "data matching") }
        guard !destination.segments.isEmpty else { throw Refusal.notConfigured(id, missing: "segments") }
        let policy = try policyInForce()
        guard policy.allows(destination.endpoint) else { throw Refusal.hostNotAllowed(destination.endpoint.host) }
        let forbidden = matching.fields.filter { !policy.allows($0) }
        guard forbidden.isEmpty else { throw Refusal.fieldsNotAllowed(forbidden.map(\.name)) }
        guard let agreement = try agreement() else { throw Refusal.noAgreement }
        let judge = try ConsentJudge(of: destination, under: agreement, policy, self, now: now)
        return Clearance(
            destination: destination, matching: matching, policy: policy, agreement: agreement,
            consent: try judge.consent(of: administrator), segments: try segmentDigests(of: destination))
    }

    /// Finds the destination and makes sure that it stands.
    func standingDestination(_ id: DestinationID) throws -> Destination {
        guard let destination = try destination(id) else { throw Refusal.unknownDestination(id.text) }
        try destination.standing.requireActive(id)
        return destination
    }

    /// The policy in force.
    func policyInForce() throws -> Policy {
        guard let canonical = try policy() else { throw Refusal.noPolicy }
        return try Policy(canonical: canonical)
    }
}

extension ConsentJudge {
    /// What the transfers are for, who receives them and on what they rest is the policy's, and was signed as it was then.
    func requireTerms(_ signed: Statement.Parts, _ id: DestinationID, _ policy: Policy) throws {
        let terms = [
            ("the purpose", signed.purpose, policy.purpose), ("the recipient", signed.processor, policy.recipient),
            ("the country", signed.country, policy.country),
            ("the transfer mechanism", signed.transferMechanism, policy.transferMechanism),
        ]
        // A statement has one line for each.
        let changed = terms.filter { $0.1 != String($0.2.map { $0.isNewline ? " " : $0 }) }.map(\.0)
        guard changed.isEmpty else { throw Refusal.termsChanged(id, terms: changed) }
    }

    func requireCoverage(
        _ signed: Statement.Parts, _ destination: Destination, _ matching: DataMatching,
        _ transaction: Transaction
    ) throws {
        guard signed.listID == destination.listID, signed.endpoint == destination.endpoint.description else {
            throw Refusal.noConsent(destination.id)
        }
        let fields = matching.fields.filter { !signed.fields.contains($0) }
        guard fields.isEmpty else {
            throw Refusal.fieldsNotConsented(destination.id, fields: fields.map(\.name))
        }
        let moved = matching.pairs.filter { !signed.matching.pairs.contains($0) }
        guard moved.isEmpty else {
            throw Refusal.matchingChanged(destination.id, fields: moved.map(\.field.name))
        }
        let dropped = signed.doNotContact.filter { !destination.doNotContact.contains($0) }
        guard dropped.isEmpty else { throw Refusal.doNotContactChanged(destination.id, fields: dropped) }
        let ignored = destination.ignoredFlags.filter { !signed.ignoredFlags.contains($0) }
        guard ignored.isEmpty else { throw Refusal.ignoredFlagsChanged(destination.id, fields: ignored) }
        let segments = destination.segments.filter { signed.segments[$0] == nil }
        guard segments.isEmpty else { throw Refusal.segmentsNotConsented(destination.id, segments: segments) }
        let changed = try destination.segments.filter { name in
            try transaction.segmentDigest(name) != signed.segments[name]
        }
        guard changed.isEmpty else { throw Refusal.segmentsChanged(destination.id, segments: changed) }
    }
}
