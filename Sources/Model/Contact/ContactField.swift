/// A field of a SendGrid contact that a profile's value can be matched to.
///
/// Names and lengths: `PUT /v3/marketing/contacts`, schema `ContactRequest` of SendGrid's API description. Lengths are
/// in Unicode scalars; the unit is not documented, and scalars are never longer than what SendGrid counts in UTF-8.
public enum ContactField: Hashable, Sendable {
    case email
    case firstName
    case lastName
    case country
    case state
    case city
    case postalCode
    /// A custom field, by the name it has at SendGrid.
    case custom(String)

    /// The seven fields of data matching, in the order an administrator meets them.
    public static let standard: [ContactField] = [.email, .firstName, .lastName, .country, .state, .city, .postalCode]

    /// The key at SendGrid, which is also the name in log, policy and statement; custom fields as `custom:NAME`.
    public var name: String {
        switch self {
        case .email: "email"
        case .firstName: "first_name"
        case .lastName: "last_name"
        case .country: "country"
        case .state: "state_province_region"
        case .city: "city"
        case .postalCode: "postal_code"
        case .custom(let name): "custom:\(name)"
        }
    }

    /// Finds the field with this ``name``.
    /// - Throws: ``ModelError/field(name:)`` if there is none. Custom names follow SendGrid's rule: 1 to 100 of
    ///   `A-Z a-z 0-9 _`, not starting with a digit.
    public init(name: String) throws(ModelError) {
        if let field = Self.standard.first(where: { $0.name == name }) {
            self = field
            return
        }
        guard name.hasPrefix("custom:") else { throw .field(name: name) }
        let custom = name.dropFirst("custom:".count)
        guard let first = custom.utf8.first, !(0x30...0x39).contains(first), (1...100).contains(custom.utf8.count),
            custom.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        else { throw .field(name: name) }
        self = .custom(String(custom))
    }

    /// The longest value SendGrid takes, in Unicode scalars; nil where no limit is documented.
    public var maximumLength: Int? {
        switch self {
        case .email: 254
        case .firstName, .lastName, .country, .state: 50
        case .city: 60
        case .postalCode: nil
        case .custom: 1000
        }
    }
}
