import Foundation
import Sandbox
import Testing

@Suite("Files for many, suppressions, and custom fields that take a while")
struct LaneTests {
    @Test("above the threshold new contacts go as compressed files, each a transfer of its own; changes go as requests")
    func files() async throws {
        let stage = try await ChangeStage(people: 25)
        stage.people[3].first = "Åsa \"the\" O'Brien, Jr"
        stage.people[4].first = ""
        let counts = try await stage.run("--bulk-threshold", "10", "--batch-size", "5")
        #expect(counts["accepted"] == 25)
        try await stage.expectDelivered()
        let intents = try await stage.stage.entries("transfer.intent")
        #expect(intents.map { $0["action"] as? String } == ["import", "import"], "four batches a file, five batches")
        #expect(intents.allSatisfy { ($0["path"] as? String)?.hasPrefix("/sandbox/uploads/") == true })
        #expect(!intents.contains { ($0["path"] as? String)?.contains("Signature") == true })
        let requests = await stage.stage.sendGrid.state().requests
        let uploads = requests.filter { $0.path.hasPrefix("/sandbox/uploads/") }
        #expect(uploads.count == 2 && uploads.allSatisfy { !$0.carriedAuthorization && $0.status == 200 })
        stage.people[0].first = "Changed"
        for number in 100..<120 { stage.people.append(Person(number: number)) }
        #expect(try await stage.run("--bulk-threshold", "10")["accepted"] == 21)
        try await stage.expectDelivered()
        #expect(try await stage.stage.entries("transfer.intent").last?["action"] as? String == "upsert")
        stage.people.removeSubrange(30..<45)
        #expect(try await stage.run("--bulk-threshold", "10")["removed"] == 15)
        try await stage.expectDelivered()
    }

    @Test("an upload that fails, or whose answer is lost, loses nobody")
    func uploadFaults() async throws {
        for kind in [SandboxFault.Kind.loseResponse, .status(503), .status(403), .resetConnection] {
            let stage = try await ChangeStage(people: 12)
            await stage.stage.sendGrid.inject(
                SandboxFault(kind, method: "PUT", path: "/sandbox/uploads", count: 1))
            try await stage.runThrough("--bulk-threshold", "10")
            #expect(try await stage.run("--bulk-threshold", "10")["unknown"] == 0)
            try await stage.expectDelivered()
        }
    }

    @Test("if the policy asks for it, whom SendGrid suppresses is left out, and counted with the reason")
    func suppressions() async throws {
        var configuration = Stage.quick()
        configuration.suppressions = [
            SandboxSuppression(kind: "unsubscribes", email: "Person.1@Example.com"),
            SandboxSuppression(kind: "bounces", email: "person.4@example.com"),
            SandboxSuppression(kind: "blocks", email: "person.5@example.com"),
        ]
        for number in 0..<600 {
            configuration.suppressions.append(
                SandboxSuppression(kind: "spam_reports", email: "other.\(number)@example.com"))
        }
        configuration.suppressions.append(SandboxSuppression(kind: "spam_reports", email: "person.7@example.com"))
        let stage = try await ChangeStage(people: 10, configuration)
        #expect(try await stage.run()["accepted"] == 10)
        let policy = try String(contentsOfFile: stage.stage.home + "/policies/boundary.yaml", encoding: .utf8)
        try stage.stage.write(
            policy.replacing("read_suppressions: false", with: "read_suppressions: true"), to: "boundary.yaml")
        try await stage.stage.waybill("policy", "apply", stage.stage.path("boundary.yaml"), "--as", "anna")
        try stage.writeSource()
        let report = try await stage.stage.waybill("export", "run", "d1").json()
        #expect((report["rejected_by"] as? [String: Int]) == ["suppressed": 3])
        // Who is left out is off the list as well.
        #expect((report["counts"] as? [String: Int])?["removed"] == 3)
    }

    @Test("a field that was just made is waited for until SendGrid takes contacts with it")
    func settlingField() async throws {
        var configuration = Stage.quick()
        configuration.fieldSettleDelay = .seconds(3600)
        let stage = try await ChangeStage(people: 3, configuration)
        try await stage.stage.waybill(
            "destination", "map", "d1", "--email", "Email", "--custom", "home=Country", "--create-custom", "home:text",
            "--as", "anna")
        try await stage.stage.consent()
        try stage.writeSource()
        let export = try stage.stage.start("export", "run", "d1")
        while await !stage.stage.upserts().contains(where: { $0.status == 400 }), export.process.isRunning {
            try await Task.sleep(for: .milliseconds(20))
        }
        await stage.stage.sendGrid.settleFields()
        let ended = await export.wait()
        #expect(ended.status == 0, "\(ended)")
        let refused = try await stage.stage.entries("transfer.outcome").filter { $0["status"] as? String == "refused" }
        #expect(!refused.isEmpty && refused.allSatisfy { $0["reason"] as? String == "unknown-custom-field" })
    }

    @Test("the pace keeps to the limit: what would be refused waits for the next window instead")
    func pace() async throws {
        var configuration = Stage.quick()
        configuration.upsertsPerMinute = 4
        configuration.windowSeconds = 2
        let stage = try await ChangeStage(people: 40, configuration)
        #expect(try await stage.run("--batch-size", "4")["accepted"] == 40)
        let answers = await stage.stage.upserts().filter { $0.path == "/v3/marketing/contacts" }
        #expect(answers.filter { $0.status == 202 }.count == 10)
        #expect(answers.filter { $0.status == 429 }.count <= 2, "only before the first answer has told the limit")
        try await stage.expectDelivered()
    }
}
