public import Model

/// What an audit found.
public struct AuditReport: Sendable {
    /// The number of entries.
    public let size: Int64
    /// The root over them, derived from their bytes.
    public let root: Digest
    /// Everything that is wrong; empty if the log proves I1 to I7.
    public let violations: [Violation]
    /// The intents without outcome, by index: requests under way, or cut off by the end of a process.
    public let openIntents: [Int64]
}

/// One thing that is wrong with a log.
public struct Violation: Sendable, Equatable {
    /// The invariant that is broken, `I1` to `I7`.
    public let invariant: String
    /// The entry at fault, if one is.
    public let index: Int64?
    /// What is wrong; never quotes a value of the entry.
    public let message: String

    init(_ invariant: String, _ index: Int64?, _ message: String) {
        self.invariant = invariant
        self.index = index
        self.message = message
    }
}

/// The violations found so far.
///
/// A log of garbage breaks a rule with every entry; nobody reads past the first thousand.
struct Findings {
    static let maximum = 1000

    private var violations: [Violation] = []
    private var omitted = 0

    mutating func add(_ invariant: String, _ index: Int64?, _ message: String) {
        guard violations.count < Self.maximum else {
            omitted += 1
            return
        }
        violations.append(Violation(invariant, index, message))
    }

    var all: [Violation] {
        omitted == 0 ? violations : violations + [Violation("I7", nil, "and \(omitted) more violations, left out")]
    }
}
