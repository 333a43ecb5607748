internal import Consent
internal import Ledger
internal import Model

/// What an intent says beside what its cargo and the clearance say.
struct IntentDraft: Sendable {
    let manifest: Manifest
    let bodyDigest: Digest
    let bodyBytes: Int
    let subjects: Int
    let upload: UploadTarget?
    let attempt: Int
    let earlier: Int64?
    let resends: [Int64]
}

extension Gate {
    /// The entry that says what is about to leave, where to, and by whose leave.
    func intentEntry(
        _ batch: some TransferCargo, _ draft: IntentDraft, _ clearance: borrowing Clearance, _ export: ExportID
    ) throws -> LogEntry {
        let consent = clearance.consent.parts
        let endpoint = draft.upload?.endpoint ?? clearance.destination.endpoint
        var fields: [String: CanonicalJSON] = [
            "export": .string(export.text), "destination": .string(batch.destination.text),
            "action": .string(batch.action.rawValue), "host": .string(endpoint.host),
            "method": .string(batch.action.method),
            "path": .string(try draft.upload.map { try LoggedName.path($0.path) } ?? batch.action.path(batch.listID)),
            "purpose": .string(clearance.policy.purpose),
            "agreement": .string(Agreement.identifier), "agreement_version": .integer(consent.agreementVersion),
            "agreement_sha256": .string(consent.agreementDigest.hex),
            "consent_index": .integer(clearance.consent.index),
            "policy_sha256": .string(try clearance.policy.digest().hex),
            "segments": .strings(batch.segments.map(\.text)), "fields": .strings(batch.fields.map(\.name)),
            "subjects": .integer(Int64(draft.subjects)), "body_bytes": .integer(Int64(draft.bodyBytes)),
            "body_sha256": .string(draft.bodyDigest.hex), "manifest_sha256": .string(draft.manifest.digest.hex),
            "attempt": .integer(Int64(draft.attempt)), "rehearsal": .flag(endpoint.isLoopback),
        ]
        if let earlier = draft.earlier { fields["retry_of"] = .integer(earlier) }
        if !draft.resends.isEmpty { fields["resends"] = .array(draft.resends.map { .integer($0) }) }
        return LogEntry(.transferIntent, actor: consent.administrator.text, fields)
    }

    /// The entry that says what became of it.
    func outcomeEntry(
        _ outcome: TransferOutcome, intent: Int64, export: ExportID, destination: DestinationID, contacts: Int?
    ) throws -> LogEntry {
        var fields: [String: CanonicalJSON] = [
            "intent": .integer(intent), "export": .string(export.text), "destination": .string(destination.text),
            "status": .string(outcome.statusName), "http_status": .integer(Int64(outcome.httpStatus)),
            "duration_ms": .integer(outcome.milliseconds),
        ]
        if case .accepted(let job) = outcome.status { fields["job"] = .string(try LoggedName.job(job)) }
        if !outcome.requestID.isEmpty { fields["request_id"] = .string(outcome.requestID) }
        if !outcome.reason.isEmpty { fields["reason"] = .string(outcome.reason) }
        if let contacts { fields["contacts"] = .integer(Int64(contacts)) }
        if let digest = outcome.responseDigest { fields["response_sha256"] = .string(digest.hex) }
        return LogEntry(.transferOutcome, actor: "system", fields)
    }
}
