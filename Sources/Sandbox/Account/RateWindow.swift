import FoundationEssentials

/// The two counters the sandbox keeps apart.
enum RateBucket: Sendable, Hashable {
    case upserts
    case reads

    init(method: String, path: String) {
        self = method == "PUT" && path == "/v3/marketing/contacts" ? .upserts : .reads
    }
}

/// What the rate headers of one reply say.
struct RateReading: Sendable, Equatable {
    let isAllowed: Bool
    let limit: Int
    let remaining: Int
    let reset: Int

    /// What is read where nothing is counted.
    static let none = RateReading(isAllowed: true, limit: 0, remaining: 0, reset: 0)
}

/// Fixed windows aligned to the clock: all counters start anew when one ends.
struct RateWindow: Sendable {
    private let limits: [RateBucket: Int]
    private let seconds: Int
    private let resetIsEpoch: Bool
    private var window = Int.min
    private var used: [RateBucket: Int] = [:]

    init(_ configuration: SandboxConfiguration) {
        limits = [.upserts: configuration.upsertsPerMinute, .reads: configuration.readsPerMinute]
        seconds = configuration.windowSeconds
        resetIsEpoch = configuration.resetIsEpoch
    }

    /// Counts one request, if there is room for it and it `counts`, and reads the counter.
    mutating func take(_ bucket: RateBucket, at now: Date, counts: Bool = true) -> RateReading {
        let epoch = Int(now.timeIntervalSince1970.rounded(.down))
        if epoch / seconds != window {
            window = epoch / seconds
            used = [:]
        }
        let limit = limits[bucket, default: 0]
        let before = used[bucket, default: 0]
        let isAllowed = before < limit
        if isAllowed && counts { used[bucket] = before + 1 }
        let end = (window + 1) * seconds
        return RateReading(
            isAllowed: isAllowed, limit: limit, remaining: limit - used[bucket, default: 0],
            reset: resetIsEpoch ? end : end - epoch)
    }
}
