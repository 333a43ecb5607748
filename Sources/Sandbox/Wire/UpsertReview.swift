/// The checks of an upsert: some refuse the whole request at once, the others surface only in the job.
struct UpsertReview: Sendable {
    private(set) var patches: [ContactPatch] = []
    private(set) var rejections: [RowRejection] = []
    private(set) var requested: Int
    let listIDs: [String]
    /// Where in ``patches`` a contact is, by its key.
    private var places: [String: Int] = [:]

    /// What the account knows.
    struct Schema: Sendable {
        let fieldTypes: [String: String]
        let listIDs: Set<String>
        let overlongFieldsAre400: Bool
        let errorsPerReply: Int
    }

    static let contactsPerRequest = 1...30_000
    static let bytesPerRequest = 6_000_000
    static let customTextLength = 1_000

    /// Reviews a request.
    /// - Throws: ``Refusal``, 400 or 404, for what the real service checks before it answers 202.
    init(_ request: UpsertRequest, schema: Schema) throws(Refusal) {
        guard let contacts = request.contacts, Self.contactsPerRequest.contains(contacts.count) else {
            throw Refusal(400, "between 1 and 30000 contacts are required", field: "contacts")
        }
        requested = contacts.count
        listIDs = request.listIDs ?? []
        try Self.checkSyntax(of: contacts, schema: schema)
        try Self.checkFields(of: contacts, schema: schema)
        for (index, list) in listIDs.enumerated() where !schema.listIDs.contains(list) {
            throw Refusal(404, "list not found", field: "list_ids[\(index)]")
        }
        places.reserveCapacity(contacts.count)
        patches.reserveCapacity(contacts.count)
        for contact in contacts { take(contact, by: schema) }
    }

    /// A review of no contacts yet, for the rows of a file.
    init(listIDs: [String]) {
        requested = 0
        self.listIDs = listIDs
    }

    /// Adds a row of a file: what refuses a whole upsert is an error of its row here.
    mutating func add(_ contact: ContactInput, by schema: Schema) {
        requested += 1
        let email = contact.text[.email]
        let label = email ?? ContactKey.identifiers.lazy.compactMap { contact.text[$0] }.first ?? ""
        let alternates = contact.alternateEmails ?? []
        if let wrong = ([email].compactMap(\.self) + alternates).first(where: { !Syntax.isEmail($0) }) {
            rejections.append(RowRejection(email: label, reason: "email '\(wrong)' is not valid"))
        } else if alternates.count > 5 {
            rejections.append(RowRejection(email: label, reason: "at most 5 alternate emails are allowed"))
        } else if label.isEmpty {
            rejections.append(RowRejection(email: label, reason: "at least one identifier is required"))
        } else {
            take(contact, by: schema)
        }
    }

    /// Adds a row of a file that is no contact at all.
    mutating func addUnreadable(_ reason: String) {
        requested += 1
        rejections.append(RowRejection(email: "", reason: reason))
    }

    /// Gives up on the whole file: nothing of it is imported.
    mutating func fail(_ reason: String) {
        patches = []
        places = [:]
        rejections = [RowRejection(email: "", reason: reason)]
    }

    /// Turns the first rows into errors, for the fault of that name.
    mutating func rejectFirst(_ count: Int) {
        let count = min(max(count, 0), patches.count)
        for patch in patches.prefix(count) {
            rejections.append(RowRejection(email: patch.label, reason: "import error"))
        }
        patches.removeFirst(count)
    }

    private static func checkSyntax(of contacts: [ContactInput], schema: Schema) throws(Refusal) {
        var errors: [JSON] = []
        func report(_ field: String, _ message: String) {
            errors.append(["field": .string(field), "message": .string(message)])
        }
        for (index, contact) in contacts.enumerated() {
            guard errors.count < schema.errorsPerReply else { break }
            let place = "contacts[\(index)]"
            if let email = contact.text[.email], !Syntax.isEmail(email) {
                report("\(place).email", "email '\(email)' is not valid")
            } else if !ContactKey.identifiers.contains(where: { contact.text[$0]?.isEmpty == false }) {
                report(place, "at least one identifier is required")
            }
            let alternates = contact.alternateEmails ?? []
            if alternates.count > 5 { report("\(place).alternate_emails", "at most 5 alternate emails are allowed") }
            for (position, email) in alternates.enumerated() where !Syntax.isEmail(email) {
                report("\(place).alternate_emails[\(position)]", "email '\(email)' is not valid")
            }
            if schema.overlongFieldsAre400, let field = overlongField(of: contact) {
                report("\(place).\(field)", "length exceeds the limit")
            }
        }
        guard errors.isEmpty else { throw Refusal(400, errors: errors) }
    }

    private static func checkFields(of contacts: [ContactInput], schema: Schema) throws(Refusal) {
        var unknown: Set<String> = []
        for contact in contacts {
            for id in contact.customFields.keys where schema.fieldTypes[id] == nil { unknown.insert(id) }
        }
        guard unknown.isEmpty else {
            let ids = unknown.sorted().joined(separator: ",")
            throw Refusal(400, "invalid custom field ids supplied - \(ids)", field: "")
        }
    }

    private mutating func take(_ contact: ContactInput, by schema: Schema) {
        var patch = Self.patch(contact)
        do throws(RowError) {
            if let field = Self.overlongField(of: contact) { throw RowError(reason: "\(field) is too long") }
            patch.customFields = try Self.typed(contact.customFields, by: schema)
        } catch {
            rejections.append(RowRejection(email: patch.label, reason: error.reason))
            return
        }
        if let place = places[patch.key] {
            patches[place].merge(patch)
        } else {
            places[patch.key] = patches.count
            patches.append(patch)
        }
    }

    private struct RowError: Error {
        let reason: String
    }

    private static func patch(_ contact: ContactInput) -> ContactPatch {
        var text = contact.text
        text[.email] = text[.email]?.lowercased()
        let identifier = ContactKey.identifiers.first { text[$0]?.isEmpty == false } ?? .email
        let value = text[identifier] ?? ""
        return ContactPatch(
            key: identifier == .email ? value : "\(identifier.rawValue):\(value)", text: text,
            alternateEmails: contact.alternateEmails, customFields: [:])
    }

    private static func overlongField(of contact: ContactInput) -> String? {
        for (key, value) in contact.text {
            // Bytes are at least as many as scalars, and are counted without decoding.
            if let longest = key.longest, value.utf8.count > longest, value.unicodeScalars.count > longest {
                return key.rawValue
            }
        }
        for (id, value) in contact.customFields {
            if case .string(let text) = value, text.unicodeScalars.count > customTextLength { return id }
        }
        return nil
    }

    private static func typed(_ values: [String: JSON], by schema: Schema) throws(RowError) -> [String: JSON] {
        var typed: [String: JSON] = [:]
        for (id, value) in values where value != .null {
            switch (schema.fieldTypes[id], value) {
            case ("Text", .string), ("Number", .number): typed[id] = value
            case ("Date", .string(let text)):
                guard let date = Syntax.storedDate(text) else {
                    throw RowError(reason: "import error, field type does not match")
                }
                typed[id] = .string(date)
            default: throw RowError(reason: "import error, field type does not match")
            }
        }
        return typed
    }
}
