public import Consent
public import Model

/// What a consent is worth at one moment, as the gate judges it.
public struct ConsentWorth: Sendable {
    /// The consent as stored.
    public let record: ConsentRecord
    /// `in-force`: an export may go out under it.
    ///
    /// Else a slug for what keeps it from that: `not-yet`, `expired`, `withdrawn`, `ended-by-withdrawal` (of another
    /// consent to the destination), `superseded` (by a newer one of the same person), `retired`, `destination-removed`,
    /// `destination-changed`, or the code of the gate's refusal (`agreement-superseded`, `terms-changed`,
    /// `matching-changed`, `segments-changed` and so on).
    public let state: String
    /// What keeps it from being in force, in a sentence; nil if nothing does.
    public let reason: String?

    /// Whether an export may go out under it.
    public var isInForce: Bool { reason == nil }
}

extension GovernanceTransaction {
    /// What each consent to a destination is worth, newest first, withdrawn ones included.
    /// - Throws: a storage error; what keeps a consent from counting is in the answer.
    public func worths(ofConsentsTo id: DestinationID, now: Timestamp) throws -> [ConsentWorth] {
        let judge: ConsentJudge<Self>
        do {
            guard let destination = try destination(id) else { throw Refusal.unknownDestination(id.text) }
            guard let agreement = try agreement() else { throw Refusal.noAgreement }
            judge = try ConsentJudge(of: destination, under: agreement, try policyInForce(), self, now: now)
        } catch let refusal as Refusal {
            return try consents(for: id).map { ConsentWorth(record: $0, state: refusal.code, reason: refusal.message) }
        }
        let newest = Dictionary(uniqueKeysWithValues: judge.newest.map { ($0.administrator, $0.index) })
        return try judge.records.map { record in
            try worth(of: record, by: judge, newest: newest[record.administrator] ?? record.index, now: now)
        }
    }

    private func worth(
        of record: ConsentRecord, by judge: ConsentJudge<Self>, newest: Int64, now: Timestamp
    ) throws -> ConsentWorth {
        func ended(_ state: String, _ reason: String) -> ConsentWorth {
            ConsentWorth(record: record, state: state, reason: reason)
        }
        if let index = record.withdrawn { return ended("withdrawn", "it was withdrawn at log index \(index)") }
        if case .removed(let by, let at) = judge.destination.standing {
            let refusal = Refusal.removed(judge.destination.id, by: by, at: at)
            return ended(refusal.code, refusal.message)
        }
        guard record.index == newest else {
            return ended("superseded", "\(record.administrator) signed anew: the consent at log index \(newest)")
        }
        do {
            _ = try judge.verify(record)
            return ConsentWorth(record: record, state: "in-force", reason: nil)
        } catch ConsentError.withdrawn(let index) {
            return ended("ended-by-withdrawal", "the consent at log index \(index) was withdrawn after it was given")
        } catch let error as ConsentError where error.code == "clock-behind-consent" {
            return ended("not-yet", error.message)
        } catch let error as ConsentError {
            return ended(Self.state(for: error), error.message)
        } catch Refusal.noConsent {
            return ended("destination-changed", "it was signed for another list, or another host")
        } catch let error as Refusal {
            return ended(error.code, error.message)
        } catch let error as ModelError {
            return ended(error.code, error.message)
        }
    }

    private static func state(for error: ConsentError) -> String {
        switch error {
        case .expired: "expired"
        case .retired: "retired"
        default: error.code
        }
    }

    /// Why an export to a destination would not be cleared now, whatever it sends; nil if it would.
    /// - Parameter administrator: under whose consent alone it would run; nil if anybody's will do.
    /// - Throws: a storage error.
    public func objection(
        to id: DestinationID, under administrator: AdministratorName? = nil, now: Timestamp
    ) throws -> (any ReportableError)? {
        do {
            _ = try clear(id, under: administrator, now: now)
            return nil
        } catch let error as Refusal {
            return error
        } catch let error as ConsentError {
            return error
        } catch let error as ModelError {
            return error
        }
    }
}
