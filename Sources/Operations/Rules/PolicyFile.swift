internal import FoundationEssentials
internal import Governance
internal import Model
internal import Yams

/// Reads `boundary.yaml`.
enum PolicyFile {
    /// The keys a policy file must have, and no others; what came later may be missing, and is as in the file that
    /// `init` writes.
    private struct Layout: Decodable {
        let version: Int
        let hosts: [String]
        let fields: [String: String]
        let maximum_profiles: Int64
        let warn_profiles: Int64
        let consent_days: Int64
        let request_minutes: Int64
        let purpose: String
        let transfer_mechanism: String
        let country: String
        let recipient: String
        let maximum_removals: Int64?
        let maximum_removal_percent: Int64?
        let read_suppressions: Bool?

        static let keys: Set<String> = [
            "version", "hosts", "fields", "maximum_profiles", "warn_profiles", "consent_days", "request_minutes",
            "purpose", "transfer_mechanism", "country", "recipient", "maximum_removals", "maximum_removal_percent",
            "read_suppressions",
        ]
    }

    /// Reads a policy from the file at `path`.
    static func read(_ path: String) throws -> Policy {
        try parse(try SmallFile.text(path), file: path)
    }

    /// Reads a policy from YAML.
    ///
    /// A key that is not known is an error: a rule that is misspelt must not be taken as absent.
    static func parse(_ text: String, file: String) throws -> Policy {
        let layout: Layout
        do {
            try requireKnownKeys(text, file: file)
            layout = try YAMLDecoder().decode(Layout.self, from: text)
        } catch let error as YamlError {
            throw OperationError.policyFile(file: file, line: line(of: error), problem: "this is not YAML")
        } catch let error as DecodingError {
            throw OperationError.policyFile(file: file, line: nil, problem: problem(error))
        }
        guard layout.version == 1 else {
            throw OperationError.policyFile(file: file, line: nil, problem: "'version' must be 1")
        }
        guard layout.fields["email"] != nil else {
            throw OperationError.policyFile(file: file, line: nil, problem: "'fields' must allow 'email'")
        }
        for (key, value) in [
            ("maximum_profiles", layout.maximum_profiles), ("warn_profiles", layout.warn_profiles),
            ("consent_days", layout.consent_days), ("request_minutes", layout.request_minutes),
        ] where !(1...1_000_000_000).contains(value) {
            throw OperationError.policyFile(
                file: file, line: nil, problem: "'\(key)' must be between 1 and 1,000,000,000")
        }
        try requireVisible(layout, file: file)
        guard (0...100).contains(layout.maximum_removal_percent ?? 0), (layout.maximum_removals ?? 0) >= 0 else {
            throw OperationError.policyFile(
                file: file, line: nil,
                problem: "'maximum_removal_percent' must be between 0 and 100, 'maximum_removals' not negative")
        }
        return Policy(
            hosts: layout.hosts.map { $0.lowercased() }, fields: layout.fields,
            maximumProfiles: layout.maximum_profiles, warnProfiles: layout.warn_profiles,
            consentDays: layout.consent_days, requestMinutes: layout.request_minutes, purpose: trimmed(layout.purpose),
            transferMechanism: trimmed(layout.transfer_mechanism), country: trimmed(layout.country),
            recipient: trimmed(layout.recipient),
            maximumRemovals: layout.maximum_removals ?? 10_000,
            maximumRemovalPercent: layout.maximum_removal_percent ?? 50,
            readsSuppressions: layout.read_suppressions ?? false)
    }

    /// What stands in statements is one line that everybody can see.
    private static func requireVisible(_ layout: Layout, file: String) throws {
        let texts = [
            ("purpose", layout.purpose), ("transfer_mechanism", layout.transfer_mechanism), ("country", layout.country),
            ("recipient", layout.recipient),
        ]
        let names = layout.hosts.map { ("hosts", $0) } + layout.fields.flatMap { [("fields", $0), ("fields", $1)] }
        for (key, text) in texts + names {
            guard let character = VisibleText.firstHidden(in: trimmed(text)) else { continue }
            let problem =
                character == "U+000A"
                ? "'\(key)' has several lines; write it in one"
                : "'\(key)' has the character \(character) in it, which is not seen as what it is"
            throw OperationError.policyFile(file: file, line: nil, problem: problem)
        }
    }

    /// YAML ends a folded text with a line break that nobody wrote.
    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }

    private static func requireKnownKeys(_ text: String, file: String) throws {
        guard let mapping = try Yams.compose(yaml: text)?.mapping else {
            throw OperationError.policyFile(file: file, line: 1, problem: "it must be a mapping of keys to values")
        }
        for (key, _) in mapping {
            guard let name = key.string, Layout.keys.contains(name) else {
                throw OperationError.policyFile(
                    file: file, line: key.mark?.line, problem: "'\(key.string ?? "?")' is not a key of a policy")
            }
        }
    }

    private static func line(of error: YamlError) -> Int? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: nil
        }
    }

    private static func problem(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong kind of value"
        default: "a value cannot be read"
        }
    }
}
