/// The lists of addresses that SendGrid itself keeps from being sent to.
public enum SuppressionKind: String, Sendable, CaseIterable {
    /// Who unsubscribed from everything.
    case unsubscribes
    /// Addresses that do not exist any more.
    case bounces
    /// Addresses that are none.
    case invalidEmails = "invalid_emails"
    /// Who called a message spam.
    case spamReports = "spam_reports"

    /// How many addresses an answer has at most (`limit`).
    public static let page = 500

    /// The address that an entry names, spelled as an exported one is; nil if it names none.
    ///
    /// White space around it, the name of its holder and the dot of the root go, since whoever is not recognised here is
    /// sent.
    func address(in entry: String) -> String? {
        let text = Self.trimmed(entry[...])
        var address = text
        if text.last == ">", let start = text.lastIndex(of: "<") {
            address = Self.trimmed(text[text.index(after: start)...].dropLast())
        }
        if address.last == "." { address.removeLast() }
        if Self.isAddress(address) { return String(address) }
        // What is listed for being no address may be none, unless it holds one besides other things.
        guard self == .invalidEmails, !text.isEmpty, !Self.mayHoldAddress(text) else { return nil }
        return String(text)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    /// One at sign between two parts, and nothing that separates addresses from each other or from what is no address.
    private static func isAddress(_ text: Substring) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
            && text.unicodeScalars.allSatisfy { scalar in
                !separators.contains(scalar) && !scalar.properties.isWhitespace && scalar.value >= 0x20
                    && scalar.value != 0x7F && scalar.properties.generalCategory != .format
            }
    }

    /// Whether a part of it, between separators, is an address.
    private static func mayHoldAddress(_ text: Substring) -> Bool {
        text.unicodeScalars.split { separators.contains($0) || $0.properties.isWhitespace || $0.value < 0x20 }
            .contains { isAddress(Substring($0)) }
    }

    private static let separators: Set<Unicode.Scalar> = ["<", ">", "(", ")", ",", ";", ":", "\"", "\\"]
}
