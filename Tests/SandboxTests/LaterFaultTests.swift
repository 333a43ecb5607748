import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import Testing

@testable import Sandbox

@Suite("The sandbox's faults of connections, answers and jobs")
struct LaterFaultTests {
    private static let contact = #"{"email":"a@example.com"}"#
    private static let three = #"{"email":"a@example.com"},{"email":"b@example.com"},{"email":"c@example.com"}"#

    private func with(_ kind: SandboxFault.Kind, skip: Int = 0) -> SandboxConfiguration {
        .quick.with { $0.faults = [SandboxFault(kind, skip: skip)] }
    }

    @Test("a reset connection is an error of the system to the client, and nothing is processed")
    func reset() async throws {
        try await withSandbox(with(.resetConnection)) { sandbox, client in
            let error = await #expect(throws: IOError.self) { try await client.upsert(Self.contact) }
            #expect(error?.errnoCode == 104 || error?.errnoCode == 54)
            let state = await sandbox.state()
            #expect(state.jobs.isEmpty)
            #expect(state.requests[0].completed && state.requests[0].status == 0)
            let again = try await client.upsert(Self.contact)
            #expect(again.status == 202)
        }
    }

    @Test("a truncated answer is an error to the client, and the request is processed")
    func truncate() async throws {
        try await withSandbox(with(.truncateResponse)) { sandbox, client in
            await #expect(throws: (any Error).self) { try await client.upsert(Self.contact) }
            let state = try await until(sandbox) { !$0.contacts.isEmpty }
            #expect(state.requests[0].status == 202)
        }
    }

    @Test("a garbled answer has the usual status and no JSON, and the request is processed")
    func garble() async throws {
        try await withSandbox(with(.garbleResponse)) { sandbox, client in
            let answer = try await client.upsert(Self.contact)
            #expect(answer.status == 202)
            #expect(answer.json == .null && !answer.text.isEmpty)
            _ = try await until(sandbox) { !$0.contacts.isEmpty }
        }
    }

    @Test("a dripping answer is whole in the end, and takes its time")
    func drip() async throws {
        try await withSandbox(with(.dripResponse(seconds: 0.01))) { sandbox, client in
            let start = ContinuousClock.now
            let answer = try await client.upsert(Self.contact)
            #expect(answer.status == 202 && answer.json["job_id"].text?.count == 36)
            #expect(ContinuousClock.now - start > .milliseconds(300))
        }
    }

    @Test("a raw answer is sent as it stands, and nothing is processed")
    func raw() async throws {
        let text = "HTTP/1.1 418 Teapot\r\ncontent-length: 2\r\n\r\nno"
        try await withSandbox(with(.rawResponse(text))) { sandbox, client in
            let answer = try await client.upsert(Self.contact)
            #expect(answer.status == 418 && answer.text == "no")
            #expect(await sandbox.state().jobs.isEmpty)
        }
    }

    @Test("a job may have any name, and is found under it")
    func named() async throws {
        try await withSandbox(with(.jobNamed("a b/@c"))) { sandbox, client in
            #expect(try await client.upsert(Self.contact).json["job_id"].text == "a b/@c")
            _ = try await until(sandbox) { !$0.contacts.isEmpty }
            let job = try await client("GET", "/v3/marketing/contacts/imports/a%20b%2F%40c")
            #expect(job.json["status"].text == "completed")
        }
    }

    private static func job(_ fault: SandboxFault.Kind) -> Job {
        var review = UpsertReview(listIDs: [])
        var input = ContactInput()
        input.text[.email] = "a@example.com"
        review.add(input, by: .init(fieldTypes: [:], listIDs: [], overlongFieldsAre400: false, errorsPerReply: 1))
        return Job(.upsert(review), course: .init(fault), accepted: start, delay: .seconds(30))
    }

    private static let start = Date(timeIntervalSince1970: 1_700_000_000)

    @Test("a job may stay pending though all counts are there")
    func pendingWithCounts() {
        var book = ContactBook(lists: [])
        var job = Self.job(.jobPendingWithCounts(seconds: 60))
        job.advance(to: Self.start.addingTimeInterval(89), book: &book)
        #expect(job.status == .pending && job.counts.created == 1)
        job.advance(to: Self.start.addingTimeInterval(90), book: &book)
        #expect(job.status == .completed)
    }

    @Test("a job may tell a status that is not documented, and then the honest one")
    func honestInTheEnd() {
        var book = ContactBook(lists: [])
        var job = Self.job(.jobUnknownStatus(seconds: 60))
        for (second, told) in [(29.0, "processing"), (59, "processing"), (60, "completed")] {
            let now = Self.start.addingTimeInterval(second)
            job.advance(to: now, book: &book)
            #expect(job.toldStatus(at: now) == told)
        }
    }

    @Test("a status that is not documented has no end yet")
    func unknownStatus() async throws {
        try await withSandbox(with(.jobUnknownStatus(seconds: 3_600))) { sandbox, client in
            let id = try await client.upsert(Self.contact).json["job_id"].text ?? ""
            let job = try await client("GET", "/v3/marketing/contacts/imports/\(id)").json
            #expect(job["status"].text == "processing" && job["finished_at"] == .null)
            #expect(await sandbox.state().jobs[0].status == "processing")
        }
    }

    @Test("row errors may come without a file")
    func withoutFile() async throws {
        try await withSandbox(with(.jobErrorsWithoutFile(2))) { _, client in
            let job = try await client.deliver(Self.three)
            #expect(job["status"].text == "errored")
            #expect(job["results"]["errored_count"].integer == 2)
            #expect(job["results"]["errors_url"] == .null)
        }
    }

    @Test("the file of row errors may be gone")
    func fileGone() async throws {
        try await withSandbox(with(.errorsFileGone(2))) { _, client in
            let job = try await client.deliver(Self.three)
            #expect(job["results"]["errored_count"].integer == 2)
            let url = try #require(job["results"]["errors_url"].text)
            let file = try await client("GET", url, key: .some(nil))
            #expect(file.status == 403)
        }
    }

    @Test("a removal may complete and change nothing")
    func removal() async throws {
        try await withSandbox(with(.removalIgnored)) { sandbox, client in
            _ = try await client.deliver(Self.contact)
            let id = try #require(await sandbox.state().contacts["a@example.com"]?.id)
            let path = "/v3/marketing/lists/\(SandboxList.rehearsal.id)/contacts?contact_ids=\(id)"
            for count in [1, 0] {
                let job = try await client.finished(try await client("DELETE", path).json["job_id"].text ?? "")
                #expect(job["status"].text == "completed" && job["results"]["deleted_count"].integer == 1)
                #expect(await sandbox.state().lists[0].memberCount == count)
            }
        }
    }

    @Test("a request hung before processing is processed late, even if the client is gone", arguments: [0.5, 3_600])
    func hang(seconds: Double) async throws {
        let fault = SandboxFault(.hangBeforeProcessing(seconds: seconds), method: "PUT")
        try await withSandbox(.quick.with { $0.faults = [fault] }) { sandbox, client in
            await #expect(throws: (any Error).self) {
                try await client(
                    "PUT", "/v3/marketing/contacts", body: #"{"contacts":[\#(Self.contact)]}"#, timeout: 200)
            }
            if seconds < 1 {
                _ = try await until(sandbox) { !$0.contacts.isEmpty }
            } else {
                #expect(await sandbox.state().jobs.isEmpty)
            }
        }
    }

    @Test("job faults apply to imports as well, from their first call")
    func imports() async throws {
        try await withSandbox(with(.jobErrors(1))) { sandbox, client in
            let body = #"{"file_type":"csv","field_mappings":["_rf2_T"]}"#
            let started = try await client("PUT", "/v3/marketing/contacts/imports", body: body).json
            let signed = ["x-amz-server-side-encryption": "aws:kms"]
            let file = ByteBuffer(string: "email\na@example.com\nb@example.com\n")
            _ = try await client.send(
                "PUT", started["upload_uri"].text ?? "", body: .bytes(file), key: .some(nil), headers: signed)
            #expect(try await client.finished(started["job_id"].text ?? "")["status"].text == "errored")
            #expect(await sandbox.state().contacts.keys.sorted() == ["b@example.com"])
        }
    }

    @Test("a fault lets as many requests pass as told, which then meet the next fault")
    func skipping() async throws {
        let faults = [SandboxFault(.status(500), skip: 2), SandboxFault(.status(502), count: 1, skip: 1)]
        try await withSandbox(.quick.with { $0.faults = faults }) { _, client in
            var seen: [Int] = []
            for _ in 0..<4 { seen.append(try await client("GET", "/v3/scopes").status) }
            #expect(seen == [200, 502, 500, 200])
        }
    }
}
