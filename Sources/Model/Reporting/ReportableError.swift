/// What every error of Waybill can say of itself: a stable code for machines, a sentence and a next step for people.
///
/// None of the three may carry a secret or personal data: they end on terminals, in JSON and in log files.
public protocol ReportableError: Error, CustomStringConvertible {
    /// A stable lower-case slug, `csv-ragged-row`; documented in the README, never renamed.
    var code: String { get }
    /// One sentence that says what went wrong and where; lower case, no full stop.
    var message: String { get }
    /// What to do about it, where that can be said.
    var hint: String? { get }
    /// The class of failure, which decides the exit status.
    var failure: FailureClass { get }
}

extension ReportableError {
    /// No hint unless a conforming type has one.
    public var hint: String? { nil }
    /// The message with its code.
    public var description: String { "\(message) [\(code)]" }
}

/// The classes of failure, with the exit status of each; sysexits(3) where it has one.
public enum FailureClass: Int32, Sendable, CaseIterable {
    /// Some contacts were refused; the rest arrived.
    case someRefused = 2
    /// The command line was not understood.
    case usage = 64
    /// Input data is malformed.
    case badInput = 65
    /// SendGrid cannot be reached or does not answer as it should.
    case unavailable = 69
    /// A defect of Waybill.
    case internalError = 70
    /// Something that is to be made cannot be made.
    case cannotCreate = 73
    /// The log or the disk failed; nothing was sent without a log entry.
    case io = 74
    /// Interrupted or still pending; to be run again.
    case interrupted = 75
    /// The log does not verify.
    case verification = 76
    /// Governance refused.
    case refused = 77
    /// Configuration is missing or contradicts itself.
    case configuration = 78
}
