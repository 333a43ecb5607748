/// Data matching: which profile field fills which contact field.
///
/// Email is always among them.
public struct DataMatching: Hashable, Sendable {
    /// One matched pair.
    public struct Pair: Hashable, Sendable {
        /// The field at SendGrid.
        public let field: ContactField
        /// The name of the profile's field.
        public let column: String

        /// Pairs `field` with `column`.
        public init(field: ContactField, column: String) {
            self.field = field
            self.column = column
        }
    }

    /// The pairs: the standard fields in their own order, then custom fields by name.
    public let pairs: [Pair]

    /// Matches `email` and, beside it, `others`.
    public init(email: String, others: [ContactField: String] = [:]) {
        let standard = ContactField.standard.dropFirst().compactMap { field in
            others[field].map { Pair(field: field, column: $0) }
        }
        let custom = others.filter { !ContactField.standard.contains($0.key) }
            .map { Pair(field: $0.key, column: $0.value) }
            .sorted { $0.field.name < $1.field.name }
        pairs = [Pair(field: .email, column: email)] + standard + custom
    }

    /// The contact fields, in the order of ``pairs``.
    public var fields: [ContactField] { pairs.map(\.field) }

    /// As stored and digested: an object from contact field name to profile field.
    public var canonical: CanonicalJSON {
        .object(Dictionary(uniqueKeysWithValues: pairs.map { ($0.field.name, .string($0.column)) }))
    }

    /// Reads back what ``canonical`` wrote.
    /// - Throws: ``ModelError`` if it has another shape.
    public init(canonical: CanonicalJSON) throws(ModelError) {
        guard case .object(let members) = canonical else { throw .configuration(key: "matching") }
        var others: [ContactField: String] = [:]
        for (name, value) in members {
            guard case .string(let column) = value else { throw .configuration(key: name) }
            others[try ContactField(name: name)] = column
        }
        guard let email = others.removeValue(forKey: .email) else { throw .configuration(key: "email") }
        self.init(email: email, others: others)
    }
}
