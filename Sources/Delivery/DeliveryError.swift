public import Model

/// What was asked of SendGrid.
public enum InquirySubject: Sendable, Hashable {
    case scopes
    case list(ContactListID)
    case fieldDefinitions
    case job
    case errorFile
    case imports
    case suppressions

    var words: String {
        switch self {
        case .scopes: "the scopes of the API key"
        case .list(let id): "the contact list \(id)"
        case .fieldDefinitions: "the account's field definitions"
        case .job: "the state of a job"
        case .errorFile: "a job's errors"
        case .imports: "where a file is to go"
        case .suppressions: "the account's suppressions"
        }
    }
}

/// Why SendGrid did not answer a question.
///
/// The answer's own words are passed on cleaned of values alone: they may quote what was sent.
public enum DeliveryError: ReportableError, Equatable {
    case keyNotAccepted(words: String)
    case accessForbidden(words: String)
    case listNotFound(ContactListID)
    case notFound(InquirySubject)
    case rateLimited(seconds: Int)
    case serverError(status: Int)
    case unexpectedStatus(Int)
    case unexpectedAnswer(about: InquirySubject)
    case cannotConnect(endpoint: String)
    case tlsNotVerified(endpoint: String)
    case noAnswer(endpoint: String)
    case hostNotAllowed(about: InquirySubject)
    /// The account lets in listed IP addresses only.
    case ipNotAllowed(words: String)
    /// The key belongs to another region than the host.
    case wrongRegion(words: String)
    /// The plan allows no more contacts.
    case planLimit(words: String)
    /// The account is locked.
    case accountLocked(words: String)
    /// The request as such is refused: its list, its form, its size.
    case requestRefused(words: String)
    /// Contacts are refused, and taking out those that are named, or halving, has not come to an end within its bound.
    case refusalsNotFound(words: String)
    /// A request is refused for its size and cannot be made smaller.
    case tooLarge(words: String)
    /// A removal from the list was called done, and was not.
    case removalNotDone(contacts: Int)

    init(_ answer: Answer, about subject: InquirySubject) {
        let errors = AnswerErrors(answer.body)
        if let diagnosis = Diagnosis(status: answer.status, errors) {
            self.init(diagnosis, words: errors.words)
            return
        }
        switch (answer.status, subject) {
        case (401, _): self = .keyNotAccepted(words: errors.words)
        case (403, _): self = .accessForbidden(words: errors.words)
        case (404, .list(let id)): self = .listNotFound(id)
        case (404, _): self = .notFound(subject)
        case (400, _): self = .requestRefused(words: errors.words)
        case (429, _): self = .rateLimited(seconds: RateLimit.secondsUntilReset(answer.headers, now: .system))
        case (500...599, _): self = .serverError(status: answer.status)
        default: self = .unexpectedStatus(answer.status)
        }
    }

    private init(_ diagnosis: Diagnosis, words: String) {
        switch diagnosis {
        case .ipNotAllowed: self = .ipNotAllowed(words: words)
        case .wrongRegion: self = .wrongRegion(words: words)
        case .planLimit: self = .planLimit(words: words)
        case .accountLocked: self = .accountLocked(words: words)
        }
    }

    init(transport error: any Error, endpoint: Endpoint) {
        switch TransportFailure(error) {
        case .cannotConnect: self = .cannotConnect(endpoint: endpoint.description)
        case .tls: self = .tlsNotVerified(endpoint: endpoint.description)
        case .timeout, .connectionLost: self = .noAnswer(endpoint: endpoint.description)
        case .malformed: self = .unexpectedStatus((error as? MalformedAnswer)?.status ?? 0)
        }
    }

    /// The same words for the reason that a transfer's outcome was recorded with; nil if there is no more to say.
    /// - Parameter words: what the answer said, cleaned.
    public init?(reason: String, words: String = "", list: ContactListID, endpoint: Endpoint) {
        if let diagnosis = Diagnosis(rawValue: reason) {
            self.init(diagnosis, words: words)
            return
        }
        switch reason {
        case "request-refused", "unknown-custom-field": self = .requestRefused(words: words)
        case "address-refused", "contact-refused": self = .refusalsNotFound(words: words)
        case "too-large": self = .tooLarge(words: words)
        case "key-not-accepted": self = .keyNotAccepted(words: words)
        case "access-forbidden": self = .accessForbidden(words: words)
        case "list-not-found": self = .listNotFound(list)
        case "rate-limited": self = .rateLimited(seconds: 60)
        case "server-error": self = .serverError(status: 500)
        case "cannot-connect": self = .cannotConnect(endpoint: endpoint.description)
        case "tls-not-verified": self = .tlsNotVerified(endpoint: endpoint.description)
        case "no-answer-in-time", "connection-lost": self = .noAnswer(endpoint: endpoint.description)
        default: return nil
        }
    }

    /// A stable slug; see `ReportableError`.
    public var code: String {
        switch self {
        case .keyNotAccepted: "key-not-accepted"
        case .accessForbidden: "access-forbidden"
        case .listNotFound: "list-not-found"
        case .notFound: "not-found"
        case .rateLimited: "rate-limited"
        case .serverError: "server-error"
        case .unexpectedStatus: "unexpected-status"
        case .unexpectedAnswer: "unexpected-answer"
        case .cannotConnect: "cannot-connect"
        case .tlsNotVerified: "tls-not-verified"
        case .noAnswer: "no-answer"
        case .hostNotAllowed: "host-not-allowed"
        case .ipNotAllowed: "ip-not-allowed"
        case .wrongRegion: "wrong-region"
        case .planLimit: "plan-limit"
        case .accountLocked: "account-locked"
        case .requestRefused: "request-refused"
        case .refusalsNotFound: "refusals-not-found"
        case .tooLarge: "too-large"
        case .removalNotDone: "removal-not-done"
        }
    }

    /// What went wrong, in a sentence.
    public var message: String {
        switch self {
        case .keyNotAccepted(let words):
            "SendGrid does not accept the API key (401): it is wrong, or was revoked" + Self.saying(words)
        case .accessForbidden(let words):
            "SendGrid forbids the access (403): the API key lacks the Marketing scope, or the account has no Marketing "
                + "Campaigns plan, or is a legacy account" + Self.saying(words)
        case .listNotFound(let id): "SendGrid knows no contact list \(id) (404)"
        case .notFound(let subject): "SendGrid does not know \(subject.words) (404)"
        case .rateLimited(let seconds): "SendGrid's rate limit is used up (429); it is lifted in \(seconds) s"
        case .serverError(let status): "SendGrid reports an error of its own (\(status))"
        case .unexpectedStatus(let status): "SendGrid answers with a status that is not expected here (\(status))"
        case .unexpectedAnswer(let subject): "SendGrid's answer about \(subject.words) is not of the documented form"
        case .cannotConnect(let endpoint): "nothing answers at \(endpoint)"
        case .tlsNotVerified(let endpoint): "the certificate of \(endpoint) does not verify; nothing was sent"
        case .hostNotAllowed(let subject):
            "SendGrid names a host for \(subject.words) that the boundary policy does not allow"
        case .noAnswer(let endpoint): "\(endpoint) took the request but did not answer"
        case .ipNotAllowed(let words):
            "SendGrid does not let this machine's IP address in: the account has a list of those it lets in"
                + Self.saying(words)
        case .wrongRegion(let words):
            "the API key belongs to another region of SendGrid than the host it is used with" + Self.saying(words)
        case .planLimit(let words): "the account's plan at SendGrid allows no more" + Self.saying(words)
        case .accountLocked(let words): "SendGrid has locked the account" + Self.saying(words)
        case .requestRefused(let words):
            "SendGrid refuses the request as such (400), not a contact in it" + Self.saying(words)
        case .refusalsNotFound(let words):
            "SendGrid goes on refusing a request because of contacts in it, and which they are cannot be told from its "
                + "answers in a bounded number of requests" + Self.saying(words)
        case .tooLarge(let words):
            "SendGrid refuses a request as too large (413), however few contacts it holds" + Self.saying(words)
        case .removalNotDone(let contacts):
            "SendGrid calls a removal from the list done, but of \(contacts) contacts some are still on it"
        }
    }

    private static func saying(_ words: String) -> String { words.isEmpty ? "" : "; SendGrid says: \(words)" }

    /// Whether the key or the account is not served at all, so that asking on is pointless.
    public var isAboutAccess: Bool {
        switch self {
        case .keyNotAccepted, .accessForbidden, .ipNotAllowed, .wrongRegion, .accountLocked: true
        default: false
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .keyNotAccepted:
            "make a key under Settings > API Keys and connect a destination with it; one with the old key is to be removed"
        case .accessForbidden: "give the key 'Restricted Access' with Marketing set to Full, and check the plan"
        case .listNotFound: "copy the ID from the list's address under Marketing > Contacts"
        case .rateLimited, .serverError, .noAnswer: "run the command again later; what arrived is not lost"
        case .hostNotAllowed: "see 'waybill policy show'; the host has to be among 'hosts'"
        case .ipNotAllowed: "add it under Settings > IP Access Management, or run Waybill from a machine that is listed"
        case .wrongRegion:
            "a key of an EU subuser goes with --base-url https://api.eu.sendgrid.com, any other with "
                + "https://api.sendgrid.com; connect a destination anew with the right one"
        case .planLimit: "see the plan's limits under Settings > Account Details; what was stored stays stored"
        case .accountLocked: "ask SendGrid's support; nothing is lost here"
        case .requestRefused:
            "check the list, the custom fields and the matching ('waybill destination show'); 'waybill log list --type "
                + "transfer.outcome' has the number of the request for SendGrid's support"
        case .refusalsNotFound:
            "what was found and refused is in 'refusals'; the rest is unsent, and the next export tries it again"
        case .tooLarge:
            "nobody was refused as a person; check that no proxy stands before SendGrid's API and has a limit of its own"
        case .removalNotDone: "run the export again later: it looks them up and takes them off anew"
        case .cannotConnect: "check the network and --base-url"
        case .tlsNotVerified: "install ca-certificates; if a proxy intercepts TLS, its authority must be trusted"
        case .notFound: "run the command again later; 'waybill destination show' names the list and the host"
        case .unexpectedStatus, .unexpectedAnswer:
            "check that --base-url is SendGrid's API and no proxy answers in its place; then run the command again"
        }
    }

    /// The class of failure, which decides the exit status.
    public var failure: FailureClass {
        switch self {
        case .keyNotAccepted, .accessForbidden, .listNotFound, .notFound, .ipNotAllowed, .wrongRegion, .planLimit,
            .accountLocked:
            .configuration
        case .hostNotAllowed: .refused
        default: .unavailable
        }
    }
}
