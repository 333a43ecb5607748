public import Model

/// What an audit found.
public struct AuditReport: Sendable {
    /// How many entries there are.
    public let size: Int64
    /// The root over them.
    public let root: Digest
    /// What is wrong; empty if nothing is.
    public let violations: [Violation]
    /// Intents without outcome.
    public let openIntents: [Int64]
}

/// One broken invariant.
public struct Violation: Sendable, Hashable {
    /// `I1` to `I7`.
    public let invariant: String
    /// The entry at fault, if one is.
    public let index: Int64?
    /// What is wrong, in a sentence.
    public let message: String
}
