import FoundationEssentials

/// A file that a client was told to upload.
struct AwaitedUpload: Sendable {
    let jobID: String
    let signature: String
    let listIDs: [String]
    let columns: [CSVReview.Column]
}

/// `PUT /v3/marketing/contacts/imports` and the uploads it asks for.
extension Account {
    /// What has to be sent with an upload, as the real service has it.
    static let uploadHeader = (name: "x-amz-server-side-encryption", value: "aws:kms")

    /// Accepts an import: the job is pending until its file comes.
    func startImport(_ call: Call) throws(Refusal) -> Reply {
        struct Body: Decodable {
            let file_type: String?
            let field_mappings: [String?]?
            let list_ids: [String]?
        }
        let request = try call.decode(Body.self)
        guard request.file_type == "csv" else { throw Refusal(400, "file_type must be csv", field: "file_type") }
        guard let mappings = request.field_mappings, !mappings.isEmpty else {
            throw Refusal(400, "field_mappings is required", field: "field_mappings")
        }
        let types = schema.fieldTypes
        let columns = mappings.map { CSVReview.Column(id: $0, types: types) }
        let unknown = zip(mappings, columns).compactMap { id, column in column == nil ? id : nil }
        guard unknown.isEmpty else {
            throw Refusal(
                400, "invalid field ids supplied - \(unknown.joined(separator: ","))", field: "field_mappings")
        }
        let lists = request.list_ids ?? []
        for (index, list) in lists.enumerated() where book.list(list) == nil {
            throw Refusal(404, "list not found", field: "list_ids[\(index)]")
        }
        let job = enqueue(.csv(nil), fault: call.fault)
        let token = UUID().uuidString.lowercased()
        let signature = Self.randomHexadecimal()
        uploads[token] = AwaitedUpload(
            jobID: job.id, signature: signature, listIDs: lists, columns: columns.compactMap(\.self))
        return Reply(
            JSON.object([
                "job_id": .string(job.id),
                "upload_uri": "\(call.origin)/sandbox/uploads/\(token)?X-Amz-Signature=\(signature)",
                "upload_headers": [
                    ["header": .string(Self.uploadHeader.name), "value": .string(Self.uploadHeader.value)]
                ],
            ]))
    }

    /// Hands the rows of an uploaded file to its job.
    func finishUpload(_ upload: AwaitedUpload, _ review: UpsertReview, at time: Date) {
        jobs[upload.jobID]?.upload(review, at: time)
    }

    /// 256 random bits.
    private static func randomHexadecimal() -> String {
        (0..<32).map { _ in
            let byte = UInt8.random(in: 0 ... .max)
            return String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}
