internal import Model

/// The format of entries: which keys each type may have, and what no value may look like (I6). Writer and auditor share
/// this and nothing else.
enum EntryFormat {
    /// C2SP tlog-tiles gives an entry's length 16 bits.
    static let maximumBytes = 65_535

    static let common: Set<String> = ["type", "time", "actor", "instance"]

    static func keys(of type: EntryType) -> Set<String> {
        switch type {
        case .logOpened: ["origin", "vkey"]
        case .adminEnrolled: ["administrator", "role", "key_type", "public_key", "key_sha256"]
        case .adminRetired: ["administrator"]
        case .agreementPublished: ["agreement", "version", "texts"]
        case .policyApplied: ["policy_sha256", "policy"]
        case .consentRequested:
            ["consent", "destination", "administrator", "statement_sha256", "nonce_sha256", "expires"]
        case .consentGiven:
            [
                "consent", "destination", "administrator", "agreement", "agreement_version", "agreement_sha256",
                "language", "fields", "segments", "valid_from", "valid_until", "statement_sha256", "signature_sha256",
                "key_sha256",
            ]
        case .consentWithdrawn: ["consent_index", "destination", "administrator"]
        case .destinationConnected: ["destination", "kind", "display_name", "host", "list_id", "rehearsal"]
        case .destinationConfigured: ["destination", "fields", "segments", "configuration_sha256"]
        case .destinationSuspended, .destinationResumed: ["destination"]
        case .destinationRemoved: ["destination", "reason", "transfers_total"]
        case .secretSealed: ["destination", "record", "version", "envelope_sha256", "key_version"]
        case .secretDestroyed: ["destination", "record", "version", "envelope_sha256"]
        case .keyRotated: ["key_version", "rewrapped"]
        case .exportStarted:
            [
                "export", "destination", "consent_index", "policy_sha256", "fields", "segments", "profiles", "rehearsal",
            ]
        case .exportFinished: ["export", "destination", "state", "counts", "jobs"]
        case .transferIntent:
            [
                "export", "destination", "host", "method", "path", "purpose", "agreement", "agreement_version",
                "agreement_sha256", "consent_index", "policy_sha256", "fields", "segments", "subjects", "body_bytes",
                "body_sha256", "manifest_sha256", "attempt", "retry_of", "rehearsal",
            ]
        case .transferOutcome:
            [
                "intent", "export", "destination", "status", "http_status", "job", "request_id", "duration_ms",
                "contacts", "response_sha256", "reason",
            ]
        case .transferRefused: ["export", "destination", "code"]
        case .subjectReported: ["transfers"]
        case .subjectErased: ["destinations", "administrator"]
        case .evidenceIssued: ["entries", "files"]
        }
    }

    /// Why an entry may not stand in the log, or nil.
    static func problem(with members: [String: CanonicalJSON], of type: EntryType) -> String? {
        let allowed = keys(of: type).union(common)
        if let unknown = members.keys.sorted().first(where: { !allowed.contains($0) }) {
            return "'\(unknown)' is no key of this type"
        }
        for (key, value) in members.sorted(by: { $0.key < $1.key }) where key != "public_key" && key != "key_type" {
            if let text = suspicious(value) { return "'\(key)' holds \(text)" }
        }
        return nil
    }

    /// What a value looks like that must not be in the log, or nil.
    private static func suspicious(_ value: CanonicalJSON) -> String? {
        switch value {
        case .integer: nil
        case .string(let text): suspicious(text)
        case .array(let items): items.lazy.compactMap(suspicious).first
        case .object(let members):
            members.sorted { $0.key < $1.key }.lazy.compactMap { suspicious($0.key) ?? suspicious($0.value) }.first
        }
    }

    private static func suspicious(_ text: String) -> String? {
        if text.contains("@") { return "an '@', as an address has" }
        if let start = text.firstRange(of: "SG."), text[start.upperBound...].contains(".") {
            return "what looks like an API key"
        }
        return nil
    }
}
