import Ledger
import Model
import Testing
import Vault

/// An entry to try.
struct EntryCase: Sendable, CustomTestStringConvertible {
    let name: String
    let type: EntryType
    let fields: [String: CanonicalJSON]
    var actor = "anna"
    var testDescription: String { name }
}

@Suite("I6: what the log does not take")
struct EntryFormatTests {
    static let refused: [EntryCase] = [
        EntryCase(name: "an unknown key", type: .subjectReported, fields: ["email": "x"]),
        EntryCase(name: "a key of another type", type: .adminRetired, fields: ["transfers": 1]),
        EntryCase(name: "an address for a key", type: .subjectReported, fields: ["who@example.com": 1]),
        EntryCase(
            name: "an address in a reason", type: .destinationRemoved, fields: ["reason": "asked by who@example.com"]),
        EntryCase(name: "an address for an actor", type: .subjectReported, fields: [:], actor: "who@example.com"),
        EntryCase(
            name: "an address in a list", type: .exportStarted, fields: ["segments": ["vip", "who@example.com"]]),
        EntryCase(
            name: "an address in a policy", type: .policyApplied,
            fields: ["policy": .object(["recipient": "who@example.com"])]),
        EntryCase(
            name: "an address for a policy's field", type: .policyApplied,
            fields: ["policy": .object(["fields": .object(["who@example.com": "contact"])])]),
        EntryCase(name: "an unknown key in a policy", type: .policyApplied, fields: ["policy": .object(["mail": "x"])]),
        EntryCase(
            name: "an address for a count", type: .exportFinished,
            fields: ["counts": .object(["who@example.com": 1])]),
        EntryCase(
            name: "an unknown key in a job", type: .exportFinished,
            fields: ["jobs": [.object(["job": "j", "mail": "x"])]]),
        EntryCase(
            name: "an address with a full-width at sign", type: .destinationRemoved,
            fields: ["reason": "who＠example.com"]),
        EntryCase(
            name: "an address with a small at sign", type: .destinationRemoved, fields: ["reason": "who﹫example.com"]),
        EntryCase(
            name: "an address as a path spells it", type: .destinationRemoved, fields: ["reason": "a/who%40example.com"]
        ),
        EntryCase(
            name: "an address with blanks", type: .destinationRemoved, fields: ["reason": "who @ example.com"]),
        EntryCase(
            name: "an address in words", type: .destinationRemoved, fields: ["reason": "who(at)example.com"]),
        EntryCase(
            name: "an address of another script", type: .destinationRemoved, fields: ["reason": "用户＠例子。公司"]),
        EntryCase(
            name: "an address for a schedule", type: .destinationScheduled, fields: ["schedule": "cron a@example.com"]),
        EntryCase(
            name: "an address for a profile's field", type: .destinationConfigured,
            fields: ["matching": .object(["email": "who@example.com"])]),
        EntryCase(
            name: "an address in capitals for a flag", type: .destinationConfigured,
            fields: ["ignored_flags": ["Who@Example.COM"]]),
        EntryCase(
            name: "an address annotated", type: .destinationConfigured,
            fields: ["do_not_contact": ["who@example.com@OData.type"]]),
        EntryCase(
            name: "an address with an annotation's look", type: .destinationConfigured,
            fields: ["do_not_contact": ["who@odata.org"]]),
        EntryCase(
            name: "an annotation where no field is named", type: .destinationRemoved,
            fields: ["reason": "email@OData.type"]),
        EntryCase(name: "an API key", type: .destinationRemoved, fields: ["reason": "SG.aB3_-x.yz"]),
        EntryCase(
            name: "an API key in a sentence", type: .destinationRemoved,
            fields: ["reason": "leaked (SG.abc.def), sorry"]),
        EntryCase(
            name: "a comment behind a public key", type: .adminEnrolled,
            fields: ["public_key": "ssh-ed25519 AAAA who@example.com"]),
        EntryCase(
            name: "an address that ends like a vendor's algorithm", type: .adminEnrolled,
            fields: ["administrator": "who@openssh.com"]),
        EntryCase(name: "text for a number", type: .subjectReported, fields: ["transfers": "7"]),
        EntryCase(name: "a number for text", type: .destinationRemoved, fields: ["reason": 7]),
        EntryCase(
            name: "a number no parser keeps", type: .subjectReported, fields: ["transfers": 9_007_199_254_740_992]),
        EntryCase(name: "the smallest number", type: .subjectReported, fields: ["transfers": .integer(.min)]),
        EntryCase(name: "a digest of another length", type: .transferIntent, fields: ["body_sha256": "abcd"]),
        EntryCase(
            name: "a digest in capitals", type: .transferIntent,
            fields: ["body_sha256": .string(String(repeating: "A", count: 64))]),
        EntryCase(name: "a flag that is neither yes nor no", type: .transferIntent, fields: ["rehearsal": "maybe"]),
        EntryCase(name: "a time without zone", type: .consentGiven, fields: ["valid_from": "2026-11-23T12:00:00+"]),
        EntryCase(name: "a list where text belongs", type: .adminRetired, fields: ["administrator": ["anna"]]),
    ]

    @Test("the writer refuses it without writing anything, the audit finds it", arguments: refused)
    func isRefused(item: EntryCase) async throws {
        let storage = MemoryStorage()
        let log = try TransparencyLog(
            storage: storage, signer: SigningKey.generate(), origin: Story.origin, instance: Story.instance,
            time: .system)
        let entry = LogEntry(item.type, actor: item.actor, item.fields)
        let error = await #expect(throws: LedgerError.self) {
            try await log.commit { _, appender in try appender.append(entry) }
        }
        #expect(error?.code == "log-entry-refused")
        #expect(error?.message.contains("@") == false || error?.message.contains("'@'") == true)
        #expect(error?.message.contains("example") == false)
        #expect(storage.state.entries.isEmpty)

        var story = Story()
        story.open()
        let index = story.add(item.type, actor: item.actor, item.fields)
        let violations = try story.forged().audit().violations
        #expect(violations.contains { $0.invariant == "I6" && $0.index == index })
        #expect(!violations.contains { $0.message.contains("example") })
    }

    @Test(
        "it takes what only looks alike",
        arguments: [
            EntryCase(
                name: "a hardware key's algorithm", type: .adminEnrolled,
                fields: ["key_type": "sk-ssh-ed25519@openssh.com", "public_key": "sk-ssh-ed25519@openssh.com AAAA"]),
            EntryCase(
                name: "cron's nicknames", type: .destinationScheduled, fields: ["schedule": "cron @daily"]),
            EntryCase(
                name: "the character alone", type: .destinationRemoved,
                fields: ["reason": "closed @ noon, 3 @ 2.50 - @ -"]),
            EntryCase(
                name: "annotations for profile fields", type: .destinationConfigured,
                fields: [
                    "matching": .object([
                        "email": "email@OData.type", "city": "@odata.etag",
                        "state_province_region": "a@Microsoft.Dynamics.CRM.lookuplogicalname",
                        "country": "x@type",
                    ]), "do_not_contact": ["_owner_value@OData.Community.Display.V1.FormattedValue"],
                    "ignored_flags": ["consent@odata.id", "@timestamp", "x@Core.Description#q"],
                ]),
            EntryCase(name: "a word that ends in SG", type: .destinationRemoved, fields: ["reason": "MSG.abc.def"]),
            EntryCase(
                name: "the beginning of a key", type: .destinationRemoved, fields: ["reason": "SG. or SG..x or SG.abc"]),
            EntryCase(name: "the largest number", type: .subjectReported, fields: ["transfers": 9_007_199_254_740_991]),
            EntryCase(name: "no fields at all", type: .keyRotated, fields: [:]),
        ])
    func isTaken(item: EntryCase) async throws {
        var story = Story()
        story.add(item.type, item.fields)
        let log = try await story.written()
        #expect(log.entries.count == 1)
        #expect(try !log.audit().violations.contains { $0.invariant == "I6" })
    }

    @Test("the log sets type, time, actor and instance itself", arguments: ["type", "time", "actor", "instance"])
    func reserved(key: String) async throws {
        var story = Story()
        story.add(.subjectReported, [key: "2026-11-23T12:00:00Z"])
        await #expect(throws: LedgerError.self) { try await story.written() }
    }

    @Test("an entry of 65,535 bytes is taken, one more is not")
    func longest() async throws {
        func refusal(_ length: Int) -> Story {
            var story = Story()
            story.add(.transferRefused, ["code": .string(String(repeating: "x", count: length))])
            return story
        }
        let overhead = try await refusal(0).written().entries[0].bytes.count
        let longest = try await refusal(65_535 - overhead).written()
        #expect(longest.entries[0].bytes.count == 65_535)
        #expect(try longest.audit().violations == [])
        await #expect(throws: LedgerError.entryTooLong(type: .transferRefused, bytes: 65_536)) {
            try await refusal(65_536 - overhead).written()
        }
        let forged = try refusal(65_536 - overhead).forged().audit()
        #expect(forged.violations.map(\.invariant) == ["I6"])
    }

    @Test("an entry without one of the common keys is found", arguments: ["type", "time", "actor", "instance"])
    func missing(key: String) throws {
        var log = try Story.long().forged()
        var entry = try CanonicalJSON(bytes: log.entries[4].bytes)
        guard case .object(var members) = entry else { return }
        members[key] = nil
        entry = .object(members)
        log.entries[4].bytes = entry.bytes
        #expect(try log.audit().violations.contains { $0.invariant == "I6" && $0.index == 4 })
    }
}
