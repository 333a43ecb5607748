import Testing

@testable import Sandbox

@Suite("A sandbox upsert")
struct UpsertTests {
    @Test("is accepted with 202 and a job, and lower-cases the address")
    func accepted() async throws {
        try await withSandbox { sandbox, client in
            let answer = try await client.upsert(#"{"email":"ADA@Example.COM","first_name":"Ada","ignored":1}"#)
            #expect(answer.status == 202)
            #expect(answer.json.names == ["job_id"])
            let job = try await client.finished(answer.json["job_id"].text ?? "")
            #expect(job["status"].text == "completed")
            #expect(job["job_type"].text == "upsert_contacts")
            let contact = try #require(await sandbox.state().contacts["ada@example.com"])
            #expect(contact.fields == ["email": "ada@example.com", "first_name": "Ada"])
            #expect(contact.listIDs == [SandboxList.rehearsal.id])
        }
    }

    @Test("leaves what it omits, clears what it sends empty, and never takes off a list")
    func merging() async throws {
        try await withSandbox { sandbox, client in
            _ = try await client.deliver(
                #"{"email":"a@example.com","first_name":"A","city":"Lund","custom_fields":{"e1_T":"x","e2_N":1}}"#)
            let second = try await client.upsert(
                #"{"email":"A@example.com","city":"","country":"SE","custom_fields":{"e1_T":""}}"#, lists: "[]")
            let job = try await client.finished(second.json["job_id"].text ?? "")
            #expect(job["results"]["updated_count"].integer == 1)
            #expect(job["results"]["created_count"] == .null)
            let contact = try #require(await sandbox.state().contacts["a@example.com"])
            #expect(contact.fields == ["email": "a@example.com", "first_name": "A", "country": "SE", "e2_N": "1.0"])
            #expect(contact.listIDs == [SandboxList.rehearsal.id])
        }
    }

    @Test("merges duplicates within a request, the later one winning")
    func duplicates() async throws {
        try await withSandbox { sandbox, client in
            let job = try await client.deliver(
                #"{"email":"a@example.com","first_name":"1","city":"Lund"},{"email":"A@EXAMPLE.com","first_name":"2"}"#)
            #expect(job["results"]["requested_count"].integer == 2)
            #expect(job["results"]["created_count"].integer == 1)
            let fields = await sandbox.state().contacts["a@example.com"]?.fields
            #expect(fields == ["email": "a@example.com", "first_name": "2", "city": "Lund"])
        }
    }

    @Test(
        "that is not JSON, or not of the right shape, is a 400 with the service's words",
        arguments: [
            ("", "invalid json"), ("{", "invalid json"), ("{\"contacts\":[{]}", "invalid json"),
            (#"{"contacts":[{"email":"a@example.com","custom_fields":["x"]}]}"#, "invalid input"),
            (#"{"contacts":[{"email":5}]}"#, "invalid input"), ("[]", "invalid input"),
            (#"{"contacts":[]}"#, "between 1 and 30000 contacts are required"),
            ("{}", "between 1 and 30000 contacts are required"),
        ])
    func malformed(body: String, message: String) async throws {
        try await withSandbox { sandbox, client in
            let answer = try await client("PUT", "/v3/marketing/contacts", body: body)
            #expect(answer.status == 400)
            #expect(answer.message == message)
            #expect(await sandbox.state().jobs.isEmpty)
        }
    }

    @Test("with malformed addresses is a 400 for all of it, that says which ones")
    func badAddresses() async throws {
        try await withSandbox { sandbox, client in
            let answer = try await client.upsert(
                #"{"email":"a@example.com"},{"email":"000"},{"email":"b@example.com"},{}"#)
            #expect(answer.status == 400)
            #expect(answer.json["errors"].items.map { $0["field"].text } == ["contacts[1].email", "contacts[3]"])
            #expect(answer.message == "email '000' is not valid")
            let state = await sandbox.state()
            #expect(state.jobs.isEmpty && state.contacts.isEmpty)
            #expect(state.requests.last?.contactCount == 4)
        }
    }

    @Test("lists no more errors than configured")
    func fewErrors() async throws {
        try await withSandbox(.quick.with { $0.errorsPerReply = 1 }) { _, client in
            let answer = try await client.upsert(#"{"email":"1"},{"email":"2"}"#)
            #expect(answer.json["errors"].items.map { $0["field"].text } == ["contacts[0].email"])
        }
    }

    @Test("with unknown custom fields is a 400 that names them")
    func unknownFields() async throws {
        try await withSandbox { _, client in
            let answer = try await client.upsert(
                #"{"email":"a@example.com","custom_fields":{"tier":"x","e1_T":"y","points":1}}"#)
            #expect(answer.status == 400)
            #expect(answer.message == "invalid custom field ids supplied - points,tier")
        }
    }

    @Test("for an unknown list is a 404")
    func unknownList() async throws {
        try await withSandbox { sandbox, client in
            let answer = try await client.upsert(#"{"email":"a@example.com"}"#, lists: #"["nope"]"#)
            #expect(answer.status == 404)
            #expect(await sandbox.state().jobs.isEmpty)
        }
    }

    @Test("of more than 30,000 contacts is a 400, of more than 6,000,000 bytes a 413")
    func tooMuch() async throws {
        try await withSandbox { sandbox, client async throws in
            let many = (0...30_000).map { #"{"email":"\#($0)@b.se"}"# }.joined(separator: ",")
            #expect(try await client.upsert(many).status == 400)
            let frame = #"{"contacts":[{"email":"a@example.com","postal_code":""}]}"#
            let padding = String(repeating: "1", count: 6_000_000 - frame.utf8.count)
            let full = #"{"contacts":[{"email":"a@example.com","postal_code":"\#(padding)"}]}"#
            #expect(try await client("PUT", "/v3/marketing/contacts", body: full).status == 202)
            #expect(try await client("PUT", "/v3/marketing/contacts", body: full + " ").status == 413)
            #expect(await sandbox.state().requests.last?.bytesReceived == 6_000_001)
        }
    }

    @Test(
        "with a value of the wrong type is accepted, and that row is an error of the job",
        arguments: [
            #""e2_N":"100000""#, #""e3_D":"AAAAA""#, #""e1_T":5"#, #""e1_T":true"#, #""e2_N":true"#, #""e1_T":["x"]"#,
            #""e1_T":{"x":1}"#,
        ])
    func wrongType(field: String) async throws {
        try await withSandbox { sandbox, client in
            let job = try await client.deliver(
                #"{"email":"bad@example.com","city":"Lund","custom_fields":{\#(field)}},{"email":"good@example.com"}"#)
            #expect(job["status"].text == "errored")
            #expect(job["results"]["errored_count"].integer == 1)
            #expect(job["results"]["created_count"].integer == 1)
            #expect(await sandbox.state().contacts.keys.sorted() == ["good@example.com"])
        }
    }

    @Test("with an over-long field is an error of the row, or where so configured a 400", arguments: [false, true])
    func overlong(is400: Bool) async throws {
        try await withSandbox(.quick.with { $0.overlongFieldsAre400 = is400 }) { _, client in
            let exact = String(repeating: "é", count: 50)
            #expect(
                try await client.deliver(#"{"email":"a@example.com","first_name":"\#(exact)"}"#)["status"].text
                    == "completed")
            let answer = try await client.upsert(#"{"email":"a@example.com","first_name":"\#(exact)é"}"#)
            if is400 {
                #expect(answer.status == 400)
                #expect(answer.field == "contacts[0].first_name")
            } else {
                #expect(answer.status == 202)
                #expect(try await client.finished(answer.json["job_id"].text ?? "")["status"].text == "failed")
            }
        }
    }

    @Test("that leaves out an identifier the contact has is an error of the row")
    func identifiers() async throws {
        try await withSandbox { sandbox, client in
            _ = try await client.deliver(#"{"email":"a@example.com","external_id":"x1"}"#)
            let partial = try await client.deliver(#"{"email":"a@example.com","city":"Lund"}"#)
            #expect(partial["status"].text == "failed")
            #expect(await sandbox.state().contacts["a@example.com"]?.fields["city"] == nil)
            let whole = try await client.deliver(#"{"email":"a@example.com","external_id":"x1","city":"Lund"}"#)
            #expect(whole["status"].text == "completed")
        }
    }
}
