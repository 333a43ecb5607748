internal import Model

/// Says in a few words what an entry is about: what it names first, then what came of it, then how many.
enum LogSummary {
    private enum Form {
        case plain
        case prefixed(String)
        case counted(String)
        case flag(String)
    }

    /// The fields that are shown, in order.
    private static let forms: [(key: String, form: Form)] = [
        ("destination", .plain), ("export", .plain), ("administrator", .plain), ("segment", .plain),
        ("source", .prefixed("of")), ("display_name", .plain), ("role", .plain), ("state", .plain),
        ("status", .plain), ("code", .plain), ("reason", .plain), ("schedule", .plain), ("intent", .prefixed("of")),
        ("action", .plain), ("subjects", .counted("contacts")), ("contacts", .counted("contacts")),
        ("profiles", .counted("profiles")), ("removals", .counted("to take off")), ("transfers", .counted("transfers")),
        ("version", .prefixed("version")), ("consent_index", .prefixed("consent")), ("host", .plain),
        ("valid_until", .prefixed("until")), ("expires", .prefixed("until")), ("rehearsal", .flag("rehearsal")),
        ("record", .plain), ("origin", .plain), ("policy_sha256", .prefixed("sha256")),
    ]

    static func text(_ entry: CanonicalJSON) -> String {
        guard case .object(let members) = entry else { return "" }
        let parts = forms.compactMap { key, form -> String? in
            guard let value = members[key] else { return nil }
            return switch (form, value) {
            case (.plain, .string(let text)): text
            case (.prefixed(let word), .string(let text)): "\(word) \(text)"
            case (.prefixed(let word), .integer(let number)): "\(word) \(number)"
            case (.counted(let what), .integer(let number)): number == 0 ? nil : "\(number) \(what)"
            case (.flag(let word), .string("yes")): word
            default: nil
            }
        }
        return parts.joined(separator: " ")
    }
}
