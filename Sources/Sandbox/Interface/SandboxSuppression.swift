/// An address that the sandbox's account does not mail.
public struct SandboxSuppression: Sendable, Codable, Hashable {
    /// Why it is not mailed: one of ``kinds``, which is also the last part of the route that lists it.
    public var kind: String
    /// The address, as it is listed.
    public var email: String

    /// A suppression of this kind for this address.
    public init(kind: String, email: String) {
        self.kind = kind
        self.email = email
    }

    /// The kinds there are: `unsubscribes`, `bounces`, `blocks`, `invalid_emails` and `spam_reports`.
    public static let kinds: Set<String> = ["unsubscribes", "bounces", "blocks", "invalid_emails", "spam_reports"]
}
