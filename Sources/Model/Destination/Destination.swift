/// Marks an ``Identifier`` as a SendGrid contact list's.
public enum ContactListKind: IdentifierKind {}
/// The identifier SendGrid gave a contact list, a UUID.
public typealias ContactListID = Identifier<ContactListKind>

/// A SendGrid contact list that profiles are exported to, reached with one API key (which is kept elsewhere).
public struct Destination: Hashable, Sendable {
    /// What may happen at a destination.
    public enum Standing: Hashable, Sendable {
        /// Exports may run.
        case active
        /// Exports are refused until it is resumed.
        case suspended(by: AdministratorName, at: Timestamp)
        /// Nothing will ever leave for it again.
        case removed(by: AdministratorName, at: Timestamp)
    }

    /// Its identifier.
    public let id: DestinationID
    /// A recognizable name for people.
    public let displayName: String
    /// The contact list.
    public let listID: ContactListID
    /// Where its API is.
    public let endpoint: Endpoint
    /// Data matching, once it is set.
    public var matching: DataMatching?
    /// The segments to export, in the order they were named.
    public var segments: [SegmentName]
    /// Profile fields that, when true, keep a profile from being sent, beside the ones known by name.
    public var doNotContact: [String]
    /// Profile fields that look like an opt-out and were declared harmless.
    public var ignoredFlags: [String]
    /// Whether exports may run.
    public var standing: Standing

    /// A destination with these parts.
    public init(
        id: DestinationID, displayName: String, listID: ContactListID, endpoint: Endpoint,
        matching: DataMatching? = nil,
        segments: [SegmentName] = [], doNotContact: [String] = [], ignoredFlags: [String] = [],
        standing: Standing = .active
    ) {
        self.id = id
        self.displayName = displayName
        self.listID = listID
        self.endpoint = endpoint
        self.matching = matching
        self.segments = segments
        self.doNotContact = doNotContact
        self.ignoredFlags = ignoredFlags
        self.standing = standing
    }
}
