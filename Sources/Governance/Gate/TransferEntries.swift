internal import Consent
internal import Ledger
internal import Model

extension Gate {
    /// The entry that says what is about to leave, where to, and by whose leave.
    func intentEntry(
        _ batch: PreparedBatch, _ bodyDigest: Digest, _ manifest: Manifest, _ clearance: borrowing Clearance,
        _ export: ExportID, attempt: Int, earlier: Int64?
    ) throws -> LogEntry {
        let consent = clearance.consent.parts
        var fields: [String: CanonicalJSON] = [
            "export": .string(export.text), "destination": .string(batch.destination.text),
            "host": .string(clearance.destination.endpoint.host), "method": .string("PUT"),
            "path": .string("/v3/marketing/contacts"), "purpose": .string(clearance.policy.purpose),
            "agreement": .string(Agreement.identifier), "agreement_version": .integer(consent.agreementVersion),
            "agreement_sha256": .string(consent.agreementDigest.hex),
            "consent_index": .integer(clearance.consent.index),
            "policy_sha256": .string(try clearance.policy.digest().hex),
            "segments": .strings(batch.segments.map(\.text)), "fields": .strings(batch.fields.map(\.name)),
            "subjects": .integer(Int64(batch.count)), "body_bytes": .integer(Int64(batch.byteCount)),
            "body_sha256": .string(bodyDigest.hex), "manifest_sha256": .string(manifest.digest.hex),
            "attempt": .integer(Int64(attempt)), "rehearsal": .flag(clearance.destination.endpoint.isLoopback),
        ]
        if let earlier { fields["retry_of"] = .integer(earlier) }
        return LogEntry(.transferIntent, actor: consent.administrator.text, fields)
    }

    /// The entry that says what became of it.
    func outcomeEntry(
        _ outcome: TransferOutcome, intent: Int64, export: ExportID, destination: DestinationID, contacts: Int?
    ) -> LogEntry {
        var fields: [String: CanonicalJSON] = [
            "intent": .integer(intent), "export": .string(export.text), "destination": .string(destination.text),
            "status": .string(outcome.statusName), "http_status": .integer(Int64(outcome.httpStatus)),
            "duration_ms": .integer(outcome.milliseconds),
        ]
        if case .accepted(let job) = outcome.status { fields["job"] = .string(job) }
        if !outcome.requestID.isEmpty { fields["request_id"] = .string(outcome.requestID) }
        if !outcome.reason.isEmpty { fields["reason"] = .string(outcome.reason) }
        if let contacts { fields["contacts"] = .integer(Int64(contacts)) }
        if let digest = outcome.responseDigest { fields["response_sha256"] = .string(digest.hex) }
        return LogEntry(.transferOutcome, actor: "system", fields)
    }
}
