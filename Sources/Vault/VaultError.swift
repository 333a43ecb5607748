public import Model

/// Why a key, a secret or a signature cannot be handled.
public enum VaultError: ReportableError, Equatable {
    /// OpenSSL reported an error; `detail` is its own words, which never quote data.
    case openSSL(operation: String, detail: String)
    /// A sealed box does not open: another key, another label, or altered bytes.
    case authentication
    /// A key file that cannot be used.
    case keyFile(path: String, problem: String, remedy: String)
    /// Bytes that are not of the expected layout.
    case malformed(what: String)
    /// An input of the wrong length.
    case length(what: String, expected: Int, found: Int)
    /// An input of more bytes than are handled.
    case tooLong(what: String, limit: Int, found: Int)

    /// A stable slug; see `ReportableError`.
    public var code: String {
        switch self {
        case .openSSL: "openssl"
        case .authentication: "secret-does-not-open"
        case .keyFile: "bad-key-file"
        case .malformed: "malformed-secret"
        case .length: "wrong-length"
        case .tooLong: "too-long"
        }
    }

    /// What went wrong, in a sentence.
    public var message: String {
        switch self {
        case .openSSL(let operation, let detail): "OpenSSL failed to \(operation): \(detail)"
        case .authentication: "a sealed secret does not open: it was altered, or sealed under another key"
        case .keyFile(let path, let problem, _): "the key file \(path) \(problem)"
        case .malformed(let what): "\(what) is malformed"
        case .length(let what, let expected, let found): "\(what) must have \(expected) bytes and has \(found)"
        case .tooLong(let what, let limit, let found): "\(what) may have \(limit) bytes and has \(found)"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .keyFile(_, _, let remedy): remedy
        case .authentication: "check that waybill.key is the one this database was made with"
        case .openSSL: "check that OpenSSL 3 is installed whole; else please report it, see SECURITY.md for where"
        case .malformed, .length, .tooLong: "give it as it was made, whole and unchanged"
        }
    }

    /// Keys and secrets are configuration; OpenSSL itself must not fail.
    public var failure: FailureClass {
        switch self {
        case .openSSL: .internalError
        case .malformed, .length, .tooLong: .badInput
        case .authentication, .keyFile: .configuration
        }
    }
}
