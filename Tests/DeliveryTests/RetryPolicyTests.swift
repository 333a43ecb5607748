import Delivery
import Governance
import Testing

@Suite("When a transfer is tried again")
struct RetryPolicyTests {
    private func outcome(_ status: TransferOutcome.Status) -> TransferOutcome { TransferOutcome(status: status) }

    @Test(
        "what is settled is not tried again",
        arguments: [.accepted(job: "j"), .refused, .aborted] as [TransferOutcome.Status])
    func settled(status: TransferOutcome.Status) {
        var policy = RetryPolicy()
        #expect(policy.step(after: outcome(status), jitter: 0) == .stop)
    }

    @Test("failures wait twice as long each time, and end")
    func backoff() {
        var policy = RetryPolicy(maximumFailures: 4)
        var steps: [RetryPolicy.Step] = []
        for _ in 0..<4 { steps.append(policy.step(after: outcome(.unavailable), jitter: 1)) }
        #expect(
            steps == [
                .retry(after: .milliseconds(500)), .retry(after: .milliseconds(1000)),
                .retry(after: .milliseconds(2000)), .stop,
            ])
    }

    @Test("waiting out the rate limit uses up no tries, but does not go on for ever")
    func rateLimits() {
        var policy = RetryPolicy(maximumFailures: 2, maximumRateLimits: 3)
        for _ in 0..<3 {
            #expect(policy.step(after: outcome(.rateLimited(resetIn: 7)), jitter: 0) == .retry(after: .seconds(7)))
        }
        #expect(policy.step(after: outcome(.unknown), jitter: 0) == .retry(after: .milliseconds(250)))
        #expect(policy.step(after: outcome(.rateLimited(resetIn: 7)), jitter: 0) == .stop)
    }
}
