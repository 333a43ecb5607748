/// The routes under `/v3/suppression`.
extension Account {
    private static let limits = 1...500
    /// When the first suppression was made, 2025-06-15; each other one a minute later.
    private static let firstCreated = 1_750_000_000

    /// `GET /v3/suppression/{kind}`: pages by `limit` and `offset`, in the order in which they were configured.
    nonisolated func suppressions(_ kind: String, _ call: Call) throws(Refusal) -> Reply {
        let limit = call.query["limit"].map { Int($0) ?? 0 } ?? Self.limits.upperBound
        guard Self.limits.contains(limit) else {
            throw Refusal(400, "limit must be between 1 and 500", field: "limit")
        }
        let offset = call.query["offset"].map { Int($0) ?? -1 } ?? 0
        guard offset >= 0 else { throw Refusal(400, "offset must not be negative", field: "offset") }
        let found = configuration.suppressions.enumerated().filter { $0.element.kind == kind }
        return Reply(
            JSON.array(
                found.dropFirst(offset).prefix(limit).map { number, suppression in
                    var body = Self.details(of: kind)
                    body["email"] = .string(suppression.email)
                    body["created"] = .integer(Self.firstCreated + 60 * number)
                    return .object(body)
                }))
    }

    /// What the real service says besides the address and the time.
    private static func details(of kind: String) -> [String: JSON] {
        switch kind {
        case "bounces": ["reason": "550 5.1.1 The mailbox does not exist", "status": "5.1.1"]
        case "blocks": ["reason": "421 4.7.0 Try again later", "status": "4.7.0"]
        case "invalid_emails": ["reason": "Mail domain mentioned in email address is unknown"]
        case "spam_reports": ["ip": "192.0.2.1"]
        default: [:]
        }
    }
}
