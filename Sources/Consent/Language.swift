/// The languages that agreements and statements exist in.
public enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case swedish = "sv"
}
