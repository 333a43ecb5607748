internal import AsyncHTTPClient
internal import FoundationEssentials
public import Governance
public import Model
internal import NIOCore
internal import NIOHTTP1
internal import Vault

/// SendGrid's Marketing Contacts API, the part of it that exports need.
///
/// The only door out of Waybill.
///
/// Every call takes a permit: bytes about people go out under a ``TransferPermit``, which is spent, and questions about
/// the account under an ``InquiryPermit``. There is no call that deletes a contact or a list, and none takes a URL.
///
/// Source: SendGrid's API description, `tsg_mc_contacts_v3`, `tsg_mc_lists_v3`, `tsg_mc_custom_fields_v3`,
/// `tsg_scopes_v3`.
public struct SendGrid: Sendable {
    private let connection: Connection

    /// Opens a connection pool, lends it to `body`, and closes every connection before it returns.
    /// - Throws: what `body` throws.
    public static func withConnection<R>(
        timeouts: Timeouts = Timeouts(), _ body: (SendGrid) async throws -> R
    ) async throws -> R {
        let connection = Connection(timeouts: timeouts)
        do {
            let result = try await body(SendGrid(connection: connection))
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    // MARK: Transfers

    /// Sends a batch (`PUT /v3/marketing/contacts`).
    ///
    /// Spends the permit whatever happens, and returns only once the request is over; if
    /// it was stopped, once its connection is closed.
    public func upsert(_ permit: consuming TransferPermit) async -> Conclusion {
        let start = ContinuousClock.now
        let body = GuardedBody(permit.batch.body.reveal(), standing: permit.standing)
        let result: Result<Answer, any Error>
        do {
            let authorization = permit.withKey(Self.authorization)
            result = .success(
                try await connection.exchange(
                    .PUT, "/v3/marketing/contacts", at: permit.endpoint, authorization: authorization, body: body))
        } catch {
            result = .failure(error)
        }
        let elapsed = ContinuousClock.now - start
        let milliseconds = elapsed.components.seconds * 1000 + elapsed.components.attoseconds / 1_000_000_000_000_000
        switch result {
        case .success(let answer):
            return permit.conclude(Outcomes.outcome(answer, milliseconds: milliseconds))
        case .failure(let error):
            // Whatever ended it, once this returns a removal may return: the socket must be gone by then, and what its
            // buffer held with it.
            await connection.sever()
            return permit.conclude(Outcomes.outcome(error, isCancelled: Task.isCancelled, milliseconds: milliseconds))
        }
    }

    // MARK: Inquiries

    /// The scopes of the key: `GET /v3/scopes`.
    /// - Throws: ``DeliveryError``.
    public func scopes(_ permit: borrowing InquiryPermit) async throws -> [String] {
        try await ask("/v3/scopes", about: .scopes, permit, as: ScopesBody.self).scopes
    }

    /// Makes sure that a contact list exists (`GET /v3/marketing/lists/{id}`).
    ///
    /// Returns its name.
    /// - Throws: ``DeliveryError``.
    public func listName(_ id: ContactListID, _ permit: borrowing InquiryPermit) async throws -> String {
        try await ask("/v3/marketing/lists/\(id)", about: .list(id), permit, as: ListBody.self).name ?? ""
    }

    /// The custom fields of the account: `GET /v3/marketing/field_definitions`.
    /// - Throws: ``DeliveryError``.
    public func customFields(_ permit: borrowing InquiryPermit) async throws -> [CustomFieldDefinition] {
        let body = try await ask(
            "/v3/marketing/field_definitions", about: .fieldDefinitions, permit, as: FieldDefinitionsBody.self)
        return (body.custom_fields ?? []).compactMap { field in
            // A type that this version does not know cannot be encoded for, so such a field cannot be matched.
            CustomFieldDefinition.ValueType(rawValue: field.field_type).map {
                CustomFieldDefinition(id: field.id, name: field.name, type: $0)
            }
        }
    }

    /// How a job stands: `GET /v3/marketing/contacts/imports/{id}`.
    /// - Throws: ``DeliveryError``.
    public func job(_ id: String, _ permit: borrowing InquiryPermit) async throws -> JobReport {
        guard !id.isEmpty, id.utf8.count <= 100,
            id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        else { throw DeliveryError.unexpectedAnswer(about: .job) }
        let body = try await ask("/v3/marketing/contacts/imports/\(id)", about: .job, permit, as: JobBody.self)
        return JobReport(body)
    }

    private func ask<Body: Decodable & Sendable>(
        _ path: String, about subject: InquirySubject, _ permit: borrowing InquiryPermit, as type: Body.Type
    ) async throws -> Body {
        try permit.standing()
        let answer: Answer
        do {
            let authorization = permit.withKey(Self.authorization)
            answer = try await connection.exchange(.GET, path, at: permit.endpoint, authorization: authorization)
        } catch {
            await connection.sever()
            throw DeliveryError(transport: error, endpoint: permit.endpoint)
        }
        guard answer.status == 200 else { throw DeliveryError(answer, about: subject) }
        guard let body = try? JSONDecoder().decode(type, from: Data(answer.body)) else {
            throw DeliveryError.unexpectedAnswer(about: subject)
        }
        return body
    }

    /// The header's value.
    ///
    /// From here on the HTTP library holds copies of the key that it does not wipe; how that is bounded stands in
    /// SECURITY.md under known gaps.
    private static func authorization(_ key: UnsafeRawBufferPointer) -> String {
        "Bearer " + String(decoding: key, as: UTF8.self)
    }
}

/// How long the parts of a request may take.
public struct Timeouts: Sendable {
    /// Until the connection stands.
    public var connect: Duration
    /// Without a byte from the other side.
    public var silence: Duration
    /// For the request as a whole.
    public var request: Duration

    /// The given times, else 10 s, 60 s and 180 s.
    public init(
        connect: Duration = .seconds(10), silence: Duration = .seconds(60), request: Duration = .seconds(180)
    ) {
        self.connect = connect
        self.silence = silence
        self.request = request
    }
}
