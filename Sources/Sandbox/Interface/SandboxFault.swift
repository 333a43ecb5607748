/// Something that is to go wrong: what, on which requests, and how many times.
///
/// A request meets at most one fault, the first in order that matches it, lets it not pass and is not used up.
public struct SandboxFault: Sendable, Hashable {
    /// What goes wrong.
    public enum Kind: Sendable, Hashable {
        /// Answer with this status, and this body in place of the usual error; nothing is processed.
        case status(Int, body: String? = nil)
        /// Answer 429 with this many seconds, or this epoch, in `x-ratelimit-reset`; nothing is processed.
        case tooManyRequests(resetSeconds: Int? = nil, resetEpoch: Int? = nil)
        /// Process the request, and answer only after these seconds.
        case hangBeforeResponse(seconds: Double)
        /// Drop the connection once this many bytes of the body are read; nothing is processed.
        case closeAfterBytes(Int)
        /// Process the request, then drop the connection without an answer.
        case loseResponse
        /// Read the body at this pace. The two systems hold up to about half a megabyte by themselves, so use bodies
        /// above 1 MB where the client is to be kept waiting. A client that closes its connection, and does not reset
        /// it, is noticed once what it had sent has been read.
        case slowRead(bytesPerSecond: Int)
        /// Accept the request; its job ends as `failed` and changes nothing.
        case jobFails
        /// Accept the request; this many of its rows are errors of the job.
        case jobErrors(Int)
        /// Accept the request; its job stays `pending` for ever.
        case jobNeverFinishes
        /// Read the body, then reset the connection (RST) without an answer; nothing is processed.
        case resetConnection
        /// Read the body, then end the sending side of the connection without an answer, and the rest of it after these
        /// seconds; nothing is processed.
        case halfClose(seconds: Double)
        /// Process the request, and cut its answer and the connection off in the middle.
        case truncateResponse
        /// Process the request, and answer with the usual status and a body that is not JSON.
        case garbleResponse
        /// Accept the request; its job stays `pending` for these seconds more, although all counts are there.
        case jobPendingWithCounts(seconds: Double)
        /// Accept the request; its job says `processing`, which is no documented status, for these seconds, and then
        /// what it should.
        case jobUnknownStatus(seconds: Double)
        /// Accept the request; this many of its rows are errors of the job, and there is no `errors_url`.
        case jobErrorsWithoutFile(Int)
        /// Accept the request; this many of its rows are errors of the job, and its `errors_url` answers 403.
        case errorsFileGone(Int)
        /// Process the request, and send its answer a byte at a time, with this pause before each.
        case dripResponse(seconds: Double)
        /// Read the body, then answer with these bytes as they are and drop the connection; nothing is processed.
        case rawResponse(String)
        /// Accept the request; its job has this name.
        case jobNamed(String)
        /// Accept a removal from a list; its job completes, and the membership is as before.
        case removalIgnored
        /// Read the body, and process and answer only after these seconds, even if the client is gone by then.
        case hangBeforeProcessing(seconds: Double)
        /// Answer 401, as to a revoked key.
        case rejectAll401
        /// Answer 403, as to a key without the scope.
        case rejectAll403
    }

    /// What goes wrong.
    public var kind: Kind
    /// The method it applies to; nil means every one.
    public var method: String?
    /// What the path must start with.
    public var path: String
    /// How many requests it applies to from now on, after those that pass.
    public var count: Int
    /// How many matching requests pass first; they may meet another fault.
    public var skip: Int

    /// A fault; what is left out takes the default of its kind.
    /// - Parameters:
    ///   - method: left out together with `path`: `PUT` for faults of the body, the answer's loss and the job.
    ///   - path: left out: `/v3/marketing/contacts` for those, `/v3` for all others.
    ///   - count: left out: without end for `rejectAll401` and `rejectAll403`, otherwise 1.
    ///   - skip: how many matching requests pass first.
    public init(_ kind: Kind, method: String? = nil, path: String? = nil, count: Int? = nil, skip: Int = 0) {
        let place = kind.usualPlace
        self.kind = kind
        self.method = method ?? (path == nil ? place.method : nil)
        self.path = path ?? place.path
        self.count = count ?? kind.usualCount
        self.skip = max(0, skip)
    }

    func applies(method: String, path: String) -> Bool {
        count > 0 && (self.method == nil || self.method == method) && path.hasPrefix(self.path)
    }
}

extension SandboxFault.Kind {
    fileprivate var usualPlace: (method: String?, path: String) {
        switch self {
        case .status, .tooManyRequests, .hangBeforeResponse, .hangBeforeProcessing, .rejectAll401, .rejectAll403:
            (nil, "/v3")
        case .removalIgnored: ("DELETE", "/v3/marketing/lists")
        case .closeAfterBytes, .loseResponse, .slowRead, .jobFails, .jobErrors, .jobNeverFinishes, .resetConnection,
            .halfClose,
            .truncateResponse, .garbleResponse, .jobPendingWithCounts, .jobUnknownStatus, .jobErrorsWithoutFile,
            .errorsFileGone, .jobNamed, .dripResponse, .rawResponse:
            ("PUT", "/v3/marketing/contacts")
        }
    }

    fileprivate var usualCount: Int {
        switch self {
        case .rejectAll401, .rejectAll403: .max
        default: 1
        }
    }
}

extension SandboxFault.Kind {
    /// How many rows of a job it turns into errors.
    var rejectedRows: Int {
        switch self {
        case .jobErrors(let rows), .jobErrorsWithoutFile(let rows), .errorsFileGone(let rows): rows
        default: 0
        }
    }
}
