public import FoundationEssentials

/// A request as the sandbox saw it arrive, from its head on; it is kept up to date while its body comes in.
public struct RecordedRequest: Sendable, Codable, Hashable {
    /// Its place in the order of arrival, from 0.
    public let sequence: Int
    /// The method, in capitals.
    public let method: String
    /// The path without the query.
    public let path: String
    /// The query as sent, without the question mark.
    public let query: String?
    /// How many contacts the body held; 0 for all that is neither an understood upsert nor a file.
    public internal(set) var contactCount: Int
    /// The length of the body: as declared, or as received where nothing was declared.
    public internal(set) var bodyBytes: Int
    /// The SHA-256 of the bytes received, 64 lower-case hexadecimal digits; empty while they come in.
    public internal(set) var bodySHA256: String
    /// When the head arrived.
    public let received: Date
    /// When the last byte of the body was read, or the connection found closed.
    public internal(set) var finished: Date?
    /// The status answered; 0 while, or because, there was no answer.
    public internal(set) var status: Int
    /// Whether the whole body arrived: false when the client went away, or was cut off, in its midst.
    public internal(set) var completed: Bool
    /// How many bytes of the body arrived.
    public internal(set) var bytesReceived: Int
    /// Whether there was an `Authorization` header; it must never go to an `errors_url`.
    public let carriedAuthorization: Bool
    /// The names of its headers in small letters, `host` apart; sorted.
    public let headers: [String]

    private enum CodingKeys: String, CodingKey {
        case sequence, method, path, query, headers
        case contactCount = "contact_count"
        case bodyBytes = "body_bytes"
        case bodySHA256 = "body_sha256"
        case received, finished, status, completed
        case bytesReceived = "bytes_received"
        case carriedAuthorization = "carried_authorization"
    }
}
