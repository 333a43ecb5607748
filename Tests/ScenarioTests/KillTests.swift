import Foundation
import Sandbox
import Support
import Testing

@Suite("kill -9 at any moment: nothing is lost, nothing counted twice")
struct KillTests {
    /// 4 histories of 52 kills: 208 in every run of the tests.
    static let killsPerHistory = 52

    @Test(
        "after every kill the export is resumed to its end: the list is the source, counts close, the log verifies",
        arguments: [1, 2, 3, 4])
    func history(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var configuration = Stage.quick()
        configuration.jobDelay = .milliseconds(30)
        configuration.upsertsPerMinute = 100_000
        configuration.readsPerMinute = 100_000
        let stage = try await ChangeStage(people: 40, configuration)
        var kills = 0
        var openIntents = 0
        var next = 40
        while kills < Self.killsPerHistory {
            stage.change(using: &random, next: &next)
            try stage.writeSource()
            var command = ["export", "run", "d1"]
            var left = Int.random(in: 1...4, using: &random)
            while left > 0, kills < Self.killsPerHistory {
                left -= 1
                // Every third time SendGrid holds back an answer, so that requests are under way when the kill comes.
                if Int.random(in: 0..<3, using: &random) == 0 {
                    await stage.stage.sendGrid.inject(
                        SandboxFault(.hangBeforeResponse(seconds: 1), method: "PUT", path: "/v3", count: 1))
                }
                let isOver = try await stage.kill(
                    command, after: Int.random(in: 60...700, using: &random))
                if isOver { break }
                kills += 1
                let (open, ids) = try await stage.leftOpen()
                openIntents += open
                if let id = ids.last, Bool.random(using: &random) { command = ["export", "resume", id] }
            }
            await stage.stage.sendGrid.clearFaults()
            let (_, ids) = try await stage.leftOpen()
            try await stage.finish(ids.last)
        }
        #expect(kills == Self.killsPerHistory)
        #expect(openIntents > 0, "some kills must come between an intent and its outcome")
        try await stage.stage.close()
    }
}

extension ChangeStage {
    /// Some of what happens to customers between two exports.
    func change(using random: inout SeededGenerator, next: inout Int) {
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0..<people.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: people[place].first = ["Åsa", "Bo", "", "Zoë O'Brien"].randomElement(using: &random) ?? ""
            case 1:
                people[place].email = "moved.\(next)@example.org"
                next += 1
            case 2: people[place].country = people[place].country == "SE" ? "NO" : "SE"
            case 3 where people.count > 20: people.remove(at: place)
            default:
                people.append(Person(number: next))
                next += 1
            }
        }
    }

    /// Starts a command and kills it; true if it ended by itself before.
    func kill(_ command: [String], after milliseconds: Int) async throws -> Bool {
        let running = try Program.start(
            command + ["--allow-removals", "--batch-size", "4", "--home", stage.home, "--json"])
        try await Task.sleep(for: .milliseconds(milliseconds))
        guard running.process.isRunning else {
            let result = await running.wait()
            #expect([0, 65, 75, 77, 78].contains(result.status), "\(result.status) \(result.output)")
            return true
        }
        Foundation.kill(running.process.processIdentifier, SIGKILL)
        _ = await running.wait()
        return false
    }

    /// How many intents have no outcome, and the exports that can be resumed.
    func leftOpen() async throws -> (intents: Int, exports: [String]) {
        let intents = try await stage.entries("transfer.intent").count
        let outcomes = try await stage.entries("transfer.outcome").count
        let exports = try await stage.waybill("export", "list").output
        let all = try #require(try JSONSerialization.jsonObject(with: Data(exports.utf8)) as? [[String: Any]])
        return (
            intents - outcomes,
            all.filter { ["running", "interrupted"].contains($0["state"] as? String) }.compactMap {
                $0["export"] as? String
            }
        )
    }

    /// Brings the export to its end, and everything must be as if nothing had happened.
    func finish(_ export: String?) async throws {
        let command = export.map { ["export", "resume", $0] } ?? ["export", "run", "d1"]
        let report = try await stage.waybill(command + ["--allow-removals", "--batch-size", "4"]).json()
        let counts = try #require(report["counts"] as? [String: Int])
        try expectClosed(counts)
        #expect(counts["unknown"] == 0)
        #expect(counts["removed"] == counts["leaving"])
        try await expectDelivered()
        #expect(try await leftOpen().intents == 0)
    }
}
