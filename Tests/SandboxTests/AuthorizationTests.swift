import Sandbox
import Testing

@Suite("The sandbox's door")
struct AuthorizationTests {
    @Test("the default key has the real shape and cannot be taken for a real one")
    func defaultKey() {
        let key = SandboxConfiguration().apiKey
        #expect(key.count == 69)
        #expect(key.split(separator: ".").map(\.count) == [2, 22, 43])
        #expect(key.hasPrefix("SG.") && key.contains("Fake"))
    }

    @Test(
        "every route needs the key",
        arguments: [
            ("GET", "/v3/scopes"), ("GET", "/v3/marketing/lists"), ("PUT", "/v3/marketing/contacts"),
            ("GET", "/v3/marketing/contacts/imports/x"), ("GET", "/v3/anything"),
        ])
    func keyNeeded(method: String, path: String) async throws {
        try await withSandbox { _, client in
            let without = try await client(method, path, key: .some(nil))
            #expect(without.status == 401)
            #expect(without.message == "authorization required")
            #expect(without.json["errors"][0].names == ["field", "message"])
            #expect(without.field == nil)
            let wrong = try await client(method, path, key: "SG.wrong.key")
            #expect(wrong.status == 401)
            #expect(wrong.message == "The provided authorization grant is invalid, expired, or revoked")
        }
    }

    @Test("the scopes of the key are told")
    func scopes() async throws {
        try await withSandbox(.quick.with { $0.scopes = ["mail.send", "marketing.read"] }) { _, client in
            let answer = try await client("GET", "/v3/scopes")
            #expect(answer.status == 200)
            #expect(answer.json["scopes"].items.map(\.text) == ["mail.send", "marketing.read"])
        }
    }

    @Test("without a marketing scope the marketing routes answer 403", arguments: [[], ["marketing_campaigns.read"]])
    func forbidden(scopes: [String]) async throws {
        try await withSandbox(.quick.with { $0.scopes = scopes }) { _, client in
            let answer = try await client("GET", "/v3/marketing/lists")
            #expect(answer.status == 403)
            #expect(answer.message == "access forbidden")
            #expect(try await client("GET", "/v3/scopes").status == 200)
        }
    }
}
