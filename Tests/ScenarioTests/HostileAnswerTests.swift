import Foundation
import Sandbox
import Testing

@Suite("An answer that is none of HTTP's ends a request, and nothing else")
struct HostileAnswerTests {
    @Test(
        "a status below 100 leaves what was sent unknown: the intent is closed, the request made again",
        arguments: ["HTTP/1.1 000 X\r\ncontent-length: 0\r\n\r\n", "HTTP/1.1 099 X\r\ncontent-length: 2\r\n\r\n{}"])
    func lowStatus(answer: String) async throws {
        let stage = try await ChangeStage(people: 20)
        for method in ["PUT", "GET"] {
            await stage.stage.sendGrid.inject(
                SandboxFault(.rawResponse(answer), method: method, path: "/v3/marketing/contacts"))
        }
        #expect(try await stage.run()["accepted"] == 20)
        let outcomes = try await stage.stage.entries("transfer.outcome")
        #expect(outcomes.compactMap { $0["status"] as? String } == ["unknown", "accepted"])
        #expect(outcomes.first?["reason"] as? String == "unexpected-status")
        let report = try await stage.stage.waybill("log", "verify").json()
        #expect(report["ok"] as? Bool == true && (report["open_intents"] as? [Any])?.isEmpty ?? true)
        try await stage.expectDelivered()
    }

    @Test("a question that is answered so ends with its own code")
    func question() async throws {
        let stage = try await ChangeStage(people: 2)
        await stage.stage.sendGrid.inject(
            SandboxFault(.rawResponse("HTTP/1.1 000 X\r\n\r\n"), method: "GET", path: "/v3/scopes"))
        let result = try await stage.stage.waybill(
            [
                "destination", "connect", "sendgrid", "--name", "Again", "--list-id", stage.list, "--api-key-file", "-",
                "--base-url", stage.stage.sendGrid.baseURL, "--as", "anna",
            ], input: stage.stage.configuration.apiKey, status: 69)
        #expect(try result.errorCode() == "unexpected-status")
    }
}
