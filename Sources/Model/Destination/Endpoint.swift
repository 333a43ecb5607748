import FoundationEssentials

/// Where requests go: scheme, host and port, nothing else.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// True for `https`, false for `http`, which is taken for loopback only.
    public let isSecure: Bool
    /// The host, lower-case, without brackets.
    public let host: String
    /// The port, if it is not the scheme's own.
    public let port: Int?

    /// `https://api.sendgrid.com`, for global users and subusers.
    public static let sendGrid = Endpoint(isSecure: true, host: "api.sendgrid.com", port: nil)

    private init(isSecure: Bool, host: String, port: Int?) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
    }

    /// Reads a base URL, `https://api.sendgrid.com`.
    /// - Throws: ``EndpointError`` if it has user information, a path, a query, another scheme, or plain http to a
    ///   host that is not this machine.
    public init(_ text: String) throws(EndpointError) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let host = parts.host?.lowercased(), !host.isEmpty, parts.user == nil, parts.password == nil,
            parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil
        else { throw .malformed }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.init(isSecure: scheme == "https", host: bare, port: parts.port)
        guard scheme == "https" || scheme == "http", Self.hasPossiblePort(text) else { throw .malformed }
        guard isSecure || isLoopback else { throw .plainText(host: bare) }
    }

    /// A port from 1 to 65535, or none: one beyond any number would be read as none, and lead to the scheme's own.
    private static func hasPossiblePort(_ text: String) -> Bool {
        guard let scheme = text.firstRange(of: "://") else { return false }
        let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
        let host = authority.lastIndex(of: "]").map { authority[$0...] } ?? authority
        guard let colon = host.lastIndex(of: ":") else { return true }
        return UInt16(host[host.index(after: colon)...]).map { $0 > 0 } ?? false
    }

    /// Whether the host is this machine: `localhost`, 127.0.0.0/8 or ::1 (RFC 5735, RFC 4291).
    public var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The base URL, without a slash at its end.
    public var description: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return (isSecure ? "https://" : "http://") + shown + (port.map { ":\($0)" } ?? "")
    }
}

/// Why a base URL is not taken.
public enum EndpointError: ReportableError, Equatable {
    /// Not a base URL.
    case malformed
    /// Plain http to another machine.
    case plainText(host: String)

    /// A stable slug; see `ReportableError`.
    public var code: String {
        switch self {
        case .malformed: "bad-base-url"
        case .plainText: "plain-http"
        }
    }

    /// What went wrong, in a sentence.
    public var message: String {
        switch self {
        case .malformed: "the base URL must be a scheme and a host, without path, query or user"
        case .plainText(let host): "plain http to \(host) would show the API key and the profiles to the network"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .malformed: "for example https://api.sendgrid.com"
        case .plainText: "use https; plain http is for a rehearsal on this machine only (localhost, 127.0.0.1, [::1])"
        }
    }

    /// The class of failure, which decides the exit status.
    public var failure: FailureClass { .usage }
}
