import Ledger
import Model
import Testing
import Vault

/// A log that is signed as it should be, by somebody with the key, and tells of something that must not have happened.
struct ViolatingLog: Sendable, CustomTestStringConvertible {
    let invariants: Set<String>
    let name: String
    let tell: @Sendable (inout Story, _ consent: Int64) -> Void

    init(_ invariants: Set<String>, _ name: String, _ tell: @escaping @Sendable (inout Story, Int64) -> Void) {
        self.invariants = invariants
        self.name = name
        self.tell = tell
    }

    var testDescription: String { "\(invariants.sorted().joined(separator: " ")): \(name)" }
}

@Suite("I1 to I5: the log convicts itself")
struct InvariantTests {
    static let durability = [
        ViolatingLog(["I1"], "the outcome was committed together with the intent") { story, consent in
            story.outcome(of: story.intent(consent: consent, signed: false))
        },
        ViolatingLog(["I1", "I7"], "the last intent is under no head") { story, consent in
            story.intent(consent: consent, signed: false)
        },
        ViolatingLog(["I2"], "an outcome of no intent") { story, _ in story.outcome(of: 3) },
        ViolatingLog(["I2"], "an outcome of an intent to come") { story, consent in
            story.outcome(of: story.count + 1)
            story.transfer(consent: consent)
        },
        ViolatingLog(["I2"], "two outcomes of one intent") { story, consent in
            let intent = story.intent(consent: consent)
            story.outcome(of: intent)
            story.outcome(of: intent)
        },
        ViolatingLog(["I2"], "an outcome without its intent's index") { story, consent in
            story.outcome(of: story.intent(consent: consent), "e1", "d1", ["intent": nil])
            story.outcome(of: story.count - 2)
        },
        ViolatingLog(["I2"], "an outcome that names another export") { story, consent in
            story.outcome(of: story.intent(consent: consent), "e9")
        },
        ViolatingLog(["I2"], "an outcome that names another destination") { story, consent in
            story.outcome(of: story.intent(consent: consent), "e1", "d9")
        },
        ViolatingLog(["I2"], "the next export began over an open intent") { story, consent in
            story.intent(consent: consent)
            story.start("e2", consent: consent)
        },
    ]

    static let consents = [
        ViolatingLog(["I3", "I5"], "no consent cited") { story, consent in
            story.transfer(consent: consent, ["consent_index": nil, "fields": nil])
        },
        ViolatingLog(["I3"], "a consent cited that is another entry") { story, _ in story.transfer(consent: 2) },
        ViolatingLog(["I3"], "a consent cited that comes later") { story, _ in
            story.transfer(consent: story.count + 2)
            story.consent()
        },
        ViolatingLog(["I3"], "a consent to another destination") { story, _ in
            story.connect("d2")
            story.transfer(consent: story.consent("d2"))
        },
        ViolatingLog(["I3", "I4"], "a consent withdrawn before") { story, consent in
            story.withdraw(consent)
            story.transfer(consent: consent)
        },
        ViolatingLog(["I3", "I4"], "an older consent, after a newer one to the destination was withdrawn") {
            story, consent in
            story.withdraw(story.consent())
            story.transfer(consent: consent)
        },
        ViolatingLog(["I3"], "an older consent of somebody who signed anew") { story, consent in
            story.consent()
            story.transfer(consent: consent)
        },
        ViolatingLog(["I5"], "a field filled from another profile field than consented to") { story, consent in
            let other: CanonicalJSON = .object(["email": "EMail", "custom:points": "Diagnosis"])
            story.configure("d1", ["matching": other])
            story.transfer(consent: consent)
        },
        ViolatingLog(["I5"], "a do-not-contact field dropped since the consent") { story, consent in
            story.configure("d1", ["do_not_contact": []])
            story.transfer(consent: consent)
        },
        ViolatingLog(["I5"], "a field declared harmless since the consent") { story, consent in
            story.configure("d1", ["ignored_flags": ["Samtycke"]])
            story.transfer(consent: consent)
        },
        ViolatingLog(["I3"], "a consent that has run out, to the second") { story, consent in
            story.now = story.now.adding(seconds: 3600 - (story.count - consent))
            story.transfer(consent: consent)
        },
        ViolatingLog(["I3"], "a consent not valid yet") { story, _ in
            let later = CanonicalJSON.string("\(story.now.adding(seconds: 60))")
            story.transfer(consent: story.consent("d1", ["valid_from": later]))
        },
        ViolatingLog(["I3"], "a consent without an end") { story, _ in
            story.transfer(consent: story.consent("d1", ["valid_until": nil]))
        },
        ViolatingLog(["I3"], "another version of the agreement than consented to") { story, consent in
            story.transfer(consent: consent, ["agreement_version": 2])
        },
        ViolatingLog(["I3"], "another text of the agreement than consented to") { story, consent in
            story.transfer(consent: consent, ["agreement_sha256": Story.digest("sv 1")])
        },
        ViolatingLog(["I3"], "another agreement than consented to") { story, consent in
            story.transfer(consent: consent, ["agreement": "other"])
        },
        ViolatingLog(["I3"], "an agreement that was never published in this text") { story, _ in
            let changes: Story.Changes = ["agreement_sha256": Story.digest("other")]
            story.transfer(consent: story.consent("d1", changes), changes)
        },
        ViolatingLog(["I3"], "an agreement that a newer version had replaced") { story, consent in
            story.publish(version: 2)
            story.transfer(consent: consent)
        },
        ViolatingLog(["I3"], "an older version published again does not count as newest") { story, consent in
            story.publish(version: 2)
            story.publish(version: 1)
            story.transfer(consent: consent)
        },
        ViolatingLog(["I3"], "consent by somebody never enrolled") { story, _ in
            story.transfer(consent: story.consent("d1", ["administrator": "berta"]))
        },
        ViolatingLog(["I3"], "consent by an auditor") { story, _ in
            story.enroll("berta", ["role": "auditor"])
            let changes: Story.Changes = ["administrator": "berta", "key_sha256": Story.digest("key of berta")]
            story.transfer(consent: story.consent("d1", changes))
        },
        ViolatingLog(["I3"], "consent with another key than enrolled") { story, _ in
            story.transfer(consent: story.consent("d1", ["key_sha256": Story.digest("key of berta")]))
        },
        ViolatingLog(["I3"], "a public key of another digest than it was enrolled with") { story, _ in
            story.enroll("berta", ["key_sha256": Story.digest("another key")])
        },
        ViolatingLog(["I3"], "a public key of another type than it was enrolled as") { story, _ in
            story.enroll("berta", ["key_type": "ssh-rsa"])
        },
        ViolatingLog(["I3"], "consent by somebody retired since") { story, consent in
            story.retire()
            story.transfer(consent: consent)
        },
        ViolatingLog(["I3"], "consent from before the administrator was enrolled anew") { story, consent in
            story.retire()
            story.enroll()
            story.transfer(consent: consent)
        },
    ]

    static let standing = [
        ViolatingLog(["I4"], "a transfer after the destination was removed") { story, consent in
            story.stand(.destinationRemoved)
            story.transfer(consent: consent)
        },
        ViolatingLog(["I4"], "a removed destination that was resumed") { story, consent in
            story.stand(.destinationRemoved)
            story.stand(.destinationResumed)
            story.transfer(consent: consent)
        },
        ViolatingLog(["I4"], "a removed destination that was connected again") { story, consent in
            story.stand(.destinationRemoved)
            story.connect()
        },
        ViolatingLog(["I4"], "a transfer while the destination was suspended") { story, consent in
            story.stand(.destinationSuspended)
            story.transfer(consent: consent)
        },
        ViolatingLog(["I4"], "a destination never connected") { story, _ in
            let consent = story.consent("d9")
            story.start("e9", "d9", consent: consent)
            story.transfer("e9", "d9", consent: consent)
        },
        ViolatingLog(["I4"], "a removal that names no destination") { story, _ in
            story.add(.destinationRemoved, ["transfers_total": 0])
        },
        ViolatingLog(["I4"], "the withdrawal of a consent that was never given") { story, _ in story.withdraw(3) },
    ]

    static let scope = [
        ViolatingLog(["I5"], "a field that the consent does not name") { story, _ in
            story.transfer(consent: story.consent("d1", ["fields": ["email"]]))
        },
        ViolatingLog(["I5"], "a segment that the consent does not name") { story, _ in
            story.transfer(consent: story.consent("d1", ["segments": ["new"]]))
        },
        ViolatingLog(["I5"], "a field that is not matched") { story, consent in
            story.configure("d1", ["fields": ["email"]])
            story.transfer(consent: consent)
        },
        ViolatingLog(["I5"], "a segment that is not chosen") { story, consent in
            story.configure("d1", ["segments": ["new"]])
            story.transfer(consent: consent)
        },
        ViolatingLog(["I5"], "a field that the policy in force does not allow") { story, consent in
            story.apply(Story.policy(fields: ["email"]))
            story.transfer(consent: consent)
        },
        ViolatingLog(["I5"], "a custom field is only a custom field if it says so") { story, consent in
            story.apply(Story.policy(fields: ["custom:*"]))
            story.transfer(consent: consent)
        },
        ViolatingLog(["I5"], "a policy that was no longer in force") { story, consent in
            let old = Story.digest(Story.policy().text)
            story.apply(Story.policy(hosts: ["api.sendgrid.com", "api.eu.sendgrid.com"]))
            story.transfer(consent: consent, ["policy_sha256": old])
        },
        ViolatingLog(["I5"], "a policy whose digest is of another") { story, _ in
            story.apply(Story.policy(), ["policy_sha256": Story.digest("other")])
        },
        ViolatingLog(["I5"], "a policy without hosts") { story, consent in
            story.apply(.object(["fields": .object(["email": "contact"])]))
            story.transfer(consent: consent)
        },
        ViolatingLog(["I5"], "a host that the policy does not allow") { story, consent in
            story.apply(Story.policy(hosts: ["api.eu.sendgrid.com"]))
            story.transfer(consent: consent)
        },
        ViolatingLog(["I5"], "another host than the destination was connected with") { story, consent in
            story.apply(Story.policy(hosts: ["api.sendgrid.com", "evil.example"]))
            story.transfer(consent: consent, ["host": "evil.example"])
        },
        ViolatingLog(["I5"], "a rehearsal that went to the real host") { story, consent in
            story.transfer(consent: consent, ["rehearsal": "yes"])
        },
        ViolatingLog(["I5"], "loopback that is not called a rehearsal") { story, _ in
            story.connect("d2", host: "127.0.0.1")
            let consent = story.consent("d2")
            story.start("e2", "d2", consent: consent)
            story.transfer("e2", "d2", consent: consent, ["host": "127.0.0.1"])
        },
        ViolatingLog(["I5"], "a host that only looks like loopback") { story, _ in
            story.connect("d2", host: "127.0.0.1.evil.example")
            let consent = story.consent("d2")
            story.start("e2", "d2", consent: consent)
            story.transfer("e2", "d2", consent: consent, ["host": "127.0.0.1.evil.example"])
        },
        ViolatingLog(["I5"], "an export that was never started") { story, consent in
            story.transfer("e7", consent: consent)
        },
        ViolatingLog(["I5"], "an intent that does not say what leaves") { story, consent in
            story.transfer(consent: consent, ["segments": nil])
        },
    ]

    @Test(
        "each of them, and nothing else, is found", arguments: durability + consents + standing + scope)
    func violation(log: ViolatingLog) throws {
        var (story, consent) = Story.ready()
        #expect(try story.forged().audit().violations == [])
        log.tell(&story, consent)
        let report = try story.forged().audit()
        #expect(Set(report.violations.map(\.invariant)) == log.invariants, "\(report.violations)")
    }

    @Test("an intent that is still under way is listed, not held against the log")
    func openIntent() throws {
        var (story, consent) = Story.ready()
        story.transfer(consent: consent)
        let intent = story.intent(consent: consent)
        let report = try story.forged().audit()
        #expect(report.violations == [])
        #expect(report.openIntents == [intent])
    }

    @Test("a consent holds from its first second to its last")
    func validity() throws {
        for offset in [0, 1, 3598, 3599] as [Int64] {
            var (story, _) = Story.ready()
            let signed = story.now
            let consent = story.consent()
            story.now = signed.adding(seconds: offset)
            story.transfer(consent: consent)
            #expect(try story.forged().audit().violations == [], "\(offset)")
        }
    }

    @Test("an open intent does not stand in the way of its own export, or of another destination's")
    func openIntentElsewhere() throws {
        var (story, consent) = Story.ready()
        let intent = story.intent(consent: consent)
        story.start("e1", consent: consent, resumed: true)
        story.connect("d2")
        story.start("e2", "d2", consent: story.consent("d2"))
        let report = try story.forged().audit()
        #expect(report.violations == [])
        #expect(report.openIntents == [intent])
    }

    @Test("an export is started once, goes on only to its own destination, and sends nothing after its end")
    func exportsAreSingle() throws {
        var (twice, consent) = Story.ready()
        twice.start("e1", consent: consent)
        #expect(try twice.forged().audit().violations.map(\.invariant) == ["I2"])
        var (other, _) = Story.ready()
        other.connect("d2")
        other.start("e1", "d2", consent: other.consent("d2"), resumed: true)
        #expect(try other.forged().audit().violations.map(\.invariant) == ["I2"])
        var (late, given) = Story.ready()
        late.add(.exportFinished, ["export": "e1", "destination": "d1", "state": "completed"])
        let intent = late.intent(consent: given)
        #expect(try late.forged().audit().violations.map(\.index).contains(intent))
        late.start("e1", consent: given, resumed: true)
        let allowed = late.intent(consent: given)
        #expect(!(try late.forged().audit().violations.map(\.index).contains(allowed)))
    }

    @Test("an open intent that the next export passed over is reported once, and no longer as open")
    func passedOver() throws {
        var (story, consent) = Story.ready()
        let intent = story.intent(consent: consent)
        for export in ["e2", "e3"] { story.start(export, consent: consent) }
        let report = try story.forged().audit()
        #expect(report.violations.map(\.index) == [intent])
        #expect(report.openIntents == [])
    }

    @Test("a removed head between intent and outcome is found, wherever it was")
    func headRemoved() throws {
        let log = try Story.long().forged()
        for (index, entry) in log.entries.enumerated() {
            let value = try CanonicalJSON(bytes: entry.bytes)
            guard value.optionalString("type") == "transfer.intent" else { continue }
            var changed = log
            changed.heads.remove(at: index)
            let report = try changed.audit()
            #expect(report.violations.map(\.invariant) == ["I1"])
            #expect(report.violations.first?.index == Int64(index))
        }
    }

    @Test("consents, hosts and standings of one destination do not speak for another")
    func independence() throws {
        var (story, consent) = Story.ready()
        story.connect("d2")
        story.stand(.destinationRemoved, "d2")
        story.transfer(consent: consent)
        #expect(try story.forged().audit().violations == [])
    }
}

extension Story {
    fileprivate mutating func transfer(
        _ export: String = "e1", _ destination: String = "d1", consent: Int64, _ changes: Changes
    ) {
        outcome(of: intent(export, destination, consent: consent, changes), export, destination)
    }

    @discardableResult
    fileprivate mutating func consent(_ destination: String, _ changes: Changes) -> Int64 {
        consent(destination, version: 1, changes)
    }
}
