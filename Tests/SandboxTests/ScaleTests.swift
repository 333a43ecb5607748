import Sandbox
import Testing

@Suite("A sandbox under load")
struct ScaleTests {
    @Test("100,000 contacts in four requests arrive, and four overlapping jobs keep their counts")
    func hundredThousand() async throws {
        try await withSandbox { sandbox, client in
            let sizes = [30_000, 30_000, 30_000, 10_000]
            let jobs = try await withThrowingTaskGroup(of: String.self) { group in
                for (batch, size) in sizes.enumerated() {
                    let contacts = (0..<size).map { number in
                        #"{"email":"user\#(batch)-\#(number)@example.com","first_name":"Förnamn\#(number)","#
                            + #""last_name":"Efternamn","city":"Göteborg","country":"SE","postal_code":"41\#(batch)"}"#
                    }
                    group.addTask {
                        try await client.upsert(contacts.joined(separator: ",")).json["job_id"].text ?? ""
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for job in jobs { #expect(try await client.finished(job)["status"].text == "completed") }
            let state = await sandbox.state()
            #expect(state.contacts.count == 100_000)
            #expect(state.lists[0].memberCount == 100_000)
            #expect(state.jobs.map(\.created).sorted() == sizes.sorted())
            #expect(state.requests.filter { $0.method == "PUT" }.map(\.contactCount).sorted() == sizes.sorted())
        }
    }
}
