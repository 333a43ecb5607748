public import Governance
public import Model
internal import NIOHTTP1

// The lane for many: a compressed file, uploaded to where SendGrid says.
extension SendGrid {
    /// The identifiers of all fields by their names, reserved ones and custom ones: `GET /v3/marketing/field_definitions`.
    /// - Throws: ``DeliveryError``.
    public func fieldIDs(_ permit: borrowing InquiryPermit) async throws -> [String: String] {
        let body = try await ask(
            .GET, "/v3/marketing/field_definitions", about: .fieldDefinitions, permit, as: FieldDefinitionsBody.self)
        var ids: [String: String] = [:]
        for field in body.reserved_fields ?? [] { ids[field.name] = field.id }
        for field in body.custom_fields ?? [] { ids[field.id] = field.id }
        return ids
    }

    /// Asks where a file of contacts is to go (`PUT /v3/marketing/contacts/imports`); nothing about people goes out.
    /// - Parameter mappings: for each column the identifier of its field.
    /// - Throws: ``DeliveryError``; ``DeliveryError/hostNotAllowed(about:)`` if the policy does not allow the host.
    public func importTarget(
        _ list: ContactListID, mappings: [String], _ permit: borrowing InquiryPermit
    ) async throws -> UploadTarget {
        let request = CanonicalJSON.object([
            "file_type": .string("csv"), "field_mappings": .strings(mappings), "list_ids": .strings([list.text]),
        ])
        let body = try await ask(
            .PUT, "/v3/marketing/contacts/imports", about: .imports, permit, body: request.bytes, kind: .importFile,
            as: ImportBody.self)
        guard let (endpoint, address) = Self.split(body.upload_uri), !body.job_id.isEmpty,
            body.job_id.utf8.count <= Outcomes.longestJob
        else { throw DeliveryError.unexpectedAnswer(about: .imports) }
        guard permit.allows(endpoint) else { throw DeliveryError.hostNotAllowed(about: .imports) }
        let path = address.prefix { $0 != "?" }
        return UploadTarget(
            endpoint: endpoint, path: String(path), address: Personal(address),
            headers: UploadHeaders.allowed(body.upload_headers ?? []), job: body.job_id)
    }

    /// Uploads a file.
    ///
    /// The address opens by itself, so the key is not shown to its host.
    public func upload(_ permit: consuming TransferPermit<ImportFile>) async -> Conclusion {
        let start = ContinuousClock.now
        guard let upload = permit.upload else {
            return permit.conclude(TransferOutcome(status: .refused, reason: "no-upload-address"))
        }
        let body = GuardedBody(permit.cargo.body.reveal(), standing: permit.standing)
        do {
            try permit.standing()
            let answer = try await connections.lend { connection in
                try await connection.exchange(
                    .PUT, upload.address.reveal(), at: upload.endpoint, authorization: nil, headers: upload.headers,
                    body: body)
            }
            let milliseconds = Self.milliseconds(since: start)
            var outcome = Outcomes.outcome(answer, count: permit.cargo.count, milliseconds: milliseconds) { _ in
                (.accepted(job: upload.job), "")
            }
            if case .refused = outcome.status {
                // Not SendGrid answers here but a store for files; its 403 says nothing about the key.
                outcome = TransferOutcome(
                    status: .refused, httpStatus: answer.status, milliseconds: milliseconds, reason: "upload-refused")
            }
            return permit.conclude(outcome)
        } catch {
            return permit.conclude(
                Outcomes.outcome(
                    error, isCancelled: Task.isCancelled, milliseconds: Self.milliseconds(since: start)))
        }
    }
}

/// The headers of an upload that SendGrid may set.
///
/// What a signed address of a store for files may ask for, and nothing that decides where a request goes, who it is from,
/// how the connection is used, or who may read what is stored: `x-amz-acl`, a grant, a copy, a redirection, a tag that a
/// policy goes by and a customer's own key are not among them. An answer that asks for more gets an upload without it.
enum UploadHeaders {
    static func allowed(_ named: [ImportBody.Header]) -> [[String]] {
        var headers: [[String]] = []
        for header in named.prefix(32) {
            let name = header.header.lowercased()
            guard isAllowed(name), isPlain(header.value), !headers.contains(where: { $0[0] == name }) else { continue }
            headers.append([name, header.value])
        }
        return headers
    }

    private static let names: Set<String> = [
        "content-type", "content-encoding", "content-disposition", "content-language", "content-md5", "cache-control",
        "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-context", "x-amz-server-side-encryption-bucket-key-enabled", "x-amz-date",
        "x-amz-content-sha256", "x-amz-security-token", "x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm",
        "x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1",
        "x-amz-checksum-sha256",
    ]

    /// Words that are kept beside the file and do nothing: a signature may cover them, and an upload without them fails.
    private static let note = "x-amz-meta-"

    private static func isAllowed(_ name: String) -> Bool {
        names.contains(name)
            || name.utf8.count <= 64 && name.hasPrefix(note) && name.utf8.count > note.utf8.count
                && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    /// Printing characters and blanks: a line break would begin another header.
    private static func isPlain(_ value: String) -> Bool {
        value.utf8.count <= 4096 && value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
