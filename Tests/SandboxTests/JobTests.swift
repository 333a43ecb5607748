import FoundationEssentials
import Testing

@testable import Sandbox

@Suite("A sandbox job")
struct JobTests {
    private static let start = Date(timeIntervalSince1970: 1_700_000_000)

    private static func upsert(_ contacts: String, course: Job.Course = .init()) throws -> Job {
        let body = Data(#"{"list_ids":["l"],"contacts":[\#(contacts)]}"#.utf8)
        let request = try JSONDecoder().decode(UpsertRequest.self, from: body)
        let schema = UpsertReview.Schema(
            fieldTypes: ["n": "Number"], listIDs: ["l"], overlongFieldsAre400: false, errorsPerReply: 10)
        let review = try UpsertReview(request, schema: schema)
        return Job(.upsert(review), course: course, accepted: start, delay: .seconds(30))
    }

    @Test("is pending without counts, pending with counts, then completed; only then do its effects show")
    func life() throws {
        var book = ContactBook(lists: [SandboxList(id: "l", name: "L")])
        var job = try Self.upsert(#"{"email":"a@example.com"},{"email":"b@example.com"}"#)
        job.advance(to: Self.start.addingTimeInterval(17.9), book: &book)
        #expect(job.status == .pending && !job.isCounted)
        job.advance(to: Self.start.addingTimeInterval(18.1), book: &book)
        #expect(job.status == .pending && job.isCounted)
        #expect(job.counts.created == 2)
        #expect(book.contacts.isEmpty)
        job.advance(to: Self.start.addingTimeInterval(30), book: &book)
        #expect(job.status == .completed)
        #expect(book.memberCount(of: "l") == 2)
        #expect(book.contacts["a@example.com"]?.created == Self.start)
        #expect(book.contacts["a@example.com"]?.updated == Self.start.addingTimeInterval(30))
    }

    @Test("that is looked at late still ends when it was to end")
    func late() throws {
        var book = ContactBook(lists: [])
        var job = try Self.upsert(#"{"email":"a@example.com"}"#)
        job.advance(to: Self.start.addingTimeInterval(9_999), book: &book)
        #expect(job.status == .completed)
        #expect(job.finished == Self.start.addingTimeInterval(30))
        job.advance(to: Self.start.addingTimeInterval(99_999), book: &book)
        #expect(job.counts == Job.Counts(created: 1))
    }

    @Test(
        "ends as completed, errored or failed, by how many rows are errors",
        arguments: [
            (#"{"email":"a@example.com"}"#, "completed"),
            (#"{"email":"a@example.com"},{"email":"b@example.com","custom_fields":{"n":"x"}}"#, "errored"),
            (#"{"email":"b@example.com","custom_fields":{"n":"x"}}"#, "failed"),
        ])
    func endings(contacts: String, status: String) throws {
        var book = ContactBook(lists: [])
        var job = try Self.upsert(contacts)
        job.advance(to: Self.start.addingTimeInterval(30), book: &book)
        #expect(job.status.rawValue == status)
    }

    @Test("of a file counts its delay from the upload, and from the next one while it is pending")
    func file() {
        var book = ContactBook(lists: [])
        var job = Job(.csv(nil), course: .init(), accepted: Self.start, delay: .seconds(30))
        job.advance(to: Self.start.addingTimeInterval(999), book: &book)
        #expect(job.status == .pending && job.requested == 0 && !job.isCounted)
        for (second, name) in [(1_000.0, "a"), (1_020, "b")] {
            var review = UpsertReview(listIDs: [])
            var input = ContactInput()
            input.text[.email] = "\(name)@example.com"
            review.add(input, by: .init(fieldTypes: [:], listIDs: [], overlongFieldsAre400: false, errorsPerReply: 1))
            job.upload(review, at: Self.start.addingTimeInterval(second))
            job.advance(to: Self.start.addingTimeInterval(second + 19), book: &book)
            #expect(job.status == .pending && job.isCounted && job.requested == 1)
        }
        job.advance(to: Self.start.addingTimeInterval(1_050), book: &book)
        #expect(job.status == .completed)
        #expect(book.contacts.keys.sorted() == ["b@example.com"])
    }

    @Test("answers sparsely while it is pending")
    func sparse() async throws {
        try await withSandbox(.quick.with { $0.jobDelay = .seconds(3_600) }) { sandbox, client in
            let id = try await client.upsert(#"{"email":"a@example.com"}"#).json["job_id"].text ?? ""
            let job = try await client("GET", "/v3/marketing/contacts/imports/\(id)").json
            #expect(job.names == ["id", "status", "job_type", "results", "started_at"])
            #expect(job["status"].text == "pending")
            #expect(job["results"].names == ["requested_count"])
            #expect(await sandbox.state().contacts.isEmpty)
        }
    }

    @Test("that is over says when, and how many were created, without the counts that are zero")
    func finished() async throws {
        try await withSandbox { _, client in
            let job = try await client.deliver(#"{"email":"a@example.com"}"#)
            #expect(job.names == ["id", "status", "job_type", "results", "started_at", "finished_at"])
            #expect(job["results"].names == ["requested_count", "created_count"])
        }
    }

    @Test("that nobody started is a 404")
    func unknown() async throws {
        try await withSandbox { _, client async throws in
            #expect(try await client("GET", "/v3/marketing/contacts/imports/nope").status == 404)
        }
    }

    @Test("with errors points to a file that needs no key")
    func errorFile() async throws {
        try await withSandbox { sandbox, client in
            let job = try await client.deliver(
                #"{"email":"bad@example.com","custom_fields":{"e2_N":"x"}},{"email":"good@example.com"}"#)
            let url = try #require(job["results"]["errors_url"].text)
            #expect(url.hasPrefix(client.base + "/sandbox/errors/"))
            let file = try await client("GET", url, key: .some(nil))
            #expect(file.status == 200)
            #expect(file.text == "email,reason\r\nbad@example.com,\"import error, field type does not match\"\r\n")
            #expect(await sandbox.state().requests.last?.carriedAuthorization == false)
        }
    }
}
