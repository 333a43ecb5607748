internal import Model
internal import Vault

/// The invariants I1 to I5, proved from the entries alone, one entry at a time.
struct AuditRules {
    private struct ConsentState {
        let destination: String
        let administrator: String
        let keyDigest: String
        let agreement: String
        let version: Int64
        let digest: String
        let fields: Set<String>
        let segments: Set<String>
        let from: String
        let until: String
        var isWithdrawn = false
    }

    private struct Person {
        let keyDigest: String
        let role: String
        var isRetired = false
    }

    private struct PolicyState {
        let digest: String
        let hosts: Set<String>
        let fields: Set<String>
    }

    private enum Standing {
        case active, suspended, removed
    }

    private var people: [String: Person] = [:]
    private var agreements: [String: (version: Int64, digests: Set<String>)] = [:]
    private var policy: PolicyState?
    private var consents: [Int64: ConsentState] = [:]
    private var standings: [String: Standing] = [:]
    private var open: [Int64: (export: String, destination: String)] = [:]

    /// Intents that have no outcome so far.
    var openIntents: [Int64] { open.keys.sorted() }

    private var found: [Violation] = []
    private var index: Int64 = 0

    private mutating func report(_ invariant: String, _ message: String) {
        found.append(Violation(invariant: invariant, index: index, message: message))
    }

    /// Takes an entry, and returns what it breaks.
    mutating func apply(
        _ entry: CanonicalJSON, _ type: EntryType, at index: Int64, lastHead: Int64
    ) throws -> [Violation] {
        found = []
        self.index = index
        do {
            switch type {
            case .adminEnrolled:
                people[try entry.string("administrator")] = Person(
                    keyDigest: try entry.string("key_sha256"), role: try entry.string("role"))
            case .adminRetired: people[try entry.string("administrator")]?.isRetired = true
            case .agreementPublished: try publish(entry)
            case .policyApplied: try applyPolicy(entry)
            case .consentGiven: try give(entry)
            case .consentWithdrawn: consents[try entry.integer("consent_index")]?.isWithdrawn = true
            case .destinationConnected: standings[try entry.string("destination")] = .active
            case .destinationSuspended: stand(try entry.string("destination"), .suspended)
            case .destinationResumed: stand(try entry.string("destination"), .active)
            case .destinationRemoved: stand(try entry.string("destination"), .removed)
            case .exportStarted: try start(entry)
            case .transferIntent: try intend(entry)
            case .transferOutcome: try conclude(entry, lastHead: lastHead)
            default: break
            }
        } catch let error as ModelError {
            report("I7", "an entry of type \(type.rawValue) lacks what it must have: \(error.message)")
        }
        return found
    }

    // MARK: What later entries are measured against

    private mutating func publish(_ entry: CanonicalJSON) throws {
        guard case .object(let texts) = entry["texts"] else { throw ModelError.configuration(key: "texts") }
        let digests = texts.values.compactMap { if case .string(let digest) = $0 { digest } else { nil } }
        agreements[try entry.string("agreement")] = (try entry.integer("version"), Set(digests))
    }

    private mutating func applyPolicy(_ entry: CanonicalJSON) throws {
        guard let rules = entry["policy"], case .object(let fields) = rules["fields"] else {
            throw ModelError.configuration(key: "policy")
        }
        let digest = try SHA256.digest(of: rules.bytes).hex
        if digest != (try entry.string("policy_sha256")) { report("I5", "the policy's digest is another") }
        policy = PolicyState(digest: digest, hosts: Set(try rules.strings("hosts")), fields: Set(fields.keys))
    }

    private mutating func give(_ entry: CanonicalJSON) throws {
        consents[index] = ConsentState(
            destination: try entry.string("destination"), administrator: try entry.string("administrator"),
            keyDigest: try entry.string("key_sha256"), agreement: try entry.string("agreement"),
            version: try entry.integer("agreement_version"), digest: try entry.string("agreement_sha256"),
            fields: Set(try entry.strings("fields")), segments: Set(try entry.strings("segments")),
            from: try entry.string("valid_from"), until: try entry.string("valid_until"))
    }

    /// Removal is for good.
    private mutating func stand(_ destination: String, _ standing: Standing) {
        if standings[destination] != .removed { standings[destination] = standing }
    }

    // MARK: Transfers

    private mutating func start(_ entry: CanonicalJSON) throws {
        let export = try entry.string("export")
        let destination = try entry.string("destination")
        for (intent, owner) in open.sorted(by: { $0.key < $1.key })
        where owner.destination == destination && owner.export != export {
            report("I2", "export \(export) began while the intent at \(intent) had no outcome")
        }
    }

    private mutating func intend(_ entry: CanonicalJSON) throws {
        let destination = try entry.string("destination")
        open[index] = (try entry.string("export"), destination)
        switch standings[destination] {
        case .active: break
        case nil: report("I4", "destination \(destination) was never connected")
        case .suspended: report("I4", "destination \(destination) was suspended")
        case .removed: report("I4", "destination \(destination) was removed")
        }
        try requireConsent(entry, destination)
        try requireBoundary(entry)
    }

    private mutating func requireConsent(_ entry: CanonicalJSON, _ destination: String) throws {
        let cited = try entry.integer("consent_index")
        guard cited < index, let consent = consents[cited] else {
            report("I3", "it cites \(cited), which is no consent before it")
            return
        }
        if consent.destination != destination { report("I3", "its consent is for another destination") }
        if consent.isWithdrawn { report("I4", "its consent was withdrawn") }
        let time = try Timestamp(entry.string("time"))
        if try time < Timestamp(consent.from) || Timestamp(consent.until) <= time {
            report("I3", "its consent was not valid at that time")
        }
        let cites =
            try entry.string("agreement") == consent.agreement && entry.integer("agreement_version") == consent.version
            && entry.string("agreement_sha256") == consent.digest
        if !cites { report("I3", "it cites another agreement than its consent") }
        let current = agreements[consent.agreement]
        if current?.version != consent.version || current?.digests.contains(consent.digest) != true {
            report("I3", "its consent is not to the agreement in force")
        }
        let person = people[consent.administrator]
        if person == nil || person?.keyDigest != consent.keyDigest || person?.isRetired == true
            || person?.role != "administrator"
        {
            report("I3", "its consent is by nobody who was administrator then")
        }
        if !Set(try entry.strings("fields")).isSubset(of: consent.fields) {
            report("I5", "it has fields that its consent does not cover")
        }
        if !Set(try entry.strings("segments")).isSubset(of: consent.segments) {
            report("I5", "it has segments that its consent does not cover")
        }
    }

    private mutating func requireBoundary(_ entry: CanonicalJSON) throws {
        guard let policy else {
            report("I5", "no policy was in force")
            return
        }
        if try entry.string("policy_sha256") != policy.digest { report("I5", "it cites a policy that was not in force") }
        let forbidden = try entry.strings("fields").filter { field in
            !policy.fields.contains(field) && !(field.hasPrefix("custom:") && policy.fields.contains("custom:*"))
        }
        if !forbidden.isEmpty { report("I5", "the policy did not allow \(forbidden.joined(separator: ", "))") }
        let host = try entry.string("host")
        let isRehearsal = try entry.string("rehearsal") == "yes" && Self.isLoopback(host)
        if !policy.hosts.contains(host), !isRehearsal { report("I5", "the policy did not allow the host \(host)") }
    }

    /// Plain http is taken for loopback alone, so what parses as an http endpoint is loopback.
    private static func isLoopback(_ host: String) -> Bool {
        (try? Endpoint("http://" + (host.contains(":") ? "[\(host)]" : host))) != nil
    }

    private mutating func conclude(_ entry: CanonicalJSON, lastHead: Int64) throws {
        let intent = try entry.integer("intent")
        guard let owner = open.removeValue(forKey: intent) else {
            report("I2", "it concludes \(intent), which is no open intent")
            return
        }
        if try owner.destination != entry.string("destination") || owner.export != entry.string("export") {
            report("I2", "it concludes an intent of another export")
        }
        if lastHead <= intent { report("I1", "no signed head covered the intent at \(intent) before its outcome") }
    }
}
