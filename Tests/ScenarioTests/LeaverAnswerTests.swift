import Foundation
import Sandbox
import Testing

@Suite("Who left is forgotten only if SendGrid says for certain that they are off the list")
struct LeaverAnswerTests {
    /// Four people who were delivered, of whom the last has left since.
    private static func stage() async throws -> ChangeStage {
        let stage = try await ChangeStage(people: 4)
        _ = try await stage.run()
        stage.people.removeLast()
        return stage
    }

    private static func inject(_ status: Int, _ body: String, _ stage: ChangeStage) async {
        await stage.stage.sendGrid.inject(
            SandboxFault(
                .status(status, body: body), method: "POST", path: "/v3/marketing/contacts/search", count: .max))
    }

    private static func warnings(_ stage: ChangeStage) async throws -> String {
        let report = try await stage.stage.waybill("export", "run", "d1").json()
        #expect((report["counts"] as? [String: Int])?["removed"] == 0)
        return try #require(report["warnings"] as? [String]).joined(separator: "\n")
    }

    @Test(
        "an answer that is not certain takes nobody from the record: they are asked for again, and taken off then",
        arguments: [
            #"{"result":{"person.3@example.com":{"error":"internal server error"}}}"#, #"{"result":{}}"#,
            #"{"result":{},"errors":[{"message":"search backend unavailable"}]}"#,
            #"{"result":{"person.3@example.com":{"error":"contact not found"}},"errors":[{"message":"incomplete"}]}"#,
            #"{"result":{"person.3@example.com":{"contact":{"id":"a","email":null,"list_ids":[]}}}}"#,
            #"{"result":{"person.3@example.com":null}}"#,
        ])
    func unclear(body: String) async throws {
        let stage = try await Self.stage()
        await Self.inject(200, body, stage)
        try stage.writeSource()
        for _ in 0..<4 { #expect(try await Self.warnings(stage).contains("do not say for certain of 1")) }
        await stage.stage.sendGrid.clearFaults()
        #expect(try await stage.run()["removed"] == 1)
        try await stage.expectDelivered()
        #expect(try await stage.run()["leaving"] == 0)
        try await stage.stage.close()
    }

    @Test("an identifier with '_', and a list's in capitals, are those of somebody on the list")
    func spellings() async throws {
        for (id, isCapital) in [("abc_1", false), ("abc-1", true)] {
            let stage = try await Self.stage()
            let list = isCapital ? stage.list.uppercased() : stage.list
            let contact = #"{"id":"\#(id)","email":"person.3@example.com","list_ids":["\#(list)"]}"#
            await Self.inject(200, #"{"result":{"person.3@example.com":{"contact":\#(contact)}}}"#, stage)
            try stage.writeSource()
            // The sandbox knows no such contact and answers 404: nobody is forgotten for that.
            #expect(try await Self.warnings(stage).contains("1 contacts that left are not off the list yet"))
            let removals = await stage.stage.sendGrid.state().requests.filter { $0.method == "DELETE" }
            #expect(removals.map { $0.query ?? "" } == ["contact_ids=\(id)"])
            await stage.stage.sendGrid.clearFaults()
            #expect(try await stage.run()["removed"] == 1)
            try await stage.expectDelivered()
            try await stage.stage.close()
        }
    }

    @Test("a contact that was not asked for is taken off by no answer")
    func strangers() async throws {
        let stage = try await Self.stage()
        let body = #"{"result":{"stranger@example.com":{"contact":{"id":"x","email":"stranger@example.com"}}}}"#
        await Self.inject(200, body, stage)
        try stage.writeSource()
        #expect(try await Self.warnings(stage).contains("do not say for certain of 1"))
        #expect(await !stage.stage.sendGrid.state().requests.contains { $0.method == "DELETE" })
        try await stage.stage.close()
    }

    @Test("who is known not to be a contact any more is off the list, with or without others")
    func deleted() async throws {
        let stage = try await ChangeStage(people: 6)
        _ = try await stage.run()
        stage.people.removeLast(2)
        await Self.inject(
            200,
            #"{"result":{"person.4@example.com":{"error":"contact not found"},"person.5@example.com":{"error":"x"}}}"#,
            stage)
        #expect(try await stage.run()["removed"] == 1)
        #expect(try await stage.plan()["leaving"] == 1)
        await stage.stage.sendGrid.clearFaults()
        #expect(try await stage.run()["removed"] == 1)
        try await stage.stage.close()
    }

    @Test("a 404 about several is followed by a question about each, and forgets nobody who was delivered")
    func notFound() async throws {
        let stage = try await ChangeStage(people: 8)
        _ = try await stage.run()
        stage.people.removeLast(3)
        await stage.stage.sendGrid.inject(
            SandboxFault(.status(404), method: "POST", path: "/v3/marketing/contacts/search", count: 2))
        // One of the three meets the second 404.
        #expect(try await stage.run()["removed"] == 2)
        #expect(try await stage.run()["removed"] == 1)
        try await stage.expectDelivered()
        try await stage.stage.close()
    }
}
