internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Glibc
internal import Governance
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Vault

/// What an answer, or its absence, means for a transfer.
enum Outcomes {
    /// - Parameters:
    ///   - count: how many contacts the request held.
    ///   - collection: what SendGrid calls them in the request.
    static func outcome(
        _ answer: Answer, count: Int, of collection: String = "contacts", milliseconds: Int64,
        taken: (Answer) -> (TransferOutcome.Status, String) = jobTaken
    ) -> TransferOutcome {
        let errors = AnswerErrors((400...499).contains(answer.status) ? answer.body : [])
        var (status, reason) = classify(answer, taken)
        var offenders: [Int] = []
        let subject = answer.status == 400 ? BadRequest(errors, count: count, of: collection) : .request
        switch subject {
        case .places(let places): (reason, offenders) = (errors.contactReason, places)
        case .somebody: reason = errors.contactReason
        case .unknownCustomField: reason = "unknown-custom-field"
        case .request:
            // What is about people is theirs, whatever words it quotes; only the rest may be about the account.
            if let diagnosis = Diagnosis(status: answer.status, errors) {
                (status, reason) = (.refused, diagnosis.rawValue)
            }
        }
        return TransferOutcome(
            status: status, httpStatus: answer.status, requestID: answer.requestID, milliseconds: milliseconds,
            responseDigest: try? SHA256.digest(of: answer.body), reason: reason, offenders: offenders,
            words: errors.words)
    }

    /// How long a job's name may be: it has to fit into the address that asks for it.
    static let longestJob = 4096

    /// An answer that has to name a job.
    static func jobTaken(_ answer: Answer) -> (TransferOutcome.Status, String) {
        guard let body = try? JSONDecoder().decode(UpsertBody.self, from: Data(answer.body)), !body.job_id.isEmpty
        else {
            return (.unknown, "no-job-in-answer")
        }
        // A name that is too long to ask for is kept as far as it goes: the request was taken, and is not made again.
        return (.accepted(job: String(decoding: body.job_id.utf8.prefix(longestJob), as: UTF8.self)), "")
    }

    private static func classify(
        _ answer: Answer, _ taken: (Answer) -> (TransferOutcome.Status, String)
    ) -> (TransferOutcome.Status, String) {
        switch answer.status {
        case 200...299: return taken(answer)
        case 429:
            return (.rateLimited(resetIn: RateLimit.secondsUntilReset(answer.headers, now: .system)), "rate-limited")
        case 400: return (.refused, "request-refused")
        case 401: return (.refused, "key-not-accepted")
        case 403: return (.refused, "access-forbidden")
        case 404: return (.refused, "list-not-found")
        case 413: return (.refused, "too-large")
        case 408, 500...599: return (.unavailable, "server-error")
        case 300...399: return (.refused, "redirected")
        default: return (.refused, "unexpected-status")
        }
    }

    /// Whether anything can have been taken decides: before a connection stood, nothing was; after, nobody knows.
    static func outcome(_ error: any Error, isCancelled: Bool, milliseconds: Int64) -> TransferOutcome {
        if isCancelled || error is any ReportableError {
            return TransferOutcome(status: .aborted, milliseconds: milliseconds, reason: "halted")
        }
        let failure = TransportFailure(error)
        return TransferOutcome(
            status: failure.status, httpStatus: (error as? MalformedAnswer)?.status ?? 0, milliseconds: milliseconds,
            reason: failure.rawValue)
    }
}

/// Why there was no answer.
enum TransportFailure: String {
    case cannotConnect = "cannot-connect"
    case tls = "tls-not-verified"
    case timeout = "no-answer-in-time"
    case connectionLost = "connection-lost"
    /// Something came, and it is no answer of HTTP's.
    case malformed = "unexpected-status"

    init(_ error: any Error) {
        switch error {
        // Only what ends a handshake is sure to have carried nothing; an alert in the middle of a request is not.
        case NIOSSLError.handshakeFailed, NIOSSLError.unableToValidateCertificate,
            NIOSSLError.noCertificateToValidate, is NIOSSLExtraError:
            self = .tls
        case is NIOConnectionError: self = .cannotConnect
        case let error as HTTPClientError where error == .connectTimeout: self = .cannotConnect
        case is RequestTimeout: self = .timeout
        case is MalformedAnswer: self = .malformed
        case let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded: self = .timeout
        case let error as IOError where error.errnoCode == ECONNREFUSED: self = .cannotConnect
        default: self = .connectionLost
        }
    }

    var status: TransferOutcome.Status {
        switch self {
        case .cannotConnect: .unavailable
        case .tls: .refused
        case .timeout, .connectionLost, .malformed: .unknown
        }
    }
}
