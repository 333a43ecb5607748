import Foundation
import Sandbox
import Testing

@Suite("Whom SendGrid suppresses is read whole, or nobody is sent")
struct SuppressionReadingTests {
    private static func stage(_ people: Int, _ suppressions: [SandboxSuppression] = []) async throws -> ChangeStage {
        var configuration = Stage.quick()
        // An account without any is one whose key may not ask.
        configuration.suppressions = suppressions + [SandboxSuppression(kind: "blocks", email: "x@example.com")]
        let stage = try await ChangeStage(people: people, configuration)
        let policy = try String(contentsOfFile: stage.stage.home + "/policies/boundary.yaml", encoding: .utf8)
        try stage.stage.write(
            policy.replacing("read_suppressions: false", with: "read_suppressions: true"), to: "boundary.yaml")
        try await stage.stage.waybill("policy", "apply", stage.stage.path("boundary.yaml"), "--as", "anna")
        return stage
    }

    /// An answer to one request for a kind.
    private static func page(_ body: String, _ kind: String = "unsubscribes", count: Int = 1) -> SandboxFault {
        SandboxFault(.status(200, body: body), method: "GET", path: "/v3/suppression/" + kind, count: count)
    }

    private static func entries(_ addresses: [String]) -> String {
        "[\(addresses.map { #"{"email":"\#($0)"}"# }.joined(separator: ","))]"
    }

    @Test("it is read to the last page, however short its pages are")
    func shortPages() async throws {
        let stage = try await Self.stage(10)
        for body in [
            #"[{"email":"person.1@example.com"}]"#, #"[{"email":"Person.2@example.com"}]"#,
            #"[{"email":"Person.2@example.com"}]"#, #"[{"email":"person.4@example.com"}]"#, "[]",
        ] { await stage.stage.sendGrid.inject(Self.page(body)) }
        let counts = try await stage.run()
        #expect(counts["rejected"] == 3 && counts["sent"] == 7)
        let full = Self.entries((0..<500).map { "x\($0)@example.com" })
        await stage.stage.sendGrid.inject(Self.page(full, count: .max))
        #expect(try await stage.refusal("--full", status: 69) == "unexpected-answer", "the same page for ever")
    }

    @Test("a kind is read to its end whoever was on those before it: pages of a hundred, the same people first")
    func twoKinds() async throws {
        let stage = try await Self.stage(3)
        let strangers = Self.entries((0..<100).map { "z\($0)@example.com" })
        for kind in ["unsubscribes", "bounces"] { await stage.stage.sendGrid.inject(Self.page(strangers, kind)) }
        // The first kind ends, and the second one goes on.
        await stage.stage.sendGrid.inject(Self.page("[]"))
        await stage.stage.sendGrid.inject(Self.page(Self.entries(["person.1@example.com"]), "bounces"))
        let counts = try await stage.run()
        #expect(counts["rejected"] == 1 && counts["sent"] == 2)
    }

    @Test("that all who unsubscribed are those who bounced stops nothing")
    func sameTwice() async throws {
        let suppressions = ["unsubscribes", "bounces", "spam_reports"].flatMap { kind in
            (0..<600).map { SandboxSuppression(kind: kind, email: "z\($0)@example.com") }
                + [SandboxSuppression(kind: kind, email: "person.1@example.com")]
        }
        let stage = try await Self.stage(3, suppressions)
        let counts = try await stage.run()
        #expect(counts["rejected"] == 1 && counts["sent"] == 2)
    }

    @Test(
        "an entry that names nobody, or nobody in a way that is known, stops the export",
        arguments: [
            #"{"recipient_email":"person.1@example.com"}"#, #"{"Email":"person.1@example.com"}"#, "{}",
            #"{"email":null}"#, #"{"email":""}"#, #"{"email":" "}"#, #"{"email":5}"#,
            #"{"email":["person.1@example.com"]}"#,
            #"{"email":"person.1"}"#, #"{"email":"person.1@example.com, person.2@example.com"}"#, "null",
        ])
    func nobody(entry: String) async throws {
        let stage = try await Self.stage(3)
        await stage.stage.sendGrid.inject(Self.page(#"[{"email":"person.2@example.com"},\#(entry)]"#))
        #expect(try await stage.refusal(status: 69) == "unexpected-answer")
        #expect(await stage.stage.upserts().isEmpty)
    }

    @Test(
        "an address counts with white space around it, with its holder's name, in any case",
        arguments: [
            " person.1@example.com ", #"person.1@example.com\n"#, #"\u00a0\tPERSON.1@Example.com\r\n"#,
            "Bob <person.1@example.com>", "<person.1@example.com> ", #"\"B, Bob\" < person.1@example.com >"#,
            "person.1@example.com.",
        ])
    func spellings(address: String) async throws {
        let stage = try await Self.stage(3)
        await stage.stage.sendGrid.inject(Self.page(Self.entries([address])))
        let counts = try await stage.run()
        #expect(counts["rejected"] == 1 && counts["sent"] == 2)
    }

    @Test("that the quota for reading is used up is waited for, and ends no export")
    func rateLimit() async throws {
        let stage = try await Self.stage(3, [SandboxSuppression(kind: "bounces", email: "person.1@example.com")])
        await stage.stage.sendGrid.inject(
            SandboxFault(.tooManyRequests(resetSeconds: 1), method: "GET", path: "/v3/suppression", count: 3))
        let counts = try await stage.run()
        #expect(counts["rejected"] == 1 && counts["sent"] == 2)
    }
}
