/// A custom field as SendGrid defines it for one account (`GET /v3/marketing/field_definitions`).
public struct CustomFieldDefinition: Hashable, Sendable {
    /// What kind of value the field takes.
    public enum ValueType: String, Sendable {
        case text = "Text"
        case number = "Number"
        case date = "Date"
    }

    /// The account's identifier for the field, `e2_T`; the key contacts are written with.
    public let id: String
    /// The name people gave it.
    public let name: String
    /// The kind of value.
    public let type: ValueType

    /// A definition with these parts.
    public init(id: String, name: String, type: ValueType) {
        self.id = id
        self.name = name
        self.type = type
    }
}
