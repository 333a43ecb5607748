internal import Model
internal import NIOHTTP1
internal import Synchronization

/// What a request counts against: SendGrid keeps a quota for each kind of request.
public enum RequestKind: Sendable, Hashable {
    /// `PUT /v3/marketing/contacts`.
    case upsert
    /// `PUT /v3/marketing/contacts/imports`.
    case importFile
    /// `POST /v3/marketing/contacts/search/emails`.
    case lookUp
    /// `DELETE /v3/marketing/lists/{id}/contacts`.
    case takeOff
    /// Everything that only reads.
    case read

    /// How many requests a minute SendGrid was seen to allow; what it says itself comes before that.
    public var recordedLimit: Int {
        switch self {
        case .upsert: 200
        default: 600
        }
    }
}

/// Keeps the quotas of this process's requests, by API key: exports that share a key share its quota.
///
/// Every answer says how many requests are left and when the window ends (`x-ratelimit-*`). What other processes use up
/// shows in that number. A request that would be refused is not made but waits, so that 429 is the exception.
final class PaceBook: Sendable {
    static let shared = PaceBook()

    /// The account a quota belongs to: the digest of the key, and where it is used.
    struct Account: Hashable, Sendable {
        let key: Digest
        let endpoint: Endpoint
    }

    private struct Quota: Hashable {
        let account: Account
        let kind: RequestKind
    }

    private struct Window {
        var limit: Int
        var remaining: Int
        var end: ContinuousClock.Instant
    }

    private struct State {
        var accounts: [DestinationID: Account] = [:]
        var windows: [Quota: Window] = [:]
    }

    private let state = Mutex(State())

    /// Says which account a destination belongs to; known from its first request on.
    func note(_ destination: DestinationID?, _ account: Account) {
        guard let destination else { return }
        state.withLock { $0.accounts[destination] = account }
    }

    /// How long a request has to wait, after which it has to ask again; nil if it may be made, and then it is counted.
    func delay(_ kind: RequestKind, _ destination: DestinationID, now: ContinuousClock.Instant) -> Duration? {
        state.withLock { state in
            guard let account = state.accounts[destination] else { return nil }
            let quota = Quota(account: account, kind: kind)
            guard var window = state.windows[quota], now < window.end else { return nil }
            guard window.remaining > 0 else { return window.end - now }
            window.remaining -= 1
            state.windows[quota] = window
            return nil
        }
    }

    /// Takes in what an answer says.
    func learn(
        _ kind: RequestKind, _ account: Account, status: Int, _ headers: HTTPHeaders, now: ContinuousClock.Instant
    ) {
        let isSpent = status == 429
        guard isSpent || headers.contains(name: "x-ratelimit-remaining") else { return }
        let left = isSpent ? 0 : headers.first(name: "x-ratelimit-remaining").flatMap(Int.init) ?? 0
        let limit = headers.first(name: "x-ratelimit-limit").flatMap(Int.init)
        let end = now.advanced(by: .seconds(RateLimit.secondsUntilReset(headers, now: .system)))
        state.withLock { state in
            let quota = Quota(account: account, kind: kind)
            var remaining = max(0, left)
            // Answers come in any order, and requests that are under way are counted here and not yet there.
            if let known = state.windows[quota], abs((known.end - end) / .seconds(1)) < 2 {
                remaining = min(remaining, known.remaining)
            }
            state.windows[quota] = Window(
                limit: limit ?? state.windows[quota]?.limit ?? kind.recordedLimit, remaining: remaining, end: end)
        }
    }

    /// How many requests a window allows, as far as that was seen.
    func limit(_ kind: RequestKind, _ destination: DestinationID) -> Int {
        state.withLock { state in
            state.accounts[destination].flatMap { state.windows[Quota(account: $0, kind: kind)]?.limit }
        } ?? kind.recordedLimit
    }
}

/// How long requests must take at a limit, whatever the sender does.
public enum PaceForecast {
    /// Seconds that `requests` take at `limit` a minute: the first window's are free, every further one starts a minute
    /// later.
    public static func seconds(requests: Int, limit: Int) -> Int {
        guard requests > 0, limit > 0 else { return 0 }
        return (requests - 1) / limit * 60
    }
}

/// How many requests go at once: one more while all is well, half as many once SendGrid has trouble.
public struct Concurrency: Sendable {
    /// How many may be under way.
    ///
    /// The first goes alone: if the request as such is refused, nobody else's data follows it.
    public private(set) var limit = 1
    private var successes = 0
    private let maximum: Int

    /// - Parameter maximum: never more than this; each holds a request body in memory.
    public init(maximum: Int = 4) {
        self.maximum = max(1, maximum)
        limit = min(limit, self.maximum)
    }

    /// Takes in how a request ended.
    public mutating func note(isWell: Bool) {
        guard isWell else {
            limit = max(1, limit / 2)
            successes = 0
            return
        }
        successes += 1
        guard successes >= limit, limit < maximum else { return }
        limit += 1
        successes = 0
    }
}
