import FoundationEssentials

/// `GET /v3/suppression/{kind}`: the addresses that the account keeps from being sent to.
extension Account {
    static let suppressionKinds = ["unsubscribes", "bounces", "blocks", "invalid_emails", "spam_reports"]

    func suppressions(_ kind: String, _ call: Call) throws(Refusal) -> Reply {
        guard call.method == "GET" else { throw .methodNotAllowed }
        guard Self.suppressionKinds.contains(kind) else { throw .notFound }
        guard scopes.contains(where: { $0.hasPrefix("suppression.") }) else { throw .forbidden }
        let limit = call.query["limit"].map { Int($0) ?? 0 } ?? 500
        let offset = call.query["offset"].map { Int($0) ?? -1 } ?? 0
        guard (1...500).contains(limit), offset >= 0 else { throw Refusal(400, "limit is at most 500", field: "limit") }
        let page = configuration.suppressions.filter { $0.kind == kind }.dropFirst(offset).prefix(limit)
        return Reply(
            JSON.array(page.map { ["email": .string($0.email), "created": 1_700_000_000, "reason": "staged"] }))
    }

    /// The scopes of the key; who configures suppressions wants them to be readable.
    var scopes: [String] {
        configuration.scopes + (configuration.suppressions.isEmpty ? [] : ["suppression.read"])
    }
}
