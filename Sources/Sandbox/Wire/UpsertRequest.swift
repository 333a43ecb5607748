/// The body of `PUT /v3/marketing/contacts`, as far as its shape goes.
struct UpsertRequest: Decodable {
    let listIDs: [String]?
    let contacts: [ContactInput]?

    private enum CodingKeys: String, CodingKey {
        case listIDs = "list_ids"
        case contacts
    }
}

/// What a contact can be written with; other keys are ignored, as the real service ignores them.
enum ContactKey: String, CodingKey, Sendable, CaseIterable {
    case email
    case phoneNumberID = "phone_number_id"
    case externalID = "external_id"
    case anonymousID = "anonymous_id"
    case firstName = "first_name"
    case lastName = "last_name"
    case addressLine1 = "address_line_1"
    case addressLine2 = "address_line_2"
    case city
    case stateProvinceRegion = "state_province_region"
    case country
    case postalCode = "postal_code"
    case phoneNumber = "phone_number"
    case whatsapp, line, facebook
    case uniqueName = "unique_name"
    case alternateEmails = "alternate_emails"
    case customFields = "custom_fields"

    static let identifiers: [ContactKey] = [.email, .phoneNumberID, .externalID, .anonymousID]

    /// The longest text allowed, in Unicode scalars; the documentation leaves the unit open.
    var longest: Int? {
        switch self {
        case .email, .externalID, .anonymousID: 254
        case .firstName, .lastName, .stateProvinceRegion, .country: 50
        case .addressLine1, .addressLine2: 100
        case .city: 60
        default: nil
        }
    }
}

/// One contact of an upsert.
struct ContactInput: Decodable, Sendable {
    var text: [ContactKey: String] = [:]
    var alternateEmails: [String]?
    var customFields: [String: JSON] = [:]

    /// A contact of which nothing is known yet.
    init() {}

    /// Null counts as left out; what the real service makes of it is not documented.
    init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: ContactKey.self)
        for key in box.allKeys {
            switch key {
            case .alternateEmails: alternateEmails = try box.decodeIfPresent([String].self, forKey: key)
            case .customFields: customFields = try box.decodeIfPresent([String: JSON].self, forKey: key) ?? [:]
            default: text[key] = try box.decodeIfPresent(String.self, forKey: key)
            }
        }
    }
}
