internal import Model

extension EntryType {
    /// The keys that every entry has.
    static let common: [String: EntryShape] = ["type": .text, "time": .time, "actor": .text, "instance": .text]

    private static let shapes: [EntryType: EntryShape] = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0, .record($0.fields.merging(common) { _, common in common })) })

    /// Says how an entry breaks the format, or nil if it does not: the rule of I6, for writer and audit alike.
    static func problem(in entry: CanonicalJSON) -> String? {
        guard case .object(let members) = entry else { return "it is no object" }
        guard let missing = common.keys.sorted().first(where: { members[$0] == nil }) else {
            guard let type = entry.optionalString("type").flatMap(EntryType.init) else { return "its type is unknown" }
            return shapes[type]?.problem(in: entry, at: "a \(type.rawValue) entry")
        }
        return "it lacks '\(missing)'"
    }

    /// The keys that entries of this type may have beside the common ones.
    var fields: [String: EntryShape] {
        switch self {
        case .logOpened: ["origin": .text, "vkey": .text]
        case .adminEnrolled, .adminRetired, .agreementPublished, .policyApplied: ruleFields
        case .consentRequested, .consentGiven, .consentWithdrawn: consentFields
        case .destinationConnected, .destinationConfigured, .destinationSuspended, .destinationResumed,
            .destinationRemoved, .destinationScheduled:
            destinationFields
        case .secretSealed, .secretDestroyed, .keyRotated: keyFields
        case .exportStarted, .exportResumed, .exportFinished: exportFields
        case .transferIntent, .transferOutcome, .transferRefused: transferFields
        case .subjectReported, .profilesRevealed, .subjectErased, .evidenceIssued: inquiryFields
        }
    }

    private var ruleFields: [String: EntryShape] {
        switch self {
        case .adminEnrolled:
            [
                "administrator": .text, "role": .text, "key_type": .sshKey, "public_key": .sshKey,
                "key_sha256": .digest,
            ]
        case .adminRetired: ["administrator": .text]
        case .agreementPublished: ["agreement": .text, "version": .integer, "texts": .map(.digest)]
        default:
            [
                "policy_sha256": .digest,
                "policy": .record([
                    "hosts": .list(.text), "fields": .map(.text), "maximum_profiles": .integer,
                    "warn_profiles": .integer, "consent_days": .integer, "request_minutes": .integer,
                    "purpose": .text, "transfer_mechanism": .text, "country": .text, "recipient": .text,
                    "maximum_removals": .integer, "maximum_removal_percent": .integer, "read_suppressions": .flag,
                ]),
            ]
        }
    }

    private var consentFields: [String: EntryShape] {
        switch self {
        case .consentRequested:
            [
                "consent": .text, "destination": .text, "administrator": .text, "statement_sha256": .digest,
                "nonce_sha256": .digest, "expires": .time,
            ]
        case .consentGiven:
            [
                "consent": .text, "destination": .text, "administrator": .text, "agreement": .text,
                "agreement_version": .integer, "agreement_sha256": .digest, "language": .text,
                "fields": .list(.text), "matching": .map(.fieldName), "do_not_contact": .list(.fieldName),
                "ignored_flags": .list(.fieldName), "segments": .list(.text), "valid_from": .time, "valid_until": .time,
                "statement_sha256": .digest, "signature_sha256": .digest, "key_sha256": .digest,
            ]
        default: ["consent_index": .integer, "destination": .text, "administrator": .text]
        }
    }

    private var destinationFields: [String: EntryShape] {
        switch self {
        case .destinationConnected:
            [
                "destination": .text, "kind": .text, "display_name": .text, "host": .text, "list_id": .text,
                "rehearsal": .flag,
            ]
        case .destinationConfigured:
            [
                "destination": .text, "fields": .list(.text), "matching": .map(.fieldName),
                "do_not_contact": .list(.fieldName), "ignored_flags": .list(.fieldName), "segments": .list(.text),
                "configuration_sha256": .digest, "created_fields": .list(.text),
            ]
        case .destinationScheduled: ["destination": .text, "schedule": .text, "export_user": .text]
        case .destinationRemoved:
            ["destination": .text, "reason": .text, "removed_at": .time, "transfers_total": .integer]
        default: ["destination": .text]
        }
    }

    private var keyFields: [String: EntryShape] {
        let secret: [String: EntryShape] = [
            "destination": .text, "record": .text, "version": .integer, "envelope_sha256": .digest,
            "key_version": .integer,
        ]
        let rotation: [String: EntryShape] = [
            "key": .text, "vkey": .text, "previous_version": .integer, "records": .integer, "rewrapped": .integer,
            "key_sha256": .digest,
        ]
        return self == .keyRotated ? secret.merging(rotation) { shape, _ in shape } : secret
    }

    private var exportFields: [String: EntryShape] {
        switch self {
        case .exportStarted, .exportResumed:
            [
                "export": .text, "destination": .text, "consent_index": .integer, "policy_sha256": .digest,
                "fields": .list(.text), "segments": .list(.text), "profiles": .integer, "rehearsal": .flag,
                "plan_sha256": .digest, "removals": .integer, "removals_allowed": .flag, "trigger": .text,
            ]
        default:
            [
                "export": .text, "destination": .text, "state": .text, "reason": .text, "counts": .map(.integer),
                "rejections": .map(.integer), "batches": .integer, "bytes": .integer, "duration_ms": .integer,
                "jobs": .list(
                    .record([
                        "job": .text, "state": .text, "contacts": .integer, "refused": .integer, "intent": .integer,
                    ])),
            ]
        }
    }

    private var transferFields: [String: EntryShape] {
        switch self {
        case .transferIntent:
            [
                "export": .text, "destination": .text, "host": .text, "method": .text, "path": .text, "purpose": .text,
                "agreement": .text, "agreement_version": .integer, "agreement_sha256": .digest,
                "consent_index": .integer, "policy_sha256": .digest, "fields": .list(.text), "segments": .list(.text),
                "subjects": .integer, "body_bytes": .integer, "body_sha256": .digest, "manifest_sha256": .digest,
                "attempt": .integer, "retry_of": .integer, "resends": .list(.integer), "action": .text,
                "rehearsal": .flag,
            ]
        case .transferOutcome:
            [
                "intent": .integer, "export": .text, "destination": .text, "status": .text, "http_status": .integer,
                "job": .text, "request_id": .text, "duration_ms": .integer, "contacts": .integer,
                "response_sha256": .digest, "reason": .text,
            ]
        default: ["export": .text, "destination": .text, "code": .text]
        }
    }

    private var inquiryFields: [String: EntryShape] {
        switch self {
        case .subjectReported: ["transfers": .integer]
        case .profilesRevealed: ["segment": .text, "source": .text, "profiles": .integer]
        case .subjectErased:
            [
                "administrator": .text, "destination": .text, "destinations": .list(.text), "lists": .integer,
                "transfers": .integer,
                "contacts": .integer, "job": .text, "jobs": .list(.text), "state": .text, "request_id": .text,
            ]
        default:
            [
                "size": .integer, "root_sha256": .digest, "from": .time, "to": .time, "export": .text,
                "consent_index": .integer, "entries": .integer, "transfers": .integer, "files": .integer,
                "bundle_sha256": .digest,
            ]
        }
    }
}
