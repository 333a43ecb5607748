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
    static func outcome(
        _ answer: Answer, milliseconds: Int64, taken: (Answer) -> (TransferOutcome.Status, String) = jobTaken
    ) -> TransferOutcome {
        let (status, reason) = classify(answer, taken)
        return TransferOutcome(
            status: status, httpStatus: answer.status, requestID: answer.requestID, milliseconds: milliseconds,
            responseDigest: try? SHA256.digest(of: answer.body), reason: reason,
            offenders: answer.status == 400 ? offenders(answer) : [])
    }

    /// An answer that has to name a job.
    static func jobTaken(_ answer: Answer) -> (TransferOutcome.Status, String) {
        guard let body = try? JSONDecoder().decode(UpsertBody.self, from: Data(answer.body)),
            !body.job_id.isEmpty, body.job_id.utf8.count <= 100, !body.job_id.contains("@")
        else { return (.unknown, "no-job-in-answer") }
        return (.accepted(job: body.job_id), "")
    }

    private static func classify(
        _ answer: Answer, _ taken: (Answer) -> (TransferOutcome.Status, String)
    ) -> (TransferOutcome.Status, String) {
        switch answer.status {
        case 200...299: return taken(answer)
        case 429:
            return (.rateLimited(resetIn: RateLimit.secondsUntilReset(answer.headers, now: .system)), "rate-limited")
        case 400: return (.refused, badRequest(answer))
        case 401: return (.refused, "key-not-accepted")
        case 403: return (.refused, "access-forbidden")
        case 404: return (.refused, "list-not-found")
        case 413: return (.refused, "too-large")
        case 408, 500...599: return (.unavailable, "server-error")
        case 300...399: return (.refused, "redirected")
        default: return (.refused, "unexpected-status")
        }
    }

    /// A 400's body names the contact and may quote it, so only its kind is kept.
    private static func badRequest(_ answer: Answer) -> String {
        guard let body = try? JSONDecoder().decode(ErrorsBody.self, from: Data(answer.body)) else {
            return "bad-request"
        }
        if body.errors.contains(where: { $0.field?.hasSuffix("].email") ?? false }) { return "address-refused" }
        if body.errors.contains(where: { $0.message?.contains("custom field") ?? false }) {
            return "unknown-custom-field"
        }
        return "bad-request"
    }

    /// The places of the contacts that a 400 names, `contacts[17].email`.
    private static func offenders(_ answer: Answer) -> [Int] {
        guard let body = try? JSONDecoder().decode(ErrorsBody.self, from: Data(answer.body)) else { return [] }
        let places = body.errors.compactMap { error -> Int? in
            guard let field = error.field, field.hasPrefix("contacts["), let end = field.firstIndex(of: "]") else {
                return nil
            }
            return Int(field[field.index(field.startIndex, offsetBy: 9)..<end])
        }
        return Set(places).sorted()
    }

    /// Whether anything can have been taken decides: before a connection stood, nothing was; after, nobody knows.
    static func outcome(_ error: any Error, isCancelled: Bool, milliseconds: Int64) -> TransferOutcome {
        if isCancelled || error is any ReportableError {
            return TransferOutcome(status: .aborted, milliseconds: milliseconds, reason: "halted")
        }
        let failure = TransportFailure(error)
        return TransferOutcome(
            status: failure.status, milliseconds: milliseconds, reason: failure.rawValue)
    }
}

/// Why there was no answer.
enum TransportFailure: String {
    case cannotConnect = "cannot-connect"
    case tls = "tls-not-verified"
    case timeout = "no-answer-in-time"
    case connectionLost = "connection-lost"

    init(_ error: any Error) {
        switch error {
        // Only what ends a handshake is sure to have carried nothing; an alert in the middle of a request is not.
        case NIOSSLError.handshakeFailed, NIOSSLError.unableToValidateCertificate,
            NIOSSLError.noCertificateToValidate, is NIOSSLExtraError:
            self = .tls
        case is NIOConnectionError: self = .cannotConnect
        case let error as HTTPClientError where error == .connectTimeout: self = .cannotConnect
        case let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded: self = .timeout
        case let error as IOError where error.errnoCode == ECONNREFUSED: self = .cannotConnect
        default: self = .connectionLost
        }
    }

    var status: TransferOutcome.Status {
        switch self {
        case .cannotConnect: .unavailable
        case .tls: .refused
        case .timeout, .connectionLost: .unknown
        }
    }
}
