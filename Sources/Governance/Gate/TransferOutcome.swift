public import Model

/// What became of one transfer, as far as the answer to its request tells.
public struct TransferOutcome: Sendable, Hashable {
    /// The possible ends of a request.
    public enum Status: Sendable, Hashable {
        /// Taken for processing under this job; whether the contacts arrive, the job tells later.
        case accepted(job: String)
        /// The question was answered, the membership changed: there is no job to follow.
        case answered
        /// Not taken, and would not be taken again as it is.
        case refused
        /// Not taken because of the rate limit, which is lifted in this many seconds.
        case rateLimited(resetIn: Int)
        /// Not taken, or not known to be taken, for a reason that passes.
        case unavailable
        /// It may have been taken or not: the answer was lost.
        case unknown
        /// Stopped by us before it was complete.
        case aborted
    }

    /// The end.
    public let status: Status
    /// The HTTP status, or 0 if none came.
    public let httpStatus: Int
    /// SendGrid's identifier of the request, for its support; empty if none came.
    public let requestID: String
    /// Milliseconds from the start of the request to its end.
    public let milliseconds: Int64
    /// The SHA-256 of the answer's body, if one came.
    public let responseDigest: Digest?
    /// A stable slug that says why, `access-forbidden`; empty if accepted.
    ///
    /// Holds no word of the answer.
    public let reason: String
    /// Which contacts of the request were named as the reason, by their places in it; empty if none were.
    public let offenders: [Int]
    /// What the answer said about it, cleaned of values: for the person who waits for it, never for the log.
    public let words: String

    /// Whether the request was refused because of some of its contacts, so that without them it may be taken.
    public var isAboutContacts: Bool {
        status == .refused && ["address-refused", "contact-refused", "too-large"].contains(reason)
    }

    /// Whether the request was refused for its size: fewer contacts may be taken, and none of them is at fault.
    public var isTooLarge: Bool { status == .refused && reason == "too-large" }

    /// An outcome with these parts.
    public init(
        status: Status, httpStatus: Int = 0, requestID: String = "", milliseconds: Int64 = 0,
        responseDigest: Digest? = nil, reason: String = "", offenders: [Int] = [], words: String = ""
    ) {
        self.words = words
        self.offenders = offenders
        self.status = status
        self.httpStatus = httpStatus
        self.requestID = requestID
        self.milliseconds = milliseconds
        self.responseDigest = responseDigest
        self.reason = reason
    }

    /// Whether any of it can have reached SendGrid: a connection that never stood carried nothing.
    public var mayHaveLeft: Bool { !["cannot-connect", "tls-not-verified"].contains(reason) }

    /// The word that stands in the log.
    public var statusName: String {
        switch status {
        case .accepted: "accepted"
        case .answered: "answered"
        case .refused: "refused"
        case .rateLimited: "rate-limited"
        case .unavailable: "unavailable"
        case .unknown: "unknown"
        case .aborted: "aborted"
        }
    }
}
