import Foundation
import FoundationNetworking
import Sandbox
import Testing

@Suite("An export sends what changed, takes off who left, and its counts close")
struct ChangeOnlyTests {
    @Test("an unchanged source sends nothing; --full sends everything again")
    func unchanged() async throws {
        let stage = try await ChangeStage(people: 20)
        #expect(try await stage.run()["sent"] == 20)
        let again = try await stage.run()
        #expect(again["unchanged"] == 20)
        #expect(again["sent"] == 0)
        #expect(await stage.stage.upserts().count == 1)
        #expect(try await stage.run("--full")["sent"] == 20)
        #expect(await stage.stage.upserts().count == 2)
        try await stage.expectDelivered()
    }

    @Test("a changed name is sent alone; an emptied one is emptied at SendGrid; a new person is added")
    func changes() async throws {
        let stage = try await ChangeStage(people: 10)
        _ = try await stage.run()
        stage.people[3].first = "Zoë"
        stage.people[4].first = ""
        stage.people.append(Person(number: 10))
        let plan = try await stage.plan()
        #expect(plan["new"] == 1)
        #expect(plan["changed"] == 2)
        #expect(plan["unchanged"] == 8)
        let counts = try await stage.run()
        #expect(counts["sent"] == 3)
        #expect(counts["accepted"] == 3)
        try await stage.expectDelivered()
    }

    @Test("who leaves the segment or the source, and an address that changes, are taken off; no contact is deleted")
    func leavers() async throws {
        let stage = try await ChangeStage(people: 12)
        _ = try await stage.run()
        stage.people[2].country = "NO"
        stage.people.remove(at: 7)
        stage.people[0].email = "changed@example.org"
        let plan = try await stage.plan()
        #expect(plan["leaving"] == 3)
        #expect(plan["new"] == 1)
        let counts = try await stage.run()
        #expect(counts["removed"] == 3)
        #expect(counts["sent"] == 1)
        try await stage.expectDelivered()
        let state = await stage.stage.sendGrid.state()
        #expect(state.contacts.count == 13, "all that ever came are still contacts")
        #expect(
            !state.requests.contains { $0.method == "DELETE" && !$0.path.hasSuffix("/contacts") },
            "nothing but list memberships is ever deleted")
        let intents = try await stage.stage.entries("transfer.intent")
        #expect(intents.map { $0["action"] as? String } == ["upsert", "upsert", "look-up", "take-off"])
        #expect(try await stage.run()["removed"] == 0)
    }

    @Test("whom somebody else put on the list stays there")
    func strangers() async throws {
        let stage = try await ChangeStage(people: 5)
        try await stage.putOnList("stranger@example.com")
        _ = try await stage.run()
        stage.people.removeLast()
        _ = try await stage.run()
        try await stage.expectDelivered(and: ["stranger@example.com"])
    }

    @Test("more than a hundred leavers go in requests of a hundred, after everything sent is settled")
    func manyLeavers() async throws {
        let stage = try await ChangeStage(people: 500)
        _ = try await stage.run()
        stage.people.removeSubrange(100..<320)
        #expect(try await stage.run()["removed"] == 220)
        try await stage.expectDelivered()
        let takeOffs = await stage.stage.sendGrid.state().requests.filter { $0.method == "DELETE" }
        #expect(takeOffs.count >= 3)
        #expect(takeOffs.allSatisfy { ($0.query ?? "").split(separator: ",").count <= 100 })
    }

    @Test("an empty source takes nobody off, whatever is allowed; one that shrank too far needs to be told so")
    func guards() async throws {
        let stage = try await ChangeStage(people: 20)
        _ = try await stage.run()
        let all = stage.people
        stage.people = []
        #expect(try await stage.refusal("--allow-removals", status: 65) == "nothing-selected")
        stage.people = Array(all.prefix(5))
        #expect(try await stage.refusal(status: 77) == "too-many-removals")
        try stage.stage.write("CustomerId,Email\n", to: "profiles.csv")
        #expect(try await stage.refusal("--allow-removals", status: 65, writing: false) == "missing-column")
        let list = stage.list
        let state = await stage.stage.sendGrid.state()
        #expect(state.contacts.values.count { $0.listIDs.contains(list) } == 20)
        #expect(try await stage.run("--allow-removals")["removed"] == 15)
        try await stage.expectDelivered()
    }

    @Test("a plan runs while everything it rests on is the same, and says what is not")
    func plans() async throws {
        let stage = try await ChangeStage(people: 10)
        let file = stage.stage.path("plan.json")
        try stage.writeSource()
        try await stage.stage.waybill("export", "plan", "d1", "--out", file)
        let report = try await stage.stage.waybill("export", "run", "d1", "--plan", file).json()
        #expect((report["counts"] as? [String: Int])?["sent"] == 10)
        func drift() async throws -> String {
            let result = try await stage.stage.waybill("export", "run", "d1", "--plan", file, status: 77)
            #expect(try result.errorCode() == "plan-drifted")
            return result.errors
        }
        #expect(try await drift().contains("delivered"))
        try await stage.stage.waybill("export", "plan", "d1", "--out", file)
        stage.people.append(Person(number: 77))
        try stage.writeSource()
        #expect(try await drift().contains("source"))
        try await stage.stage.waybill("export", "plan", "d1", "--out", file)
        try await stage.stage.waybill(
            "destination", "map", "d1", "--email", "Email", "--first-name", "Country", "--as", "anna")
        try await stage.stage.consent()
        let said = try await drift()
        #expect(said.contains("mapping") && said.contains("consent"))
        try await stage.stage.waybill("export", "plan", "d1", "--out", file)
        try await stage.stage.waybill(
            "segment", "add", "everybody", "--source", "customers", "--where", "Country == \"NO\" or Country == \"SE\"")
        try await stage.stage.consent()
        #expect(try await drift().contains("segments"))
        let text = try String(contentsOf: stage.stage.folder.appending(path: "plan.json"), encoding: .utf8)
        try stage.stage.write(text.replacing("\"delivered\"", with: "\"deliverd\""), to: "plan.json")
        let bad = try await stage.stage.waybill("export", "run", "d1", "--plan", file, status: 65)
        #expect(try bad.errorCode() == "bad-plan")
    }

    @Test("contacts that SendGrid refuses are found by the places a 400 names, or by halving; the rest arrives")
    func narrowing() async throws {
        // SendGrid takes no top-level domain with digits; the engine lets it pass.
        for errorsPerReply in [100, 1] {
            var configuration = Stage.quick()
            configuration.errorsPerReply = errorsPerReply
            let stage = try await ChangeStage(people: 50, configuration)
            stage.people[7].email = "seven@example.c0m"
            stage.people[31].email = "thirtyone@example.c0m"
            try stage.writeSource()
            let report = try await stage.stage.waybill("export", "run", "d1", status: 2).json()
            let counts = try #require(report["counts"] as? [String: Int])
            #expect(counts["accepted"] == 48)
            #expect(counts["refused"] == 2)
            let refusals = try #require(report["refusals"] as? [[String: Any]])
            #expect(refusals.compactMap { $0["row"] as? Int } == [8, 32])
            #expect(refusals.allSatisfy { $0["reason"] as? String == "address-refused" })
            try await stage.stage.verifyLog()
        }
    }

    @Test("an address that SendGrid takes for none does not keep others from being taken off")
    func refusedLeavers() async throws {
        let stage = try await ChangeStage(people: 20)
        stage.people[3].email = "three@example.c0m"
        try stage.writeSource()
        try await stage.stage.waybill("export", "run", "d1", status: 2)
        stage.people[3].email = "three@example.com"
        stage.people.remove(at: 10)
        let counts = try await stage.run()
        #expect(counts["leaving"] == 2)
        #expect(counts["removed"] == 2)
        try await stage.expectDelivered()
        #expect(try await stage.run()["leaving"] == 0)
    }

    @Test("a refused row of a job is named with its row and reason, and no address reaches the log")
    func rowErrors() async throws {
        let stage = try await ChangeStage(people: 20)
        await stage.stage.sendGrid.inject(SandboxFault(.jobErrors(2), count: 1))
        try stage.writeSource()
        let report = try await stage.stage.waybill("export", "run", "d1", status: 2).json()
        let refusals = try #require(report["refusals"] as? [[String: Any]])
        #expect(refusals.compactMap { $0["row"] as? Int } == [1, 2])
        #expect(!(try await stage.stage.waybill("log", "list").output.contains("@example")))
        #expect(try await stage.run()["sent"] == 2)
        try await stage.expectDelivered()
    }
}

struct Person: Sendable {
    var number: Int
    var email: String
    var first: String
    var country = "SE"

    init(number: Int) {
        self.number = number
        email = "person.\(number)@example.com"
        first = "Name \(number)"
    }
}

/// A stage whose source is a list of people; the export's state must always be theirs.
final class ChangeStage {
    let stage: Stage
    var people: [Person]

    var list: String { stage.configuration.lists[0].id }

    init(people: Int, _ configuration: SandboxConfiguration = Stage.quick()) async throws {
        stage = try await Stage(configuration)
        self.people = (0..<people).map(Person.init(number:))
        try writeSource()
        try await stage.prepare(rule: "Country == \"SE\"", map: ["--first-name", "First"])
        try await stage.consent()
    }

    func writeSource() throws {
        let rows = people.map { person in
            let first = "\"" + person.first.replacing("\"", with: "\"\"") + "\""
            return "c\(person.number),\(person.email),\(first),\(person.country)\n"
        }
        try stage.write("CustomerId,Email,First,Country\n" + rows.joined(), to: "profiles.csv")
    }

    func plan() async throws -> [String: Int] {
        try writeSource()
        return try #require(try await stage.waybill("export", "plan", "d1").json()["counts"] as? [String: Int])
    }

    /// Runs an export that must end well, and checks that its counts close.
    func run(_ options: String...) async throws -> [String: Int] {
        try writeSource()
        let report = try await stage.waybill(["export", "run", "d1"] + options).json()
        let counts = try #require(report["counts"] as? [String: Int])
        try expectClosed(counts)
        return counts
    }

    func refusal(_ options: String..., status: Int32, writing: Bool = true) async throws -> String? {
        if writing { try writeSource() }
        return try await stage.waybill(["export", "run", "d1"] + options, status: status).errorCode()
    }

    /// I10.
    func expectClosed(_ counts: [String: Int], sourceLocation: SourceLocation = #_sourceLocation) throws {
        func sum(_ names: String...) -> Int { names.reduce(0) { $0 + (counts[$1] ?? .min / 4) } }
        #expect(
            counts["source"] == sum("filtered_out", "rejected", "unchanged", "sent", "unsent"),
            sourceLocation: sourceLocation)
        #expect(counts["sent"] == sum("accepted", "refused", "unknown"), sourceLocation: sourceLocation)
        #expect(counts["selected"] == sum("rejected", "unchanged", "sent", "unsent"), sourceLocation: sourceLocation)
    }

    /// The list holds who is in the segment, with the names of the source, and nobody else.
    func expectDelivered(and others: [String] = [], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let state = await stage.sendGrid.state()
        let members = state.contacts.filter { $0.value.listIDs.contains(list) }
        let wanted = people.filter { $0.country == "SE" }
        #expect(
            Set(members.keys) == Set(wanted.map { $0.email.lowercased() } + others),
            sourceLocation: sourceLocation)
        for person in wanted {
            #expect(
                members[person.email.lowercased()]?.fields["first_name"] ?? "" == person.first,
                sourceLocation: sourceLocation)
        }
        try await stage.verifyLog(sourceLocation: sourceLocation)
    }

    /// Puts somebody on the list who is none of ours.
    func putOnList(_ email: String) async throws {
        var request = URLRequest(url: try #require(URL(string: stage.sendGrid.baseURL + "/v3/marketing/contacts")))
        request.httpMethod = "PUT"
        request.setValue("Bearer \(stage.configuration.apiKey)", forHTTPHeaderField: "Authorization")
        request.httpBody = Data(#"{"list_ids":["\#(list)"],"contacts":[{"email":"\#(email)"}]}"#.utf8)
        _ = try await URLSession.shared.data(for: request)
        try await Task.sleep(for: .milliseconds(200))
    }
}
