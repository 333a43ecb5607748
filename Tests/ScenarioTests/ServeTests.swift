import Foundation
import Sandbox
import Testing

@Suite("Exports run by themselves, can be cancelled, and go on after a stop")
struct ServeTests {
    /// Waits until `condition` holds.
    private static func wait(
        _ what: String, seconds: Double = 60, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
        while ContinuousClock.now < deadline {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("waited in vain for \(what)", sourceLocation: sourceLocation)
    }

    private static func finished(_ stage: Stage) async throws -> [String] {
        try await stage.entries("export.finished").compactMap { $0["state"] as? String }
    }

    @Test("each refresh of the source is exported; when the export user's consent ends, the run is refused")
    func refresh() async throws {
        let stage = try await ChangeStage(people: 10)
        try await stage.stage.waybill("destination", "schedule", "d1", "--on-refresh", "--as", "anna")
        let server = try stage.stage.start("serve", "--interval", "0.2", "--settle", "1")
        try await Self.wait("the first export") { try await Self.finished(stage.stage) == ["completed"] }
        try await stage.expectDelivered()
        stage.people.append(Person(number: 50))
        try stage.writeSource()
        try await Self.wait("the second export") { try await Self.finished(stage.stage).count == 2 }
        try await stage.expectDelivered()
        let consents = try await stage.stage.entries("consent.given").count
        #expect(consents == 1)
        let all = try await stage.stage.waybill("log", "list").lines()
        let index = try #require(
            all.first { ($0["entry"] as? [String: Any])?["type"] as? String == "consent.given" }?["index"] as? Int)
        try await stage.stage.waybill("consent", "withdraw", "\(index)", "--as", "anna")
        stage.people.append(Person(number: 51))
        try stage.writeSource()
        try await Self.wait("the refusal") { try await !stage.stage.entries("transfer.refused").isEmpty }
        Foundation.kill(server.process.processIdentifier, SIGTERM)
        let result = await server.wait()
        #expect(result.status == 0)
        let events = try result.lines().compactMap { $0["event"] as? String }
        #expect(events == ["started", "ended", "started", "ended", "started", "refused"])
        #expect(
            try await stage.stage.entries("export.started").compactMap { $0["trigger"] as? String }.first == "refresh")
        try await stage.stage.verifyLog()
    }

    @Test(
        "a cron expression runs an export at the full minute, under the export user who must be the one who consented")
    func cron() async throws {
        let stage = try await ChangeStage(people: 5)
        let set = try await stage.stage.waybill(
            "destination", "schedule", "d1", "--cron", "* * * * *", "--as", "anna"
        ).json()
        #expect((set["next"] as? String)?.hasSuffix(":00Z") == true)
        let server = try stage.stage.start("serve", "--interval", "0.5")
        try await Self.wait("the export", seconds: 90) { try await Self.finished(stage.stage) == ["completed"] }
        Foundation.kill(server.process.processIdentifier, SIGINT)
        #expect(await server.wait().status == 0)
        try await stage.expectDelivered()
        let entry = try #require(try await stage.stage.entries("destination.scheduled").first)
        #expect(entry["schedule"] as? String == "cron * * * * *")
        #expect(entry["export_user"] as? String == "anna")
        let bad = try await stage.stage.waybill(
            "destination", "schedule", "d1", "--cron", "61 * * * *", "--as", "anna", status: 64)
        #expect(try bad.errorCode() == "bad-cron-expression")
    }

    @Test("a stop in the middle of an export concludes it as interrupted, and the next start goes on with it")
    func gracefulStop() async throws {
        let stage = try await ChangeStage(people: 10)
        try await stage.stage.waybill("destination", "schedule", "d1", "--on-refresh", "--as", "anna")
        await stage.stage.sendGrid.inject(SandboxFault(.hangBeforeResponse(seconds: 30), method: "PUT", count: 1))
        let first = try stage.stage.start("serve", "--interval", "0.2", "--settle", "0")
        try await Self.wait("the intent") { try await !stage.stage.entries("transfer.intent").isEmpty }
        Foundation.kill(first.process.processIdentifier, SIGTERM)
        #expect(await first.wait().status == 0)
        #expect(try await Self.finished(stage.stage) == ["interrupted"])
        // The source is as it was: what was left in the middle is reason enough.
        let second = try stage.stage.start("serve", "--interval", "0.2", "--settle", "0")
        try await Self.wait("the end") { try await Self.finished(stage.stage) == ["interrupted", "completed"] }
        Foundation.kill(second.process.processIdentifier, SIGTERM)
        #expect(await second.wait().status == 0)
        try await stage.expectDelivered()
        #expect(try await stage.stage.entries("export.resumed").count == 1)
    }

    @Test("a running export ends before its next request when it is cancelled; one whose process died is closed")
    func cancel() async throws {
        let stage = try await ChangeStage(people: 30)
        await stage.stage.sendGrid.inject(SandboxFault(.hangBeforeResponse(seconds: 1), method: "PUT", count: 20))
        let running = try stage.stage.start("export", "run", "d1", "--batch-size", "2")
        try await Self.wait("an outcome") { try await !stage.stage.entries("transfer.outcome").isEmpty }
        let cancelled = try await stage.stage.waybill("export", "cancel", "e1").json()
        #expect(cancelled["state"] as? String == "cancelled")
        let result = await running.wait()
        #expect(result.status == 75)
        #expect(try result.errorCode() == "export-cancelled")
        let intents = try await stage.stage.entries("transfer.intent").count
        #expect(intents < 15)
        #expect(try await stage.stage.entries("transfer.outcome").count == intents)
        try await stage.stage.waybill("export", "cancel", "e1", status: 78)
        try await stage.stage.waybill("export", "resume", "e1", status: 78)
        await stage.stage.sendGrid.clearFaults()
        #expect(try await stage.run()["unknown"] == 0)
        try await stage.expectDelivered()

        stage.people.append(Person(number: 99))
        try stage.writeSource()
        await stage.stage.sendGrid.inject(SandboxFault(.hangBeforeResponse(seconds: 5), method: "PUT", count: 1))
        let dying = try stage.stage.start("export", "run", "d1")
        try await Self.wait("the intent") { try await stage.stage.entries("transfer.intent").count > intents + 1 }
        Foundation.kill(dying.process.processIdentifier, SIGKILL)
        _ = await dying.wait()
        let last = try #require(
            try await stage.stage.entries("export.started").last?["export"] as? String)
        #expect(try await stage.stage.waybill("export", "cancel", last).json()["state"] as? String == "cancelled")
        try await stage.stage.verifyLog()
    }

    @Test("a custom field is made on request, used once SendGrid takes it, and logged")
    func createsFields() async throws {
        let stage = try await ChangeStage(people: 3)
        try await stage.stage.waybill(
            "destination", "map", "d1", "--email", "Email", "--custom", "home=Country", "--create-custom", "home:text",
            "--as", "anna")
        try await stage.stage.consent()
        #expect(try await stage.run()["accepted"] == 3)
        let state = await stage.stage.sendGrid.state()
        #expect(state.contacts["person.1@example.com"]?.fields["e1_T"] == "SE")
        let entry = try #require(try await stage.stage.entries("destination.configured").last)
        #expect(entry["created_fields"] as? [String] == ["home"])
        try await stage.stage.verifyLog()
    }
}
