internal import FoundationEssentials
public import Governance
public import Model
internal import NIOHTTP1

// Questions about the account. Nothing about people goes out with them.
extension SendGrid {
    /// The scopes of the key: `GET /v3/scopes`.
    /// - Throws: ``DeliveryError``.
    public func scopes(_ permit: borrowing InquiryPermit) async throws -> [String] {
        try await ask(.GET, "/v3/scopes", about: .scopes, permit, as: ScopesBody.self).scopes
    }

    /// Makes sure that a contact list exists (`GET /v3/marketing/lists/{id}`).
    ///
    /// Returns its name.
    /// - Throws: ``DeliveryError``.
    public func listName(_ id: ContactListID, _ permit: borrowing InquiryPermit) async throws -> String {
        try await ask(.GET, "/v3/marketing/lists/\(id)", about: .list(id), permit, as: ListBody.self).name ?? ""
    }

    /// The custom fields of the account: `GET /v3/marketing/field_definitions`.
    /// - Throws: ``DeliveryError``.
    public func customFields(_ permit: borrowing InquiryPermit) async throws -> [CustomFieldDefinition] {
        let body = try await ask(
            .GET, "/v3/marketing/field_definitions", about: .fieldDefinitions, permit, as: FieldDefinitionsBody.self)
        return (body.custom_fields ?? []).compactMap(Self.definition)
    }

    /// Makes a custom field (`POST /v3/marketing/field_definitions`).
    ///
    /// SendGrid needs some seconds before contacts can be written with it.
    /// - Throws: ``DeliveryError``.
    public func createField(
        _ name: String, _ type: CustomFieldDefinition.ValueType, _ permit: borrowing InquiryPermit
    ) async throws -> CustomFieldDefinition {
        let request = CanonicalJSON.object(["name": .string(name), "field_type": .string(type.rawValue)])
        let field = try await ask(
            .POST, "/v3/marketing/field_definitions", about: .fieldDefinitions, permit, body: request.bytes,
            as: FieldDefinitionsBody.Field.self)
        guard let definition = Self.definition(field) else {
            throw DeliveryError.unexpectedAnswer(about: .fieldDefinitions)
        }
        return definition
    }

    /// A type that this version does not know cannot be encoded for, so such a field cannot be matched.
    private static func definition(_ field: FieldDefinitionsBody.Field) -> CustomFieldDefinition? {
        CustomFieldDefinition.ValueType(rawValue: field.field_type).map {
            CustomFieldDefinition(id: field.id, name: field.name, type: $0)
        }
    }

    /// How a job stands: `GET /v3/marketing/contacts/imports/{id}`.
    /// - Throws: ``DeliveryError``.
    public func job(_ id: String, _ permit: borrowing InquiryPermit) async throws -> JobReport {
        guard let segment = Self.segment(id) else { throw DeliveryError.unexpectedAnswer(about: .job) }
        let body = try await ask(
            .GET, "/v3/marketing/contacts/imports/\(segment)", about: .job, permit, as: JobBody.self)
        return JobReport(body)
    }

    /// The contacts that a job refused, from the file that its state points to.
    ///
    /// The file holds addresses, so its host has to be one that the policy allows; the key is not shown to it.
    /// - Parameter limit: how many contacts the job had; more are not read.
    /// - Throws: ``DeliveryError``.
    public func errors(of report: JobReport, limit: Int, _ permit: borrowing InquiryPermit) async throws
        -> [JobError]
    {
        guard let text = report.errorFile?.reveal() else { return [] }
        guard let (endpoint, address) = Self.split(text), permit.allows(endpoint) else {
            throw DeliveryError.hostNotAllowed(about: .errorFile)
        }
        try permit.standing()
        let answer: Answer
        do {
            answer = try await connections.lend { connection in
                try await connection.exchange(
                    .GET, address, at: endpoint, authorization: nil, maximumAnswer: Self.maximumErrorFile)
            }
        } catch {
            throw DeliveryError(transport: error, endpoint: endpoint)
        }
        guard answer.status == 200 else { throw DeliveryError(answer, about: .errorFile) }
        return ErrorFile.parse(answer.body, limit: limit)
    }

    /// 30,000 contacts with long addresses and long reasons.
    private static let maximumErrorFile = 32 << 20

    /// The suppressed addresses of one kind, `unsubscribes` or `bounces`: `GET /v3/suppression/{kind}`, from `offset` on,
    /// at most 500.
    /// - Throws: ``DeliveryError``; ``DeliveryError/unexpectedAnswer(about:)`` if an entry names nobody, since who is
    ///   passed over here is sent.
    public func suppressions(
        _ kind: SuppressionKind, offset: Int, _ permit: borrowing InquiryPermit
    ) async throws -> [Personal<String>] {
        let path = "/v3/suppression/\(kind.rawValue)?limit=\(SuppressionKind.page)&offset=\(offset)"
        return try await ask(.GET, path, about: .suppressions, permit, as: [SuppressionBody].self).map { entry in
            guard let address = kind.address(in: entry.email) else {
                throw DeliveryError.unexpectedAnswer(about: .suppressions)
            }
            return Personal(address)
        }
    }

    /// How many contacts a list has (`GET /v3/marketing/lists/{id}/contacts/count`).
    ///
    /// Nil if the answer gives no number.
    /// - Throws: ``DeliveryError``.
    public func listCount(_ id: ContactListID, _ permit: borrowing InquiryPermit) async throws -> Int? {
        try await ask(
            .GET, "/v3/marketing/lists/\(id)/contacts/count", about: .list(id), permit, as: ListCountBody.self
        ).contact_count?.value
    }

    /// A job's name as a part of a path, whatever is in it; nil if it can be none.
    static func segment(_ name: String) -> String? {
        // A path's own dots would lead elsewhere, escaped or not.
        guard !name.isEmpty, name.utf8.count <= Outcomes.longestJob, name != ".", name != ".." else { return nil }
        let digits = Array("0123456789ABCDEF".utf8)
        var segment: [UInt8] = []
        for byte in name.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~")].contains(byte)
            segment += isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: segment, as: UTF8.self)
    }

    /// A URL's endpoint, and its path and query.
    static func split(_ url: String) -> (Endpoint, String)? {
        let authority = url.firstRange(of: "://").map { url[$0.upperBound...].prefix { !"/?#".contains($0) } } ?? ""
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, !authority.isEmpty,
            let endpoint = try? Endpoint("\(scheme)://\(authority)")
        else { return nil }
        return (endpoint, parts.percentEncodedPath + (parts.percentEncodedQuery.map { "?\($0)" } ?? ""))
    }

    func ask<Body: Decodable & Sendable>(
        _ method: HTTPMethod, _ path: String, about subject: InquirySubject, _ permit: borrowing InquiryPermit,
        body: [UInt8]? = nil, kind: RequestKind = .read, as type: Body.Type
    ) async throws -> Body {
        try permit.standing()
        let endpoint = permit.endpoint
        let account = try permit.withKey { try Self.account($0, endpoint) }
        pace.note(permit.destination, account)
        let guarded = body.map { GuardedBody($0, standing: permit.standing) }
        let answer: Answer
        do {
            let authorization = permit.withKey(Self.authorization)
            answer = try await connections.lend { connection in
                try await connection.exchange(
                    method, path, at: endpoint, authorization: authorization, body: guarded)
            }
        } catch {
            throw DeliveryError(transport: error, endpoint: endpoint)
        }
        pace.learn(kind, account, status: answer.status, answer.headers, now: .now)
        guard answer.status == 200 else { throw DeliveryError(answer, about: subject) }
        guard let body = try? JSONDecoder().decode(type, from: Data(answer.body)) else {
            throw DeliveryError.unexpectedAnswer(about: subject)
        }
        return body
    }
}
