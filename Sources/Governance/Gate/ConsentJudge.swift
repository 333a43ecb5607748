internal import Consent
internal import Model

/// Judges the consents to one destination by what stands in one transaction.
///
/// The gate asks it before every transfer, and whoever lists consents or wants to know what a change would end asks it
/// too: the rules are written once.
struct ConsentJudge<Transaction: GovernanceTransaction> {
    let destination: Destination
    /// The consents to it, newest first.
    let records: [ConsentRecord]
    private let agreement: Agreement
    private let policy: Policy
    private let transaction: Transaction
    private let now: Timestamp
    private let withdrawn: ConsentRecord?

    init(
        of destination: Destination, under agreement: Agreement, _ policy: Policy, _ transaction: Transaction,
        now: Timestamp
    ) throws {
        self.destination = destination
        self.agreement = agreement
        self.policy = policy
        self.transaction = transaction
        self.now = now
        records = try transaction.consents(for: destination.id)
        // A withdrawal ends whatever was given for the destination before it (I4), by whomever: who takes a consent back
        // means the transfers to stop.
        withdrawn = records.filter { $0.withdrawn != nil }.max { ($0.withdrawn ?? 0) < ($1.withdrawn ?? 0) }
    }

    /// Of each administrator the newest: whoever signs anew means the new terms.
    var newest: [ConsentRecord] {
        var seen: Set<AdministratorName> = []
        return records.filter { seen.insert($0.administrator).inserted }
    }

    /// The newest consent that holds and covers the destination as it is configured now.
    ///
    /// If none does, the reason of the newest is given, whose administrator can sign anew if there is one.
    /// - Parameter wanted: whose consent alone counts; nil if anybody's does.
    func consent(of wanted: AdministratorName?) throws -> VerifiedConsent {
        var reason: (any Error)?
        var ofRetired: (any Error)?
        for record in newest {
            if let wanted, record.administrator != wanted { continue }
            do {
                return try verify(record)
            } catch ConsentError.retired(let name) {
                ofRetired = ofRetired ?? ConsentError.retired(name)
            } catch let error as any ReportableError where error.failure == .refused {
                reason = reason ?? error
            }
        }
        if let reason = reason ?? ofRetired { throw reason }
        throw wanted.map { Refusal.noConsentOf($0, destination.id) } ?? Refusal.noConsent(destination.id)
    }

    /// Checks one consent, the newest of its administrator: withdrawal, signature, person, agreement, time, terms, scope.
    /// - Throws: ``Refusal`` or `ConsentError`, one case for each reason.
    func verify(_ record: ConsentRecord) throws -> VerifiedConsent {
        if let withdrawn, record.index < withdrawn.withdrawn ?? 0 {
            throw ConsentError.withdrawn(index: withdrawn.index)
        }
        guard let administrator = try transaction.administrator(record.administrator) else {
            throw Refusal.unknownAdministrator(record.administrator)
        }
        let consent = try ConsentVerifier.verify(
            record, by: administrator, for: destination.id, under: agreement, now: now)
        guard let matching = destination.matching else {
            throw Refusal.notConfigured(destination.id, missing: "data matching")
        }
        try requireTerms(consent.parts, destination.id, policy)
        try requireCoverage(consent.parts, destination, matching, transaction)
        return consent
    }
}
