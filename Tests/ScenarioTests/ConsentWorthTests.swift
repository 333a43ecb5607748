import Foundation
import Testing

@Suite("consent list says what a consent is worth now")
struct ConsentWorthTests {
    private func prepared() async throws -> Stage {
        let stage = try await Stage()
        try stage.writeProfiles(10)
        try await stage.prepare()
        try await stage.enroll("bert")
        return stage
    }

    @Test("a colleague's withdrawal ends what was given before it; who signs anew supersedes what they gave")
    func withdrawal() async throws {
        let stage = try await prepared()
        let first = try await stage.consent(of: "bert")
        let second = try await stage.consent(of: "anna")
        #expect(try await stage.worths() == [first: "in-force", second: "in-force"])
        let third = try await stage.consent(of: "anna")
        #expect(try await stage.worths() == [first: "in-force", second: "superseded", third: "in-force"])
        try await stage.waybill("consent", "withdraw", "\(third)", "--as", "anna")
        #expect(
            try await stage.worths() == [first: "ended-by-withdrawal", second: "superseded", third: "withdrawn"])
        #expect(try await stage.objection() == "consent-withdrawn")
        let fourth = try await stage.consent(of: "bert")
        #expect(try await stage.worths()[fourth] == "in-force")
        #expect(try await stage.worths()[first] == "superseded")
        #expect(try await stage.objection() == nil)
        let listed = try await stage.array("consent", "list")
        let ended = try #require(listed.first { $0["index"] as? Int == third })
        #expect((ended["reason"] as? String)?.contains("withdrawn at log index") == true)
        #expect(ended["days_left"] as? Int == nil)
        #expect((listed.last?["days_left"] as? Int ?? 0) > 300)
        try await stage.close()
    }

    @Test("who signs a statement that was issued before a change is told that nothing is sent under it")
    func lateSignature() async throws {
        let stage = try await prepared()
        let request = try await stage.waybill("consent", "request", "d1", "--as", "bert").json()
        try stage.write(try #require(request["statement"] as? String), to: "early.txt")
        try await stage.waybill("destination", "map", "d1", "--email", "First", "--as", "anna")
        let signed = try await Program.run(
            [
                "ssh-keygen", "-q", "-Y", "sign", "-n", "consent@waybill", "-f", stage.path("bert"),
                stage.path("early.txt"),
            ],
            executable: "/usr/bin/env")
        try #require(signed.status == 0)
        let given = try await stage.waybill(
            "consent", "give", "d1", "--as", "bert", "--signature", stage.path("early.txt.sig"))
        #expect(try given.json()["state"] as? String == "matching-changed")
        #expect(given.errors.contains("nothing is sent under this consent as things stand: since the consent"))
        try await stage.close()
    }

    /// A change, and what a consent that was in force is worth after it.
    struct Change: Sendable, CustomTestStringConvertible {
        let commands: [[String]]
        let state: String
        var testDescription: String { state }

        init(_ state: String, _ commands: [String]...) {
            self.state = state
            self.commands = commands
        }
    }

    @Test(
        "each change that ends a consent has its own word, and an export meets the same",
        arguments: [
            Change("matching-changed", ["destination", "map", "d1", "--email", "First"]),
            Change("fields-not-consented", ["destination", "map", "d1", "--email", "Email", "--city", "City"]),
            Change(
                "do-not-contact-changed", ["destination", "map", "d1", "--email", "Email"]),
            Change(
                "segments-not-consented", ["segment", "add", "more", "--source", "customers", "--where", "Tier == 1"],
                ["destination", "segments", "d1", "everybody", "more"]),
            Change(
                "segments-changed", ["segment", "add", "everybody", "--source", "customers", "--where", "Tier == 1"]),
            Change("agreement-superseded", ["agreement", "publish", "POLICIES"]),
            Change("terms-changed", ["policy", "apply", "POLICY"]),
            Change("retired", ["admin", "retire", "bert"]),
            Change("destination-removed", ["destination", "remove", "d1"]),
        ])
    func changes(change: Change) async throws {
        let stage = try await prepared()
        try await stage.waybill(
            "destination", "map", "d1", "--email", "Email", "--do-not-contact", "Tier", "--as", "anna")
        let index = try await stage.consent(of: "bert")
        #expect(try await stage.worths() == [index: "in-force"])
        let purpose = try Regex("purpose: .*")
        try stage.changePolicy { $0.replacing(purpose, with: "purpose: something else") }
        for command in change.commands {
            let words = command.map { word in
                word == "POLICY" ? stage.path("policy.yaml") : word == "POLICIES" ? stage.path("agreement") : word
            }
            let isNamed = !["segment", "admin"].contains(command[0])
            let dropsFlag = change.state == "do-not-contact-changed" || command[1] != "map"
            try await stage.waybill(
                words + (isNamed ? ["--as", "anna"] : []) + (dropsFlag ? [] : ["--do-not-contact", "Tier"]))
        }
        #expect(try await stage.worths() == [index: change.state])
        let listed = try await stage.array("consent", "list")
        #expect((listed.first?["reason"] as? String)?.isEmpty == false)
        let code = try await stage.objection()
        #expect(code == (change.state == "retired" ? "administrator-retired" : change.state))
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == code)
        try await stage.close()
    }

    @Test("a stored statement that was altered is not in force, and does not keep the others from being listed")
    func altered() async throws {
        let stage = try await prepared()
        let (first, second) = (try await stage.consent(of: "bert"), try await stage.consent(of: "anna"))
        let script = "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute(sys.argv[2]); d.commit()"
        let result = try await Program.run(
            [
                "python3", "-c", script, stage.home + "/waybill.sqlite",
                "UPDATE consents SET statement = replace(statement, 'purposes', 'porpoises') WHERE idx = \(first)",
            ], executable: "/usr/bin/env")
        try #require(result.status == 0, "\(result.errors)")
        #expect(try await stage.worths() == [first: "signature-altered", second: "in-force"])
        try await stage.close()
    }
}

extension Stage {
    /// Writes a changed copy of the policy, and a new version of the agreement beside it.
    func changePolicy(_ change: (String) throws -> String) throws {
        let policies = home + "/policies/"
        try write(change(try String(contentsOfFile: policies + "boundary.yaml", encoding: .utf8)), to: "policy.yaml")
        try FileManager.default.createDirectory(atPath: path("agreement"), withIntermediateDirectories: true)
        for language in ["en", "sv"] {
            let text = try String(contentsOfFile: policies + "agreement.v1.\(language).md", encoding: .utf8)
            try write(text + "\nOne thing more.\n", to: "agreement/agreement.\(language).md")
        }
    }
}
