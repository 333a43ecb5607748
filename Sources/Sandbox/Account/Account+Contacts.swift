import FoundationEssentials

/// The routes under `/v3/marketing/contacts` that read.
extension Account {
    /// `GET /v3/marketing/contacts`: the 50 newest; there is no paging.
    func sampleContacts(_ call: Call) -> Reply {
        Reply(
            JSON.object([
                "result": .array(book.newest(50).map { body(of: $0, call) }),
                "contact_count": .integer(book.contacts.count),
                "_metadata": ["self": "\(call.origin)/v3/marketing/contacts"],
            ]))
    }

    /// `GET /v3/marketing/contacts/count`.
    func contactCount() -> Reply {
        let count = JSON.integer(book.contacts.count)
        return Reply([
            "contact_count": count, "billable_count": count,
            "identifier_counts": ["EID": count, "PHNID": 0, "EXTID": 0, "AID": 0],
        ])
    }

    /// `POST /v3/marketing/contacts/search/emails`: at most 100 addresses; 404 when none is known.
    func search(_ call: Call) throws(Refusal) -> Reply {
        struct Body: Decodable {
            let emails: [String]?
        }
        guard let emails = try call.decode(Body.self).emails, (1...100).contains(emails.count) else {
            throw Refusal(400, "between 1 and 100 emails are required", field: "emails")
        }
        var result: [String: JSON] = [:]
        var found = 0
        for (index, email) in emails.enumerated() where !email.isEmpty {
            guard Syntax.isEmail(email) else {
                throw Refusal(400, "email '\(email)' is not valid", field: "emails[\(index)]")
            }
            guard let contact = book.contact(email: email) else {
                result[email.lowercased()] = ["error": "contact not found"]
                continue
            }
            result[email.lowercased()] = ["contact": body(of: contact, call)]
            found += 1
        }
        guard found > 0 else { throw .notFound }
        return Reply(JSON.object(["result": .object(result)]))
    }

    /// A contact as it is read: with all text fields, empty or not, and custom fields under their names.
    func body(of contact: Contact, _ call: Call) -> JSON {
        var body: [String: JSON] = [:]
        for key in ContactKey.allCases { body[key.rawValue] = .string(contact.text[key] ?? "") }
        var custom: [String: JSON] = [:]
        for field in fields { custom[field.name] = contact.customFields[field.id] }
        body[ContactKey.customFields.rawValue] = .object(custom)
        body[ContactKey.alternateEmails.rawValue] = .array(contact.alternateEmails.map { .string($0) })
        body["id"] = .string(contact.id)
        body["list_ids"] = .array(contact.listIDs.sorted().map { .string($0) })
        body["segment_ids"] = nil as JSON
        body["created_at"] = .string(Self.time(contact.created))
        body["updated_at"] = .string(Self.time(contact.updated))
        body["_metadata"] = ["self": "\(call.origin)/v3/marketing/contacts/\(contact.id)"]
        return .object(body)
    }

    /// `2026-07-15T16:19:27Z`.
    static func time(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle())
    }
}
