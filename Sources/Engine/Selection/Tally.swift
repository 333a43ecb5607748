public import Model

/// Why a selected profile is not sent.
///
/// The raw values are stable slugs.
public enum RejectionReason: String, Sendable, CaseIterable, Hashable {
    case doNotContact = "do_not_contact"
    case missingEmail = "missing_email"
    case invalidEmail = "invalid_email"
    case nonASCIIEmail = "non_ascii_email"
    case contactTooLarge = "contact_too_large"
    case emailTooLong = "email_too_long"
    case duplicateEmail = "duplicate_email"
    case valueTooLong = "value_too_long"
    case controlCharacter = "control_character"
    case invalidNumber = "invalid_number"
    case invalidDate = "invalid_date"
    case suppressed = "suppressed"
    case unreadableValue = "unreadable_value"
}

/// A profile that was selected and is not sent.
///
/// Says where it stands, never what is in it.
public struct Rejection: Sendable, Hashable {
    /// The source it is from.
    public let source: SourceName
    /// Its number in the source, from 1.
    public let row: Int
    /// Its file.
    public let file: String
    /// The line in its file where it starts, from 1.
    public let line: Int
    /// The contact field at fault, or the profile field whose value cannot be read, if one is.
    public let field: String?
    /// Why.
    public let reason: RejectionReason
}

/// What became of the profiles read so far.
///
/// source = filtered out + selected, selected = rejected + prepared + unchanged + accepted + refused (of ``changes``),
/// prepared = added + changed.
public struct Tally: Sendable {
    /// Profiles read.
    public internal(set) var source = 0
    /// Profiles in none of the segments.
    public internal(set) var filteredOut = 0
    /// Profiles in a segment.
    public internal(set) var selected = 0
    /// Selected profiles that are not sent, by reason.
    public internal(set) var rejected: [RejectionReason: Int] = [:]
    /// Selected profiles that are to be sent.
    public internal(set) var prepared = 0
    /// How many bytes the values of the selected profiles have that can be sent.
    public internal(set) var valueBytes = 0
    /// How the selected profiles stand to what was delivered before.
    public internal(set) var changes = Changes()
}
