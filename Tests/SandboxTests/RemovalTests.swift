import Sandbox
import Testing

@Suite("Taking contacts off a sandbox list")
struct RemovalTests {
    private let path = "/v3/marketing/lists/\(SandboxList.rehearsal.id)/contacts"

    @Test("members leave the list when the job ends, and stay contacts")
    func removal() async throws {
        try await withSandbox { sandbox, client in
            _ = try await client.deliver(
                #"{"email":"a@example.com"},{"email":"b@example.com"},{"email":"c@example.com"}"#)
            let contacts = await sandbox.state().contacts
            let ids = ["a@example.com", "b@example.com"].compactMap { contacts[$0]?.id }
            let answer = try await client("DELETE", path + "?contact_ids=\(ids[0])%2C\(ids[1])")
            #expect(answer.status == 202)
            let job = try await client.finished(answer.json["job_id"].text ?? "")
            #expect(job["status"].text == "completed")
            #expect(job["results"]["deleted_count"].integer == 2)
            let after = await sandbox.state()
            #expect(after.lists[0].memberCount == 1)
            #expect(after.contacts.count == 3)
            #expect(after.contacts["a@example.com"]?.listIDs == [])
            #expect(after.contacts["c@example.com"]?.listIDs == [SandboxList.rehearsal.id])
        }
    }

    @Test("one stale identifier fails the whole call with 404")
    func stale() async throws {
        try await withSandbox { sandbox, client in
            _ = try await client.deliver(#"{"email":"a@example.com"}"#)
            let id = await sandbox.state().contacts["a@example.com"]?.id ?? ""
            #expect(try await client("DELETE", path + "?contact_ids=\(id),stale").status == 404)
            #expect(try await client("DELETE", "/v3/marketing/lists/nope/contacts?contact_ids=\(id)").status == 404)
            let after = await sandbox.state()
            #expect(after.lists[0].memberCount == 1)
            #expect(after.jobs.count == 1)
        }
    }

    @Test("identifiers in a body, or none, are a 400", arguments: ["", "?contact_ids=", "?contact_ids=a,,b"])
    func noIdentifiers(query: String) async throws {
        try await withSandbox { _, client async throws in
            #expect(try await client("DELETE", path + query, body: #"{"contact_ids":["a"]}"#).status == 400)
        }
    }
}
