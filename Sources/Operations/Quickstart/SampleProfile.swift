/// One invented profile.
struct SampleProfile {
    /// What an export is to make of it.
    enum Kind {
        case ordinary
        case doNotEmail
        case missingAddress
        case invalidAddress
        case duplicateAddress

        /// The kind of the profile at `position`.
        ///
        /// Fixed places rather than chance: 2 in 100 that must not be mailed and 3 in 250 with a troubled address are
        /// there even in a small sample.
        init(position: Int) {
            self =
                switch position % 250 {
                case 11: .missingAddress
                case 42: .invalidAddress
                case 83: .duplicateAddress
                case let place where place % 50 == 7: .doNotEmail
                default: .ordinary
                }
        }
    }

    /// 32 lower-case hexadecimal digits.
    var id: String
    var kind: Kind
    var givenName: String
    var familyName: String
    var fullName: String
    var address: String
    /// ISO 3166-1 alpha-2.
    var country: String
    var place: SamplePlace
    var postCode: String
    /// Money spent, in hundredths; integers, so that no rounding differs between machines.
    var cents: Int
    /// RFC 3339; empty for someone who never bought anything.
    var lastPurchase: String
    /// Whether the newsletter segment has it.
    var isMember: Bool

    var isNordic: Bool { ["SE", "NO", "DK", "FI"].contains(country) }

    /// The CSV row (RFC 4180), with a line feed at its end.
    var row: String {
        let value = "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
        let fields = [
            id, fullName, givenName, familyName, address, country, place.state, place.city, postCode, value,
            kind == .doNotEmail ? "true" : "false", lastPurchase,
        ]
        return fields.map(Self.quoted).joined(separator: ",") + "\n"
    }

    private static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { $0 == 0x2C || $0 == 0x22 }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
