import Testing

@testable import Sandbox

@Suite("The sandbox's field definitions")
struct FieldDefinitionTests {
    private let path = "/v3/marketing/field_definitions"

    @Test("reserved and custom fields are told with their types")
    func reading() async throws {
        try await withSandbox { _, client in
            let answer = try await client("GET", path)
            #expect(answer.json["custom_fields"].items.map { $0["id"].text } == ["e1_T", "e2_N", "e3_D"])
            #expect(answer.json["custom_fields"].items.map { $0["field_type"].text } == ["Text", "Number", "Date"])
            let reserved = answer.json["reserved_fields"].items
            #expect(reserved.count == 29)
            #expect(reserved[2]["id"].text == "_rf2_T" && reserved[2]["name"].text == "email")
            #expect(reserved[21]["id"].text == "_rf21_D" && reserved[21]["read_only"] == .bool(true))
        }
    }

    @Test("without custom fields the key is absent")
    func none() async throws {
        try await withSandbox(.quick.with { $0.customFields = [] }) { _, client async throws in
            #expect(try await client("GET", path).json.names == ["reserved_fields", "_metadata"])
        }
    }

    @Test("a field is made with 200 and can then be written")
    func making() async throws {
        try await withSandbox { sandbox, client in
            let made = try await client("POST", path, body: #"{"name":"shoe_size","field_type":"Number"}"#)
            #expect(made.status == 200)
            let id = made.json["id"].text ?? ""
            #expect(id.hasSuffix("_N"))
            _ = try await client.deliver(#"{"email":"a@example.com","custom_fields":{"\#(id)":42}}"#)
            #expect(await sandbox.state().contacts["a@example.com"]?.fields[id] == "42.0")
        }
    }

    @Test("a field that is not settled is listed, and refused in upserts and imports")
    func unsettled() async throws {
        try await withSandbox(.quick.with { $0.fieldSettleDelay = .seconds(3_600) }) { _, client in
            let made = try await client("POST", path, body: #"{"name":"shoe_size","field_type":"Number"}"#)
            let id = made.json["id"].text ?? ""
            #expect(try await client("GET", path).json["custom_fields"].items.last?["id"].text == id)
            let upsert = try await client.upsert(#"{"email":"a@example.com","custom_fields":{"\#(id)":42}}"#)
            #expect(upsert.status == 400)
            #expect(upsert.message == "invalid custom field ids supplied - \(id)")
            let file = #"{"file_type":"csv","field_mappings":["_rf2_T","\#(id)"]}"#
            let imported = try await client("PUT", "/v3/marketing/contacts/imports", body: file)
            #expect(imported.status == 400)
        }
    }

    @Test("a field settles in time")
    func settling() async throws {
        try await withSandbox(.quick.with { $0.fieldSettleDelay = .milliseconds(200) }) { _, client in
            let made = try await client("POST", path, body: #"{"name":"shoe_size","field_type":"Number"}"#)
            let id = made.json["id"].text ?? ""
            let contact = #"{"email":"a@example.com","custom_fields":{"\#(id)":42}}"#
            while try await client.upsert(contact).status != 202 { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    @Test(
        "a name that is taken, reserved or malformed, or an unknown type, is a 400",
        arguments: [
            ("TIER", "Text"), ("Email", "Text"), ("1st", "Text"), ("a-b", "Text"), ("", "Text"), ("ok", "Boolean"),
            (String(repeating: "x", count: 101), "Text"),
        ])
    func refused(name: String, type: String) async throws {
        try await withSandbox { _, client in
            let answer = try await client("POST", path, body: #"{"name":"\#(name)","field_type":"\#(type)"}"#)
            #expect(answer.status == 400)
        }
    }
}
