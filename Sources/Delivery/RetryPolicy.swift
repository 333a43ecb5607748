public import Governance

/// Decides whether and when a transfer is made again.
///
/// A value that is told of each outcome; it sleeps nowhere.
public struct RetryPolicy: Sendable {
    /// What to do next.
    public enum Step: Sendable, Equatable {
        /// It is over: accepted, refused for good, or tried often enough.
        case stop
        /// Try again after this long.
        case retry(after: Duration)
    }

    private let maximumFailures: Int
    private let maximumRateLimits: Int
    private var failures = 0
    private var rateLimits = 0

    /// At most `maximumFailures` failed tries; waits for the rate limit do not count among them, but are bounded by
    /// `maximumRateLimits`.
    public init(maximumFailures: Int = 5, maximumRateLimits: Int = 60) {
        self.maximumFailures = maximumFailures
        self.maximumRateLimits = maximumRateLimits
    }

    /// The step after `outcome`.
    /// - Parameter jitter: a number from 0 to 1 that spreads the tries of several processes.
    public mutating func step(after outcome: TransferOutcome, jitter: Double) -> Step {
        switch outcome.status {
        case .accepted, .answered, .refused, .aborted: return .stop
        case .rateLimited(let seconds):
            rateLimits += 1
            return rateLimits > maximumRateLimits ? .stop : .retry(after: .seconds(seconds))
        case .unavailable, .unknown:
            failures += 1
            guard failures < maximumFailures else { return .stop }
            // 0.5, 1, 2, 4 ... seconds, each between half and all of it.
            let base = 0.5 * Double(1 << min(failures - 1, 6))
            return .retry(after: .milliseconds(Int64(base * (0.5 + 0.5 * jitter) * 1000)))
        }
    }
}
