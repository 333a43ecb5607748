/// A value that cannot be built because its parts break its rules.
public enum ModelError: ReportableError, Equatable {
    /// A name that cannot be taken.
    case identifier(problem: String)
    /// A time that is not RFC 3339 in UTC.
    case timestamp(text: String)
    /// A digest that is not 32 bytes.
    case digest
    /// Text that is not the canonical form of a JSON value (RFC 8785).
    case notCanonical(reason: String)
    /// Stored configuration that lacks a key or has the wrong kind of value in it.
    case configuration(key: String)
    /// An unknown contact field.
    case field(name: String)
    /// A cron expression that cannot be read.
    case cron(field: String, problem: String)
    /// A time zone that is not known.
    case timeZone(name: String, problem: String)
    /// A contact too large for any request.
    case contactTooLarge(bytes: Int)

    /// A stable slug; see `ReportableError`.
    public var code: String {
        switch self {
        case .identifier: "bad-identifier"
        case .timestamp: "bad-timestamp"
        case .digest: "bad-digest"
        case .notCanonical: "not-canonical-json"
        case .configuration: "bad-stored-configuration"
        case .field: "unknown-contact-field"
        case .contactTooLarge: "contact-too-large"
        case .cron: "bad-cron-expression"
        case .timeZone: "unknown-time-zone"
        }
    }

    /// What went wrong, in a sentence.
    public var message: String {
        switch self {
        case .identifier(let problem): "this is no usable name: \(problem)"
        case .timestamp(let text): "'\(text.prefix(40))' is not an RFC 3339 time in UTC"
        case .digest: "a SHA-256 digest has 32 bytes, 64 hexadecimal digits"
        case .notCanonical(let reason): "not canonical JSON: \(reason)"
        case .configuration(let key): "stored configuration lacks a usable '\(key)'"
        case .field(let name): "there is no contact field '\(name.prefix(64))'"
        case .cron(let field, let problem):
            (field == "expression" ? "the cron expression" : "the cron expression's \(field)") + ": \(problem)"
        case .timeZone(let name, let problem):
            "there is no time zone '\(name.contains("@") ? "…" : String(name.prefix(64)))': \(problem)"
        case .contactTooLarge(let bytes): "one contact needs \(bytes) bytes, more than a whole request may have"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .identifier: "use 1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit"
        case .cron: "for example '0 6 * * MON-FRI': minute, hour, day of month, month, day of week"
        case .timeZone: "time zones are named by region and place, as in Europe/Stockholm; without one, times are UTC"
        case .timestamp: "write it as 2026-11-23T12:00:00Z"
        case .digest: "copy it whole"
        case .field:
            "there are email, first_name, last_name, country, state_province_region, city, postal_code and custom:NAME"
        case .notCanonical, .configuration: "run 'waybill log verify'; restore the database from a backup"
        case .contactTooLarge: "match fewer or shorter fields"
        }
    }

    /// The class of failure, which decides the exit status.
    public var failure: FailureClass {
        switch self {
        case .identifier, .timestamp, .field, .cron, .timeZone: .usage
        case .digest, .contactTooLarge: .badInput
        case .notCanonical, .configuration: .internalError
        }
    }
}
