import FoundationEssentials

/// A file that was asked for and is still to come.
struct AwaitedFile: Sendable {
    let job: String
    let signature: String
    /// For each column the key that a contact is written with, `first_name`, or the identifier of a custom field.
    let columns: [String?]
    let listIDs: [String]
}

/// `PUT /v3/marketing/contacts/imports`, and the place it points to.
extension Account {
    static let encryption = "aws:kms"
    private static let mostRows = 1_000_000
    private static let mostBytes = 512_000_000

    /// Says where the file is to go.
    ///
    /// Its job is pending from now on, and starts when the file is there.
    func requestImport(_ call: Call) throws(Refusal) -> Reply {
        struct Body: Decodable {
            let file_type: String?
            let field_mappings: [String?]?
            let list_ids: [String]?
        }
        let request = try call.decode(Body.self)
        guard request.file_type == "csv" else { throw Refusal(400, "file_type must be csv", field: "file_type") }
        guard let mappings = request.field_mappings, mappings.contains(where: { $0 != nil }) else {
            throw Refusal(400, "field_mappings is required", field: "field_mappings")
        }
        var columns: [String?] = []
        for id in mappings {
            guard let id else {
                columns.append(nil)
                continue
            }
            if let name = ReservedField.all.first(where: { $0.id == id })?.name {
                columns.append(name)
            } else if fields.contains(where: { $0.id == id }) {
                columns.append(id)
            } else {
                throw Refusal(400, "unknown field mapping", field: "field_mappings")
            }
        }
        for list in request.list_ids ?? [] where book.list(list) == nil {
            throw Refusal(404, "list not found", field: "list_ids")
        }
        let token = UUID().uuidString.lowercased()
        let file = AwaitedFile(
            job: UUID().uuidString.lowercased(),
            signature: UUID().uuidString.lowercased().filter { $0 != "-" }, columns: columns,
            listIDs: request.list_ids ?? [])
        awaited[token] = file
        return Reply([
            "job_id": JSON.string(file.job),
            "upload_uri": JSON.string("\(call.origin)/sandbox/uploads/\(token)?X-Amz-Signature=\(file.signature)"),
            "upload_headers": JSON.array([
                ["header": "x-amz-server-side-encryption", "value": JSON.string(Self.encryption)]
            ]),
        ])
    }

    /// Takes a file, as a pre-signed address does: without a key, but with its signature and headers.
    func upload(_ call: Call) -> Reply {
        guard call.method == "PUT" else { return Refusal.methodNotAllowed.reply }
        guard call.authorization == nil else { return Refusal(400, "only one auth mechanism allowed").reply }
        guard call.segments.count == 3, let file = awaited[call.segments[2]],
            call.query["X-Amz-Signature"] == file.signature, call.encryption == Self.encryption
        else { return Refusal.forbidden.reply }
        let unpacked =
            Gunzip.isCompressed(call.body) ? Gunzip.unpack(call.body, limit: Self.mostBytes) : call.body
        guard call.byteCount == call.body.count, let unpacked else { return Refusal.tooLarge.reply }
        let contacts = Self.contacts(unpacked, file.columns)
        // The same file again, after a lost answer, is the same job.
        if jobs[file.job] == nil {
            let review = UpsertReview(rows: contacts.prefix(Self.mostRows), listIDs: file.listIDs, schema: schema)
            _ = enqueue(.upsert(review), fault: call.fault, id: file.job, type: "contacts_import")
        }
        var reply = Reply(status: 200, contentType: "text/plain", body: Data())
        reply.contactCount = contacts.count
        return reply
    }

    /// The rows behind the header; an empty cell leaves its field as it is.
    private static func contacts(_ data: Data, _ columns: [String?]) -> [ContactInput] {
        rows(of: data).dropFirst().map { row in
            var contact = ContactInput()
            for (column, value) in zip(columns, row) where !value.isEmpty {
                guard let column else { continue }
                if let key = ContactKey(rawValue: column) {
                    contact.text[key] = value
                } else {
                    contact.customFields[column] = number(value, column) ?? .string(value)
                }
            }
            return contact
        }
    }

    /// Number fields have identifiers that end in `_N`; a file has no other way to say so.
    private static func number(_ value: String, _ column: String) -> JSON? {
        guard column.hasSuffix("_N"), let number = Double(value), number >= 0 else { return nil }
        return .number(number)
    }

    private static func rows(of data: Data) -> [[String]] {
        var rows: [[String]] = []
        var (row, field, isQuoted, wasQuote) = ([String](), [UInt8](), false, false)
        func end(row ends: Bool) {
            row.append(String(decoding: field, as: UTF8.self))
            field = []
            guard ends else { return }
            rows.append(row)
            row = []
        }
        for byte in data {
            if wasQuote {
                wasQuote = false
                if byte == UInt8(ascii: "\"") {
                    field.append(byte)
                    continue
                }
                isQuoted = false
            }
            switch byte {
            case UInt8(ascii: "\"") where isQuoted: wasQuote = true
            case UInt8(ascii: "\"") where field.isEmpty: isQuoted = true
            case UInt8(ascii: ",") where !isQuoted: end(row: false)
            case 0x0A where !isQuoted: end(row: true)
            case 0x0D where !isQuoted: continue
            default: field.append(byte)
            }
        }
        if !row.isEmpty || !field.isEmpty { end(row: true) }
        return rows
    }
}
