import Testing

@testable import Sandbox

@Suite("The sandbox's suppressions")
struct SuppressionTests {
    private static let some: [SandboxSuppression] =
        (0..<501).map { SandboxSuppression(kind: "bounces", email: "b\($0)@example.com") } + [
            SandboxSuppression(kind: "unsubscribes", email: "u@example.com"),
            SandboxSuppression(kind: "spam_reports", email: "s@example.com"),
        ]

    @Test("each kind is listed by itself, at most 500 at a time")
    func listing() async throws {
        try await withSandbox(.quick.with { $0.suppressions = Self.some }) { _, client in
            let first = try await client("GET", "/v3/suppression/bounces")
            #expect(first.status == 200 && first.json.items.count == 500)
            #expect(first.json[0].names == ["email", "created", "reason", "status"])
            let rest = try await client("GET", "/v3/suppression/bounces?limit=500&offset=500")
            #expect(rest.json.items.map { $0["email"].text } == ["b500@example.com"])
            let few = try await client("GET", "/v3/suppression/bounces?limit=2&offset=3")
            #expect(few.json.items.map { $0["email"].text } == ["b3@example.com", "b4@example.com"])
            let unsubscribes = try await client("GET", "/v3/suppression/unsubscribes")
            #expect(unsubscribes.json.items.map { $0["email"].text } == ["u@example.com"])
            #expect(unsubscribes.json[0]["created"].integer != nil)
            #expect(try await client("GET", "/v3/suppression/blocks").json == [])
            #expect(try await client("GET", "/v3/suppression/invalid_emails").json == [])
        }
    }

    @Test("a limit or an offset out of range is a 400, an unknown kind a 404, and nothing can be deleted")
    func refused() async throws {
        try await withSandbox(.quick.with { $0.suppressions = Self.some }) { _, client async throws in
            for query in ["limit=0", "limit=501", "limit=x", "offset=-1"] {
                #expect(try await client("GET", "/v3/suppression/bounces?\(query)").status == 400)
            }
            #expect(try await client("GET", "/v3/suppression/others").status == 404)
            #expect(try await client("DELETE", "/v3/suppression/bounces").status == 405)
        }
    }

    @Test("the scope for them is granted with the first suppression, or where it is configured")
    func scopes() async throws {
        try await withSandbox { _, client in
            let answer = try await client("GET", "/v3/suppression/bounces")
            #expect(answer.status == 403)
            #expect(try await client("GET", "/v3/scopes").json["scopes"].items.count == 2)
        }
        try await withSandbox(.quick.with { $0.suppressions = Self.some }) { _, client async throws in
            #expect(try await client("GET", "/v3/scopes").json["scopes"].items.last?.text == "suppression.read")
        }
        try await withSandbox(.quick.with { $0.scopes = ["suppression.bounces.read"] }) { _, client async throws in
            #expect(try await client("GET", "/v3/suppression/bounces").json == [])
        }
    }
}
