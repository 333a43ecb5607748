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

    /// What is done with profiles that cannot be decided on, because a value that the rule needs is not of the type that
    /// its source declares.
    public enum Unreadable: String, Sendable, CaseIterable {
        /// The export stops before anything leaves.
        case stop
        /// They are left out, and counted as rejected.
        case exclude
    }

    /// Its name.
    public let name: SegmentName
    /// The source whose profiles it selects from.
    public let source: SourceName
    /// How membership is decided.
    public let membership: Membership
    /// What is done with profiles that cannot be decided on.
    public let unreadable: Unreadable
    /// What stands between the fields of a file of members; nil for a comma.
    public let delimiter: UInt8?

    /// A definition with these parts.
    public init(
        name: SegmentName, source: SourceName, membership: Membership, unreadable: Unreadable = .stop,
        delimiter: UInt8? = nil
    ) {
        self.delimiter = delimiter
        self.unreadable = unreadable
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
        // Left out where it is as it always was, so that the digests of segments that were signed for stay the same.
        if let delimiter { members["delimiter"] = .integer(Int64(delimiter)) }
        if unreadable != .stop { members["unreadable"] = .string(unreadable.rawValue) }
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
            membership: membership, unreadable: try Self.unreadable(canonical),
            delimiter: try Delimiter.read(canonical))
    }

    private static func unreadable(_ canonical: CanonicalJSON) throws(ModelError) -> Unreadable {
        guard let word = canonical.optionalString("unreadable") else { return .stop }
        guard let unreadable = Unreadable(rawValue: word) else { throw .configuration(key: "unreadable") }
        return unreadable
    }
}
