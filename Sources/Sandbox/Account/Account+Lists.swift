import FoundationEssentials

/// The routes under `/v3/marketing/lists`.
extension Account {
    private static let pageSizes = 1...1000

    /// `GET /v3/marketing/lists`: pages of lists, oldest first.
    func lists(_ call: Call) throws(Refusal) -> Reply {
        let size = call.query["page_size"].map { Int($0) ?? 0 } ?? 100
        guard Self.pageSizes.contains(size) else {
            throw Refusal(400, "page_size must be between 1 and 1000", field: "page_size")
        }
        let start = try Self.offset(of: call.query["page_token"] ?? "")
        let page = book.lists.dropFirst(start).prefix(size)
        func address(_ token: String) -> JSON {
            .string("\(call.origin)/v3/marketing/lists?page_size=\(size)&page_token=\(token)")
        }
        var metadata: [String: JSON] = [
            "self": address(call.query["page_token"] ?? ""), "count": .integer(book.lists.count),
        ]
        if start + size < book.lists.count { metadata["next"] = address(Self.token(start + size)) }
        if start > 0 { metadata["prev"] = address(Self.token(max(0, start - size))) }
        return Reply(
            JSON.object([
                "result": .array(page.map { .object(body(of: $0, call)) }), "_metadata": .object(metadata),
            ]))
    }

    private static func token(_ offset: Int) -> String { "t\(String(offset, radix: 36))" }

    private static func offset(of token: String) throws(Refusal) -> Int {
        if token.isEmpty { return 0 }
        guard token.first == "t", let offset = Int(token.dropFirst(), radix: 36), offset >= 0 else {
            throw Refusal(400, "invalid page token", field: "page_token")
        }
        return offset
    }

    /// `POST /v3/marketing/lists`.
    func createList(_ call: Call) throws(Refusal) -> Reply {
        struct Body: Decodable {
            let name: String?
        }
        let name = try call.decode(Body.self).name ?? ""
        guard (1...100).contains(name.unicodeScalars.count) else {
            throw Refusal(400, "name must have between 1 and 100 characters", field: "name")
        }
        let list = SandboxList(id: UUID().uuidString.lowercased(), name: name)
        book.add(list)
        return Reply(JSON.object(body(of: list, call)), status: 201)
    }

    /// `GET /v3/marketing/lists/{id}`.
    func list(_ id: String, _ call: Call) throws(Refusal) -> Reply {
        var body = body(of: try known(id), call)
        body["identifier_counts"] = ["EID": .integer(book.memberCount(of: id)), "PHNID": 0, "EXTID": 0, "AID": 0]
        if call.query["contact_sample"] == "true" {
            body["contact_sample"] = .array(book.newest(50, on: id).map { self.body(of: $0, call) })
        }
        return Reply(JSON.object(body))
    }

    /// `GET /v3/marketing/lists/{id}/contacts/count`.
    func listCount(_ id: String) throws(Refusal) -> Reply {
        let count = JSON.integer(book.memberCount(of: try known(id).id))
        return Reply(["contact_count": count, "billable_count": count])
    }

    /// `DELETE /v3/marketing/lists/{id}/contacts?contact_ids=`: identifiers in the query, and all of them known.
    func removeFromList(_ id: String, _ call: Call) throws(Refusal) -> Reply {
        let list = try known(id)
        let ids = (call.query["contact_ids"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
            .map(String.init)
        guard ids.allSatisfy({ !$0.isEmpty }), !ids.isEmpty else {
            throw Refusal(400, "contact_ids is required", field: "contact_ids")
        }
        guard ids.allSatisfy(book.holds(contactID:)) else {
            throw Refusal(404, "one or more contact IDs do not exist", field: "contact_ids")
        }
        let job = enqueue(.removal(contactIDs: ids, listID: list.id), fault: call.fault)
        return Reply(["job_id": JSON.string(job.id)], status: 202)
    }

    /// The list with this identifier.
    /// - Throws: ``Refusal`` 404, whose body is an array, as the official description has it for lists alone.
    private func known(_ id: String) throws(Refusal) -> SandboxList {
        guard let list = book.list(id) else {
            throw Refusal(status: 404, body: [["field": "id", "message": "list not found"]])
        }
        return list
    }

    private func body(of list: SandboxList, _ call: Call) -> [String: JSON] {
        [
            "id": .string(list.id), "name": .string(list.name),
            "contact_count": .integer(book.memberCount(of: list.id)),
            "_metadata": ["self": "\(call.origin)/v3/marketing/lists/\(list.id)"],
        ]
    }
}
