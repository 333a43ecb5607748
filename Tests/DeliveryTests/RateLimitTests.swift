import Model
import NIOHTTP1
import Testing

@testable import Delivery

@Suite("When a rate limit is lifted")
struct RateLimitTests {
    private let now = TimeSource { Timestamp(seconds: 1_790_000_000) }

    @Test(
        "seconds and epoch times are told apart, and no wait is longer than two windows",
        arguments: [
            ("20", 20), ("0", 1), ("1790000041", 41), ("1789999990", 1), ("999999999", 120), ("1890000000", 120),
            ("soon", 60), ("", 60), ("-5", 60), ("99999999999999999999", 60), ("9223372036854775807", 120),
            ("-9223372036854775808", 60), ("1.5", 60), ("nan", 60), ("inf", 60), ("1e9", 60),
        ])
    func reset(text: String, seconds: Int) {
        #expect(RateLimit.secondsUntilReset(["X-RateLimit-Reset": text], now: now) == seconds)
    }

    @Test("without a header a whole window is waited; Retry-After serves as well")
    func headers() {
        #expect(RateLimit.secondsUntilReset([:], now: now) == 60)
        #expect(RateLimit.secondsUntilReset(["Retry-After": "9"], now: now) == 9)
    }
}
