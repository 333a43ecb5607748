import FoundationEssentials
import Ledger
public import Model
import Vault

extension CanonicalJSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral
{
    /// A string, as tests write it.
    public init(stringLiteral text: String) { self = .string(text) }
    /// An integer, as tests write it.
    public init(integerLiteral number: Int64) { self = .integer(number) }
    /// An array, as tests write it.
    public init(arrayLiteral items: CanonicalJSON...) { self = .array(items) }
}

/// What happened, in order, for a log to be made of.
///
/// Every method adds one commit, and returns the index of its entry; `changes` sets fields of the entry, or with nil
/// takes them out.
struct Story {
    typealias Changes = [String: CanonicalJSON?]

    struct Step {
        var entries: [LogEntry]
        var time: Timestamp
        var instance = Story.instance
        var isSigned = true

        func members(of entry: LogEntry) -> [String: CanonicalJSON] {
            let own: [String: CanonicalJSON] = [
                "type": .string(entry.type.rawValue), "time": .string("\(time)"), "actor": .string(entry.actor),
                "instance": .string(instance),
            ]
            return own.merging(entry.fields) { _, given in given }
        }
    }

    private(set) var steps: [Step] = []
    /// How many entries there are.
    private(set) var count: Int64 = 0
    /// The time of the next entry.
    var now = Timestamp(seconds: 1_795_435_200)
    private var policy = Story.policy()

    @discardableResult
    mutating func add(
        _ type: EntryType, actor: String = "anna", _ fields: [String: CanonicalJSON], _ changes: Changes = [:],
        signed: Bool = true, instance: String = Story.instance
    ) -> Int64 {
        let fields = fields.merging(changes.compactMapValues(\.self)) { _, new in new }
            .filter { key, _ in changes[key].map { $0 != nil } ?? true }
        let entry = LogEntry(type, actor: actor, fields)
        steps.append(Step(entries: [entry], time: now, instance: instance, isSigned: signed))
        now = now.adding(seconds: 1)
        count += 1
        return count - 1
    }

    /// A digest, different for each `text`.
    static func digest(_ text: String) -> CanonicalJSON {
        .string((try? SHA256.digest(of: Array(text.utf8)).hex) ?? "")
    }

    static func policy(hosts: [String] = ["api.sendgrid.com"], fields: [String] = ["email", "custom:*"])
        -> CanonicalJSON
    {
        let categories = Dictionary(uniqueKeysWithValues: fields.map { ($0, CanonicalJSON.string("contact")) })
        return .object([
            "hosts": .strings(hosts), "fields": .object(categories), "maximum_profiles": 1_000_000,
            "warn_profiles": 100_000, "consent_days": 365, "request_minutes": 60, "purpose": "marketing",
            "transfer_mechanism": "standard contractual clauses", "country": "US", "recipient": "Twilio SendGrid",
        ])
    }
}

// MARK: Rules and people

extension Story {
    mutating func open() {
        add(
            .logOpened, actor: "system", ["origin": .string(Story.origin), "vkey": "waybill.example/log+00000000+AAAA"])
    }

    mutating func enroll(_ name: String = "anna", _ changes: Changes = [:]) {
        let fields: [String: CanonicalJSON] = [
            "administrator": .string(name), "role": "administrator", "key_type": "ssh-ed25519",
            "public_key": .string("ssh-ed25519 \(Data("key of \(name)".utf8).base64EncodedString())"),
            "key_sha256": Story.digest("key of \(name)"),
        ]
        add(.adminEnrolled, actor: "system", fields, changes)
    }

    mutating func retire(_ name: String = "anna") {
        add(.adminRetired, actor: "system", ["administrator": .string(name)])
    }

    mutating func publish(version: Int64 = 1, _ changes: Changes = [:]) {
        let texts: CanonicalJSON = .object(["en": Story.digest("en \(version)"), "sv": Story.digest("sv \(version)")])
        add(
            .agreementPublished,
            ["agreement": "data-privacy-and-compliance", "version": .integer(version), "texts": texts], changes)
    }

    mutating func apply(_ policy: CanonicalJSON = Story.policy(), _ changes: Changes = [:]) {
        self.policy = policy
        add(.policyApplied, ["policy": policy, "policy_sha256": policyDigest], changes)
    }

    private var policyDigest: CanonicalJSON { Story.digest(policy.text) }
}

// MARK: Destinations, consents, transfers

extension Story {
    mutating func connect(_ destination: String = "d1", host: String = "api.sendgrid.com", _ changes: Changes = [:]) {
        let fields: [String: CanonicalJSON] = [
            "destination": .string(destination), "kind": "sendgrid", "display_name": "Newsletter",
            "host": .string(host), "list_id": "9d9d1f0e", "rehearsal": host == "api.sendgrid.com" ? "no" : "yes",
        ]
        add(.destinationConnected, fields, changes)
    }

    mutating func configure(_ destination: String = "d1", _ changes: Changes = [:]) {
        let fields: [String: CanonicalJSON] = [
            "destination": .string(destination), "fields": ["email", "custom:points"], "segments": ["vip", "new"],
            "matching": .object(["email": "EMail", "custom:points": "Points"]), "do_not_contact": ["OptOut"],
            "configuration_sha256": Story.digest("configuration"),
        ]
        add(.destinationConfigured, fields, changes)
    }

    mutating func stand(_ type: EntryType, _ destination: String = "d1") {
        let total: [String: CanonicalJSON] = type == .destinationRemoved ? ["transfers_total": 0] : [:]
        add(type, ["destination": .string(destination)].merging(total) { own, _ in own })
    }

    @discardableResult
    mutating func consent(_ destination: String = "d1", version: Int64 = 1, _ changes: Changes = [:]) -> Int64 {
        let fields: [String: CanonicalJSON] = [
            "consent": "c1", "destination": .string(destination), "administrator": "anna",
            "agreement": "data-privacy-and-compliance", "agreement_version": .integer(version),
            "agreement_sha256": Story.digest("en \(version)"), "language": "en",
            "fields": ["email", "custom:points"], "matching": .object(["email": "EMail", "custom:points": "Points"]),
            "do_not_contact": ["OptOut"], "segments": ["vip", "new"], "valid_from": .string("\(now)"),
            "valid_until": .string("\(now.adding(seconds: 3600))"), "statement_sha256": Story.digest("statement"),
            "signature_sha256": Story.digest("signature"), "key_sha256": Story.digest("key of anna"),
        ]
        return add(.consentGiven, fields, changes)
    }

    mutating func withdraw(_ consent: Int64) {
        add(
            .consentWithdrawn,
            ["consent_index": .integer(consent), "destination": "d1", "administrator": "anna"])
    }

    mutating func start(
        _ export: String = "e1", _ destination: String = "d1", consent: Int64, resumed: Bool = false
    ) {
        let fields: [String: CanonicalJSON] = [
            "export": .string(export), "destination": .string(destination), "consent_index": .integer(consent),
            "policy_sha256": policyDigest, "fields": ["email"], "segments": ["vip"], "profiles": 10, "rehearsal": "no",
        ]
        add(resumed ? .exportResumed : .exportStarted, fields)
    }

    @discardableResult
    mutating func intent(
        _ export: String = "e1", _ destination: String = "d1", consent: Int64, _ changes: Changes = [:],
        signed: Bool = true
    ) -> Int64 {
        let fields: [String: CanonicalJSON] = [
            "export": .string(export), "destination": .string(destination), "host": "api.sendgrid.com",
            "method": "PUT", "path": "/v3/marketing/contacts", "purpose": "marketing",
            "agreement": "data-privacy-and-compliance", "agreement_version": 1,
            "agreement_sha256": Story.digest("en 1"), "consent_index": .integer(consent),
            "policy_sha256": policyDigest, "fields": ["email", "custom:points"], "segments": ["vip"], "subjects": 10,
            "body_bytes": 4096, "body_sha256": Story.digest("body"), "manifest_sha256": Story.digest("manifest"),
            "attempt": 1, "rehearsal": "no",
        ]
        return add(.transferIntent, fields, changes, signed: signed)
    }

    mutating func outcome(
        of intent: Int64, _ export: String = "e1", _ destination: String = "d1", _ changes: Changes = [:]
    ) {
        let fields: [String: CanonicalJSON] = [
            "intent": .integer(intent), "export": .string(export), "destination": .string(destination),
            "status": "accepted", "http_status": 202, "job": "j-1", "request_id": "r-1", "duration_ms": 120,
            "contacts": 10, "response_sha256": Story.digest("response"),
        ]
        add(.transferOutcome, actor: "system", fields, changes)
    }

    mutating func finish(_ export: String = "e1", _ destination: String = "d1") {
        let fields: [String: CanonicalJSON] = [
            "export": .string(export), "destination": .string(destination), "state": "completed",
            "counts": .object(["sent": 10, "accepted": 10]), "jobs": [],
        ]
        add(.exportFinished, actor: "system", fields)
    }

    mutating func transfer(_ export: String = "e1", _ destination: String = "d1", consent: Int64) {
        outcome(of: intent(export, destination, consent: consent), export, destination)
    }
}

// MARK: Whole stories

extension Story {
    /// Everything that comes before the first intent of export `e1` to destination `d1`.
    static func ready() -> (story: Story, consent: Int64) {
        var story = Story()
        story.open()
        story.publish()
        story.apply()
        story.enroll()
        story.connect()
        story.configure()
        let consent = story.consent()
        story.start(consent: consent)
        return (story, consent)
    }

    /// A log of about forty entries in which nothing is wrong: several exports, a suspension, a rehearsal, a removal.
    static func long() -> Story {
        var (story, consent) = ready()
        for _ in 0..<3 { story.transfer(consent: consent) }
        story.finish()
        story.stand(.destinationSuspended)
        story.stand(.destinationResumed)
        for export in ["e2", "e3"] {
            story.start(export, consent: consent)
            for _ in 0..<3 { story.transfer(export, consent: consent) }
            story.finish(export)
        }
        story.connect("d2", host: "127.0.0.1")
        let second = story.consent("d2")
        story.start("e4", "d2", consent: second)
        let rehearsal = story.intent("e4", "d2", consent: second, ["host": "127.0.0.1", "rehearsal": "yes"])
        story.outcome(of: rehearsal, "e4", "d2")
        story.withdraw(consent)
        story.stand(.destinationRemoved)
        story.retire()
        return story
    }
}
