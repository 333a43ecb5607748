import Sandbox
import Testing

@Suite("Looking up sandbox contacts")
struct LookupTests {
    private let path = "/v3/marketing/contacts/search/emails"

    @Test("addresses are found in any case, by name of custom field, and the unknown ones are said so")
    func search() async throws {
        try await withSandbox { _, client in
            _ = try await client.deliver(
                #"""
                {"email":"Ada@Example.com","first_name":"Ada","alternate_emails":["countess@example.com"],
                "custom_fields":{"e1_T":"gold","e2_N":15.5,"e3_D":"2021-02-11T23:03:03.000Z"}}
                """#)
            let answer = try await client(
                "POST", path, body: #"{"emails":["ADA@example.com","nobody@example.com","","countess@example.com"]}"#)
            #expect(answer.status == 200)
            let result = answer.json["result"]
            #expect(result.names == ["ada@example.com", "nobody@example.com", "countess@example.com"])
            #expect(result["nobody@example.com"]["error"].text == "contact not found")
            let contact = result["ada@example.com"]["contact"]
            #expect(contact["email"].text == "ada@example.com")
            #expect(contact["first_name"].text == "Ada")
            #expect(contact["last_name"].text == "")
            #expect(contact["list_ids"].items.map(\.text) == [SandboxList.rehearsal.id])
            #expect(contact["custom_fields"].names == ["tier", "points", "since"])
            #expect(contact["custom_fields"]["since"].text == "2021-02-11T23:03:03Z")
            #expect(result["countess@example.com"]["contact"]["id"] == contact["id"])
        }
    }

    @Test("an alternate address is found until it is replaced")
    func alternates() async throws {
        try await withSandbox { _, client in
            _ = try await client.deliver(#"{"email":"a@example.com","alternate_emails":["Old@example.com"]}"#)
            let old = try await client("POST", path, body: #"{"emails":["old@example.com"]}"#)
            #expect(old.status == 200)
            _ = try await client.deliver(#"{"email":"a@example.com","alternate_emails":["new@example.com"]}"#)
            let after = try await client("POST", path, body: #"{"emails":["old@example.com","new@example.com"]}"#)
            #expect(after.json["result"]["old@example.com"].names == ["error"])
            #expect(after.json["result"]["new@example.com"].names == ["contact"])
        }
    }

    @Test("it is a 404 when none is known")
    func none() async throws {
        try await withSandbox { _, client async throws in
            #expect(try await client("POST", path, body: #"{"emails":["nobody@example.com"]}"#).status == 404)
        }
    }

    @Test("no address, more than 100, or a malformed one is a 400")
    func bad() async throws {
        try await withSandbox { _, client async throws in
            let many = (0...100).map { #""u\#($0)@example.com""# }.joined(separator: ",")
            for emails in ["", many, #""000""#] {
                #expect(try await client("POST", path, body: #"{"emails":[\#(emails)]}"#).status == 400)
            }
        }
    }

    @Test("counts and the sample of 50 are of all contacts")
    func sample() async throws {
        try await withSandbox { _, client in
            let contacts = (10..<70).map { #"{"email":"u\#($0)@example.com"}"# }.joined(separator: ",")
            _ = try await client.deliver(contacts)
            let count = try await client("GET", "/v3/marketing/contacts/count")
            #expect(count.json["contact_count"].integer == 60)
            let sample = try await client("GET", "/v3/marketing/contacts")
            #expect(sample.json["contact_count"].integer == 60)
            let emails = sample.json["result"].items.compactMap { $0["email"].text }
            #expect(emails.count == 50)
            #expect(emails == emails.sorted())
        }
    }
}
