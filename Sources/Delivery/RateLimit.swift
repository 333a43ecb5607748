internal import Model
internal import NIOHTTP1

/// Reads when a rate limit is lifted.
///
/// `X-RateLimit-Reset` has two forms: marketing endpoints answer the seconds until the window ends, the documentation's
/// example and older endpoints an epoch time. No epoch of this century is below 10^9, and no window is that long.
enum RateLimit {
    /// Windows last a minute; a longer wait than two is not believed.
    static let longestWait = 120

    /// Seconds to wait, at least 1; a whole window if the header is missing or unreadable.
    static func secondsUntilReset(_ headers: HTTPHeaders, now: TimeSource) -> Int {
        let text = headers.first(name: "x-ratelimit-reset") ?? headers.first(name: "retry-after") ?? ""
        guard let value = Int64(text), value >= 0 else { return 60 }
        let wait = value < 1_000_000_000 ? value : value - now.now().seconds
        return Int(min(max(wait, 1), Int64(longestWait)))
    }
}
