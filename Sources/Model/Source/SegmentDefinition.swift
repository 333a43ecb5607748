/// A segment: which profiles of one source are meant.
public struct SegmentDefinition: Hashable, Sendable {
    /// How membership is decided.
    public enum Membership: Hashable, Sendable {
        /// A rule over profile fields, in the text form that Engine parses: `country == "SE" and lifetime_value > 100`.
        case rule(String)
        /// A file with one member a row, in a column named like the source's identifying field.
        case members(path: String)
        /// An entity of the source's Common Data Model folder with one member a row.
        case entity(String)
    }

    /// Its name.
    public let name: SegmentName
    /// The source whose profiles it selects from.
    public let source: SourceName
    /// How membership is decided.
    public let membership: Membership

    /// A definition with these parts.
    public init(name: SegmentName, source: SourceName, membership: Membership) {
        self.name = name
        self.source = source
        self.membership = membership
    }

    /// As stored and digested; the digest of this stands in the signed statement.
    public var canonical: CanonicalJSON {
        var members: [String: CanonicalJSON] = ["name": .string(name.text), "source": .string(source.text)]
        switch membership {
        case .rule(let text): members["rule"] = .string(text)
        case .members(let path): members["members"] = .string(path)
        case .entity(let name): members["entity"] = .string(name)
        }
        return .object(members)
    }

    /// Reads back what ``canonical`` wrote.
    /// - Throws: ``ModelError`` if it has another shape.
    public init(canonical: CanonicalJSON) throws(ModelError) {
        let membership: Membership =
            if let rule = canonical.optionalString("rule") {
                .rule(rule)
            } else if let entity = canonical.optionalString("entity") {
                .entity(entity)
            } else {
                .members(path: try canonical.string("members"))
            }
        self.init(
            name: try SegmentName(try canonical.string("name")), source: try SourceName(try canonical.string("source")),
            membership: membership)
    }
}
