import FoundationEssentials
import Testing

@testable import Sandbox

@Suite("The sandbox's rate limits")
struct RateLimitTests {
    @Test("windows are aligned to the clock, and the reset is the seconds left in them")
    func windows() {
        var window = RateWindow(SandboxConfiguration(upsertsPerMinute: 2, readsPerMinute: 1))
        let forty = Date(timeIntervalSince1970: 1_699_999_960 + 40.7)
        #expect(Int(forty.timeIntervalSince1970) % 60 == 20)
        #expect(window.take(.upserts, at: forty) == RateReading(isAllowed: true, limit: 2, remaining: 1, reset: 40))
        #expect(window.take(.upserts, at: forty).remaining == 0)
        #expect(!window.take(.upserts, at: forty).isAllowed)
        #expect(window.take(.reads, at: forty).isAllowed)
        #expect(window.take(.upserts, at: forty + 40).isAllowed)
    }

    @Test("the reset can be an epoch instead")
    func epoch() {
        var window = RateWindow(SandboxConfiguration(windowSeconds: 10, resetIsEpoch: true))
        #expect(window.take(.reads, at: Date(timeIntervalSince1970: 1_700_000_003)).reset == 1_700_000_010)
    }

    @Test("every reply carries the headers, with a request id of its own")
    func headers() async throws {
        try await withSandbox { _, client in
            var ids: Set<String> = []
            for path in ["/v3/marketing/lists", "/v3/scopes", "/v3/nothing"] {
                let headers = try await client("GET", path).headers
                let names = headers.keys
                for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-amzn-requestid"] {
                    #expect(names.contains(name))
                }
                ids.formUnion(headers["x-amzn-requestid"] ?? [])
            }
            let refused = try await client("GET", "/v3/scopes", key: "wrong").headers
            #expect(refused["x-ratelimit-limit"] == ["1000000"])
            ids.formUnion(refused["x-amzn-requestid"] ?? [])
            #expect(ids.count == 4)
        }
    }

    @Test("upserts and reads are counted apart, a 400 counts, and beyond the limit it is a 429")
    func counting() async throws {
        let configuration = SandboxConfiguration.quick.with {
            $0.upsertsPerMinute = 2
            $0.readsPerMinute = 1
        }
        try await withSandbox(configuration) { sandbox, client in
            let bad = try await client.upsert(#"{"email":"000"}"#)
            #expect(bad.status == 400)
            #expect(bad.headers["x-ratelimit-limit"] == ["2"])
            #expect(bad.headers["x-ratelimit-remaining"] == ["1"])
            #expect(try await client.upsert(#"{"email":"a@example.com"}"#).status == 202)
            let over = try await client.upsert(#"{"email":"b@example.com"}"#)
            #expect(over.status == 429)
            #expect(over.message == "too many requests")
            #expect(over.headers["x-ratelimit-remaining"] == ["0"])
            #expect(try await client("GET", "/v3/marketing/lists").status == 200)
            #expect(try await client("GET", "/v3/marketing/lists").status == 429)
            #expect(await sandbox.state().jobs.count == 1)
        }
    }

    @Test("when the window ends the quota is there again")
    func recovery() async throws {
        let configuration = SandboxConfiguration.quick.with {
            $0.readsPerMinute = 1
            $0.windowSeconds = 1
        }
        try await withSandbox(configuration) { _, client in
            var sequence: [Int] = []
            while sequence.suffix(2) != [429, 200] {
                sequence.append(try await client("GET", "/v3/scopes").status)
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(Set(sequence) == [200, 429])
        }
    }
}
