public import Model

/// An entry before it has an index, a time and an instance.
public struct LogEntry: Sendable {
    /// The most bytes of an entry: a C2SP entry bundle gives its length in 16 bits.
    public static let maximumBytes = 65_535

    /// What it is about.
    public let type: EntryType
    /// Who caused it: an administrator's name, or `system`.
    public let actor: String
    /// Its own fields.
    public let fields: [String: CanonicalJSON]

    /// An entry of `type` with `fields`, caused by `actor`: an administrator's name, or `system`.
    public init(_ type: EntryType, actor: String, _ fields: [String: CanonicalJSON]) {
        self.type = type
        self.actor = actor
        self.fields = fields
    }
}
