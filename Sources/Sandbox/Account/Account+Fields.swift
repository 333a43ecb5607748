import FoundationEssentials

/// The routes under `/v3/marketing/field_definitions`.
extension Account {
    private static let types = ["Text": "T", "Number": "N", "Date": "D"]
    private static let mostFields = 500

    /// `GET`: as in reality, `custom_fields` is absent while there are none.
    func fieldDefinitions(_ call: Call) -> Reply {
        var body: [String: JSON] = [
            "reserved_fields": .array(ReservedField.all.map(\.body)),
            "_metadata": ["self": "\(call.origin)/v3/marketing/field_definitions"],
        ]
        if !fields.isEmpty { body["custom_fields"] = .array(fields.map { .object(Self.body(of: $0, call)) }) }
        return Reply(JSON.object(body))
    }

    /// `POST`: answers 200, not 201.
    func createField(_ call: Call) throws(Refusal) -> Reply {
        struct Body: Decodable {
            let name: String?
            let field_type: String?
        }
        let request = try call.decode(Body.self)
        guard let suffix = Self.types[request.field_type ?? ""], let type = request.field_type else {
            throw Refusal(400, "field_type must be Text, Number or Date", field: "field_type")
        }
        guard let name = request.name, Self.isName(name) else {
            throw Refusal(400, "name must be letters, digits and underscores", field: "name")
        }
        let taken = fields.map(\.name) + ReservedField.all.map(\.name)
        guard !taken.contains(where: { $0.lowercased() == name.lowercased() }) else {
            throw Refusal(400, "name is already in use", field: "name")
        }
        guard fields.count < Self.mostFields else { throw Refusal(400, "too many custom fields") }
        var number = fields.count + 1
        while fields.contains(where: { $0.id == "e\(number)_\(suffix)" }) { number += 1 }
        let field = SandboxField(id: "e\(number)_\(suffix)", name: name, type: type)
        fields.append(field)
        fieldsSettle[field.id] = Date().addingTimeInterval(configuration.fieldSettleDelay.inSeconds)
        return Reply(JSON.object(Self.body(of: field, call)))
    }

    func settleFields() { fieldsSettle = [:] }

    private static func isName(_ name: String) -> Bool {
        guard (1...100).contains(name.utf8.count), let first = name.unicodeScalars.first else { return false }
        let isPlain = name.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0"..."9" ~= $0 || $0 == "_")
        }
        return isPlain && !("0"..."9" ~= first)
    }

    private static func body(of field: SandboxField, _ call: Call) -> [String: JSON] {
        [
            "id": .string(field.id), "name": .string(field.name), "field_type": .string(field.type),
            "_metadata": ["self": "\(call.origin)/v3/marketing/field_definitions/\(field.id)"],
        ]
    }
}

/// The fields every account has, with the identifiers that they have in reality.
struct ReservedField {
    let id: String
    let name: String
    let type: String
    let isReadOnly: Bool

    var body: JSON {
        var body: [String: JSON] = ["id": .string(id), "name": .string(name), "field_type": .string(type)]
        if isReadOnly { body["read_only"] = .bool(true) }
        return .object(body)
    }

    static let all: [ReservedField] = names.enumerated().map { number, name in
        let isDate = dates.contains(name)
        return ReservedField(
            id: "_rf\(number)_\(isDate ? "D" : "T")", name: name, type: isDate ? "Date" : "Text",
            isReadOnly: (15...23).contains(number))
    }

    /// The fields that a file's columns may be mapped to, by their identifiers.
    static let writable: [String: ContactKey] = Dictionary(
        uniqueKeysWithValues: all.compactMap { field in
            guard !field.isReadOnly, let key = ContactKey(rawValue: field.name) else { return nil }
            return (field.id, key)
        })

    private static let names = [
        "first_name", "last_name", "email", "alternate_emails", "address_line_1", "address_line_2", "city",
        "state_province_region", "postal_code", "country", "phone_number", "whatsapp", "line", "facebook",
        "unique_name", "email_domains", "last_clicked", "last_opened", "last_emailed", "singlesend_id",
        "automation_id", "created_at", "updated_at", "contact_id", "phone_number_id", "external_id", "anonymous_id",
        "list_ids", "segment_ids",
    ]

    private static let dates: Set<String> = ["last_clicked", "last_opened", "last_emailed", "created_at", "updated_at"]
}
