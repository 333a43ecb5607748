/// What keeps an account or a key from being served, as an answer's body says.
///
/// The status alone does not tell: a 401 may mean a revoked key, a key of another region or an address of the network
/// that is not on the account's list, and a 403 as much. Where the body says nothing that is known, the status counts.
enum Diagnosis: String, Sendable, CaseIterable {
    /// The account lets in listed IP addresses only.
    case ipNotAllowed = "ip-not-allowed"
    /// The key belongs to another region than the host.
    case wrongRegion = "wrong-region"
    /// The plan allows no more contacts.
    case planLimit = "plan-limit"
    /// The account is locked.
    case accountLocked = "account-locked"

    /// Nil for a status that refuses nothing, and for words that are not known.
    ///
    /// Of a 400 to people's data only what is about the request as such (``BadRequest/request``) is asked about here.
    init?(status: Int, _ errors: AnswerErrors) {
        guard (400...499).contains(status) else { return nil }
        // What is quoted, an address above all, may hold any word; in small letters, nothing else is taken out.
        let text = errors.items.map { AnswerWords.clean($0.message.lowercased()) }.joined(separator: "\n")
        guard let found = Self.allCases.first(where: { $0.phrases.contains { text.contains($0) } }) else { return nil }
        // Only what the account as such is told may mean its network or region; a bad request never does.
        guard found == .planLimit || status == 401 || status == 403 else { return nil }
        // A rate limit passes, whatever else is offered with it, unless it is the limit of contacts.
        guard status != 429 || Self.contactLimit.contains(where: { text.contains($0) }) else { return nil }
        self = found
    }

    /// What names the limit of contacts, and no other.
    private static let contactLimit = [
        "contact limit", "contacts limit", "limit of contacts", "number of contacts allowed", "contact storage",
        "contact quota", "reached the maximum number of contacts", "reached your maximum number of contacts",
    ]

    private var phrases: [String] {
        switch self {
        case .ipNotAllowed:
            [
                "whitelist", "allowlist", "allow list", "ip address", "ip access", "access settings", "your ip",
                "this ip",
            ]
        case .wrongRegion:
            ["regional attribute", "region", "data residency", "api.eu.sendgrid.com", "eu subuser", "global subuser"]
        case .planLimit:
            Self.contactLimit + ["your plan", "current plan", "upgrade", "credits exceeded", "plan limit"]
        case .accountLocked:
            ["suspended", "under review", "deactivated", "disabled account", "account is disabled", "frozen"]
        }
    }
}
