import Foundation
import Sandbox
import Support
import Testing

@Suite("Whatever happens to customers and to SendGrid, the list is what a simple model says")
struct HistoryTests {
    @Test("random changes, exports, faults and other people's contacts, against a set of addresses", arguments: 1...6)
    func history(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed &* 7919)
        var next = 30
        let stage = try await ChangeStage(people: 30)
        // The model: who is on the list because of somebody else.
        var strangers: [String] = []
        for _ in 0..<6 {
            for _ in 0..<Int.random(in: 1...3, using: &random) { stage.change(using: &random, next: &next) }
            if Int.random(in: 0..<3, using: &random) == 0 {
                strangers.append("stranger.\(next)@example.net")
                next += 1
                try await stage.putOnList(strangers[strangers.count - 1])
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let row = FaultRow.all[Int.random(in: 0..<FaultRow.all.count, using: &random)]
                let phase = row.phases[Int.random(in: 0..<row.phases.count, using: &random)]
                await stage.stage.sendGrid.inject(
                    SandboxFault(
                        row.kind, method: phase.route.method, path: phase.route.path, count: 1,
                        skip: Int.random(in: 0...2, using: &random)))
            }
            let isFull = Int.random(in: 0..<4, using: &random) == 0
            let size = "\(Int.random(in: 2...9, using: &random))"
            if isFull {
                try await stage.runThrough("--full", "--batch-size", size, "--job-seconds", "1", "--allow-removals")
            } else {
                try await stage.runThrough("--batch-size", size, "--job-seconds", "1", "--allow-removals")
            }
            await stage.stage.sendGrid.clearFaults()
            let counts = try await stage.run("--allow-removals", "--job-seconds", "2")
            #expect(counts["accepted"] == counts["sent"])
            #expect(counts["removed"] == counts["leaving"])
            try await stage.expectDelivered(and: strangers)
        }
        try await stage.stage.close()
    }
}
