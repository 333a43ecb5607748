import FoundationEssentials
import Sandbox
import Testing

@Suite("The sandbox's faults")
struct FaultTests {
    private func with(_ fault: SandboxFault) -> SandboxConfiguration {
        .quick.with { $0.faults = [fault] }
    }

    @Test("a staged status is answered as often as told, and nothing is processed")
    func status() async throws {
        let fault = SandboxFault(.status(503, body: "<html>"), method: "PUT", path: "/v3/marketing/contacts", count: 2)
        try await withSandbox(with(fault)) { sandbox, client in
            for _ in 0..<2 {
                let answer = try await client.upsert(#"{"email":"a@example.com"}"#)
                #expect(answer.status == 503)
                #expect(answer.text == "<html>")
            }
            #expect(try await client("GET", "/v3/marketing/contacts").status == 200)
            #expect(await sandbox.state().jobs.isEmpty)
            #expect(try await client.upsert(#"{"email":"a@example.com"}"#).status == 202)
        }
    }

    @Test(
        "a staged 429 carries the reset it is told",
        arguments: [
            (SandboxFault.Kind.tooManyRequests(resetSeconds: 7), "7"),
            (.tooManyRequests(resetEpoch: 1_900_000_000), "1900000000"),
        ])
    func tooMany(kind: SandboxFault.Kind, reset: String) async throws {
        try await withSandbox(with(SandboxFault(kind))) { _, client in
            let answer = try await client("GET", "/v3/scopes")
            #expect(answer.status == 429)
            #expect(answer.headers["x-ratelimit-reset"] == [reset])
            #expect(answer.headers["x-ratelimit-remaining"] == ["0"])
            #expect(try await client("GET", "/v3/scopes").status == 200)
        }
    }

    @Test("a hung request is processed, and stopping does not wait for it")
    func hang() async throws {
        try await withSandbox(with(SandboxFault(.hangBeforeResponse(seconds: 3_600), method: "PUT"))) {
            sandbox, client in
            await #expect(throws: (any Error).self) {
                try await client(
                    "PUT", "/v3/marketing/contacts", body: #"{"contacts":[{"email":"a@b.se"}]}"#, timeout: 300)
            }
            let state = try await until(sandbox) { $0.jobs.count == 1 }
            #expect(state.requests[0].completed)
            #expect(state.requests[0].status == 0)
        }
    }

    @Test("a connection cut after some bytes leaves no job and an incomplete record")
    func cut() async throws {
        try await withSandbox(with(SandboxFault(.closeAfterBytes(100_000)))) { sandbox, client in
            let contact = #"{"email":"a@example.com","postal_code":"\#(String(repeating: "1", count: 1_000_000))"}"#
            await #expect(throws: (any Error).self) { try await client.upsert(contact) }
            let state = try await until(sandbox) { $0.requests.first?.finished != nil }
            let record = try #require(state.requests.first)
            #expect(!record.completed)
            #expect(record.status == 0)
            #expect(record.bytesReceived >= 100_000 && record.bytesReceived < record.bodyBytes)
            #expect(record.bodySHA256.count == 64)
            #expect(state.jobs.isEmpty)
            #expect(try await client.upsert(contact).status == 202)
        }
    }

    @Test("a lost response is processed all the same")
    func lost() async throws {
        try await withSandbox(with(SandboxFault(.loseResponse))) { sandbox, client in
            await #expect(throws: (any Error).self) { try await client.upsert(#"{"email":"a@example.com"}"#) }
            let state = try await until(sandbox) { !$0.contacts.isEmpty }
            #expect(state.jobs.count == 1)
            #expect(state.requests[0].completed && state.requests[0].status == 0)
            #expect(state.requests[0].contactCount == 1)
        }
    }

    @Test("a failing job changes nothing and names every row")
    func jobFails() async throws {
        try await withSandbox(with(SandboxFault(.jobFails))) { sandbox, client in
            let job = try await client.deliver(#"{"email":"a@example.com"},{"email":"b@example.com"}"#)
            #expect(job["status"].text == "failed")
            #expect(job["results"]["errored_count"].integer == 2)
            #expect(await sandbox.state().contacts.isEmpty)
        }
    }

    @Test("staged job errors take the first rows")
    func jobErrors() async throws {
        try await withSandbox(with(SandboxFault(.jobErrors(2)))) { sandbox, client in
            let job = try await client.deliver(
                #"{"email":"a@example.com"},{"email":"b@example.com"},{"email":"c@example.com"}"#)
            #expect(job["status"].text == "errored")
            #expect(job["results"]["errored_count"].integer == 2)
            #expect(await sandbox.state().contacts.keys.sorted() == ["c@example.com"])
        }
    }

    @Test("a job that never finishes stays pending without counts")
    func never() async throws {
        try await withSandbox(with(SandboxFault(.jobNeverFinishes)).with { $0.jobDelay = .zero }) { _, client in
            let stuck = try await client.upsert(#"{"email":"a@example.com"}"#).json["job_id"].text ?? ""
            _ = try await client.deliver(#"{"email":"b@example.com"}"#)
            let job = try await client("GET", "/v3/marketing/contacts/imports/\(stuck)").json
            #expect(job["status"].text == "pending")
            #expect(job["results"].names == ["requested_count"])
        }
    }

    @Test("a revoked key or a missing scope refuses everything until the fault is cleared", arguments: [401, 403])
    func reject(status: Int) async throws {
        let fault = SandboxFault(status == 401 ? .rejectAll401 : .rejectAll403)
        try await withSandbox { sandbox, client in
            await sandbox.inject(fault)
            for _ in 0..<3 {
                let answer = try await client("GET", "/v3/scopes")
                #expect(answer.status == status)
            }
            #expect(try await client.upsert(#"{"email":"a@example.com"}"#).status == status)
            await sandbox.clearFaults()
            #expect(try await client("GET", "/v3/scopes").status == 200)
        }
    }

    @Test("faults are met in order, one a request")
    func order() async throws {
        let faults = [SandboxFault(.status(500)), SandboxFault(.status(502), count: 2), SandboxFault(.status(504))]
        try await withSandbox(.quick.with { $0.faults = faults }) { _, client in
            var seen: [Int] = []
            for _ in 0..<5 { seen.append(try await client("GET", "/v3/scopes").status) }
            #expect(seen == [500, 502, 502, 504, 200])
        }
    }

    @Test(
        "every fault survives being written as JSON and read back",
        arguments: [
            SandboxFault.Kind.status(503), .status(500, body: "x"), .tooManyRequests(resetSeconds: 3),
            .tooManyRequests(resetEpoch: 4), .hangBeforeResponse(seconds: 1.5), .closeAfterBytes(9), .loseResponse,
            .slowRead(bytesPerSecond: 10), .jobFails, .jobErrors(2), .jobNeverFinishes, .rejectAll401, .rejectAll403,
            .resetConnection, .truncateResponse, .garbleResponse, .jobPendingWithCounts(seconds: 2),
            .jobUnknownStatus(seconds: 0.5), .jobErrorsWithoutFile(3), .errorsFileGone(2), .removalIgnored,
            .hangBeforeProcessing(seconds: 1),
        ])
    func coding(kind: SandboxFault.Kind) throws {
        let fault = SandboxFault(kind)
        #expect(try JSONDecoder().decode(SandboxFault.self, from: JSONEncoder().encode(fault)) == fault)
        let elsewhere = SandboxFault(kind, method: "GET", path: "/v3/x", count: 4, skip: 2)
        #expect(try JSONDecoder().decode(SandboxFault.self, from: JSONEncoder().encode(elsewhere)) == elsewhere)
    }
}
