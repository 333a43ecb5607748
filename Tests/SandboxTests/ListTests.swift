import Sandbox
import Testing

@Suite("The sandbox's lists")
struct ListTests {
    private static let lists = (1...5).map {
        SandboxList(id: "00000000-0000-4000-8000-00000000000\($0)", name: "L\($0)")
    }

    @Test("lists come in pages that point to the next one")
    func paging() async throws {
        try await withSandbox(.quick.with { $0.lists = Self.lists }) { _, client in
            var next: String? = "/v3/marketing/lists?page_size=2"
            var seen: [String?] = []
            var pages = 0
            while let page = next {
                let answer = try await client("GET", page)
                #expect(answer.status == 200)
                #expect(answer.json["_metadata"]["count"].integer == 5)
                #expect(answer.json["_metadata"]["self"].text?.hasPrefix(client.base) == true)
                seen += answer.json["result"].items.map { $0["id"].text }
                next = answer.json["_metadata"]["next"].text
                pages += 1
            }
            #expect(pages == 3)
            #expect(seen == Self.lists.map(\.id))
        }
    }

    @Test("a page size or token out of range is a 400", arguments: ["page_size=0", "page_size=1001", "page_token=x"])
    func badPage(query: String) async throws {
        try await withSandbox { _, client async throws in
            #expect(try await client("GET", "/v3/marketing/lists?\(query)").status == 400)
        }
    }

    @Test("a list is found by its identifier, and a 404 for another has an array as its body")
    func one() async throws {
        try await withSandbox { _, client in
            let id = SandboxList.rehearsal.id
            let found = try await client("GET", "/v3/marketing/lists/\(id)")
            #expect(found.status == 200)
            #expect(found.json["name"].text == "Rehearsal")
            #expect(found.json["contact_count"].integer == 0)
            let missing = try await client("GET", "/v3/marketing/lists/nope")
            #expect(missing.status == 404)
            #expect(missing.json[0]["message"].text == "list not found")
            #expect(try await client("GET", "/v3/marketing/lists/nope/contacts/count").status == 404)
        }
    }

    @Test("a list's count and sample follow its members")
    func members() async throws {
        try await withSandbox { _, client in
            _ = try await client.deliver(#"{"email":"b@example.com"},{"email":"a@example.com"}"#)
            let path = "/v3/marketing/lists/\(SandboxList.rehearsal.id)"
            let count = try await client("GET", path + "/contacts/count")
            #expect(count.json["contact_count"].integer == 2)
            #expect(count.json["billable_count"].integer == 2)
            let sample = try await client("GET", path + "?contact_sample=true")
            #expect(sample.json["contact_count"].integer == 2)
            #expect(
                sample.json["contact_sample"].items.map { $0["email"].text } == ["a@example.com", "b@example.com"])
        }
    }

    @Test("a list is made with 201, and needs a name of 1 to 100 characters")
    func making() async throws {
        try await withSandbox { _, client in
            let made = try await client("POST", "/v3/marketing/lists", body: #"{"name":"New"}"#)
            #expect(made.status == 201)
            let id = made.json["id"].text ?? ""
            #expect(id.count == 36)
            #expect(try await client("GET", "/v3/marketing/lists/\(id)").json["name"].text == "New")
            for name in ["", String(repeating: "x", count: 101)] {
                #expect(try await client("POST", "/v3/marketing/lists", body: #"{"name":"\#(name)"}"#).status == 400)
            }
        }
    }

    @Test(
        "deleting a list or a contact is refused with 405 and recorded",
        arguments: [
            "/v3/marketing/lists/\(SandboxList.rehearsal.id)", "/v3/marketing/contacts",
            "/v3/marketing/lists/\(SandboxList.rehearsal.id)?delete_contacts=true",
            "/v3/marketing/contacts?delete_all_contacts=true",
        ])
    func noDeleting(path: String) async throws {
        try await withSandbox { sandbox, client in
            let answer = try await client("DELETE", path)
            #expect(answer.status == 405)
            let record = try #require(await sandbox.state().requests.last)
            #expect(record.method == "DELETE")
            #expect(record.status == 405)
            #expect(record.path + (record.query.map { "?" + $0 } ?? "") == path)
        }
    }

    @Test("an unknown path is a 404, a known one with another method a 405")
    func routes() async throws {
        try await withSandbox { _, client async throws in
            #expect(try await client("GET", "/v3/marketing/singlesends").status == 404)
            #expect(try await client("GET", "/v3/mail/send").status == 404)
            #expect(try await client("GET", "/other").status == 404)
            #expect(try await client("PATCH", "/v3/marketing/contacts").status == 405)
            #expect(try await client("POST", "/v3/scopes").status == 405)
            #expect(try await client("DELETE", "/v3/marketing/contacts/imports/x").status == 405)
        }
    }
}
