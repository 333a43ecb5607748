import Testing

@testable import Sandbox

@Suite("Looking into the sandbox")
struct InspectionTests {
    @Test("its state, contacts and requests can be read without a key")
    func reading() async throws {
        try await withSandbox { _, client in
            _ = try await client.deliver(#"{"email":"b@example.com","city":"Lund"},{"email":"a@example.com"}"#)
            let open = try await client("GET", "/sandbox/state", key: .some(nil))
            #expect(open.status == 200)
            #expect(open.json["contact_count"].integer == 2)
            #expect(open.json["lists"][0]["member_count"].integer == 2)
            #expect(open.json["jobs"][0]["status"].text == "completed")
            let first = open.json["requests"][0]
            #expect(first["method"].text == "PUT")
            #expect(first["contact_count"].integer == 2)
            #expect(first["completed"] == .bool(true))
            #expect(first["body_sha256"].text?.count == 64)
            let lines = try await client("GET", "/sandbox/requests").text.split(separator: "\n")
            #expect(lines.count == open.json["requests"].items.count)
            let contacts = try await client("GET", "/sandbox/contacts?list=\(SandboxList.rehearsal.id)").text
            #expect(contacts.split(separator: "\n").count == 2)
            #expect(contacts.hasPrefix(#"{"created":"#) && contacts.contains(#""city":"Lund""#))
            #expect(try await client("GET", "/sandbox/contacts?list=other").text.isEmpty)
        }
    }

    @Test("it is not in its own record")
    func unrecorded() async throws {
        try await withSandbox { sandbox, client in
            _ = try await client("GET", "/sandbox/state")
            #expect(await sandbox.state().requests.isEmpty)
        }
    }

    @Test("faults are added, listed and forgotten")
    func faults() async throws {
        try await withSandbox { _, client in
            let added = try await client(
                "POST", "/sandbox/faults", body: #"[{"fault":"status","status":503,"path":"/v3/scopes","count":2}]"#)
            #expect(added.status == 201)
            #expect(added.json[0]["fault"].text == "status")
            #expect(try await client("GET", "/v3/scopes").status == 503)
            #expect(try await client("GET", "/sandbox/faults").json[0]["count"].integer == 1)
            #expect(try await client("DELETE", "/sandbox/faults").json.items.isEmpty)
            #expect(try await client("GET", "/v3/scopes").status == 200)
        }
    }

    @Test(
        "a fault that makes no sense is a 400",
        arguments: [
            "", "{}", #"[{"fault":"nope"}]"#, #"[{"fault":"status"}]"#, #"[{"fault":"status","status":99}]"#,
            #"[{"fault":"slow_read","bytes_per_second":0}]"#, #"[{"fault":"hang_before_response","seconds":-1}]"#,
        ])
    func badFaults(body: String) async throws {
        try await withSandbox { _, client async throws in
            #expect(try await client("POST", "/sandbox/faults", body: body).status == 400)
        }
    }

    @Test("a name other than the loopback's does not get in")
    func otherHost() async throws {
        try await withSandbox { sandbox, client async throws in
            let other = "attacker.example:\(sandbox.port)"
            #expect(try await client("GET", "/sandbox/state", host: other).status == 403)
            #expect(try await client("GET", "/sandbox/state", host: "localhost:\(sandbox.port)").status == 200)
            #expect(try await client("POST", "/sandbox/state").status == 405)
            #expect(try await client("GET", "/sandbox/nothing").status == 404)
        }
    }
}
