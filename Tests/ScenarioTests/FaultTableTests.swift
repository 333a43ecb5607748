import Foundation
import Sandbox
import Support
import Testing

/// Where in an export something goes wrong.
enum Phase: String, CaseIterable, Sendable {
    case upsert, job, lookUp, takeOff

    var route: (method: String, path: String) {
        switch self {
        case .upsert: ("PUT", "/v3/marketing/contacts")
        case .job: ("GET", "/v3/marketing/contacts/imports")
        case .lookUp: ("POST", "/v3/marketing/contacts/search")
        case .takeOff: ("DELETE", "/v3/marketing/lists")
        }
    }
}

/// Something that goes wrong, once or twice, in some phase.
struct FaultRow: Sendable, CustomStringConvertible {
    let description: String
    let kind: SandboxFault.Kind
    let phases: [Phase]

    static let all: [FaultRow] = [
        FaultRow("429", .tooManyRequests(resetSeconds: 1)), FaultRow("500", .status(500)),
        FaultRow("503", .status(503)),
        FaultRow("401 once", .status(401)), FaultRow("404", .status(404), [.job, .takeOff, .lookUp]),
        FaultRow("400 that names nobody", .status(400, body: #"{"errors":[{"field":"","message":"invalid input"}]}"#)),
        FaultRow("413", .status(413), [.upsert]), FaultRow("redirect", .status(302)),
        FaultRow("lost answer", .loseResponse), FaultRow("late answer", .hangBeforeResponse(seconds: 0.5)),
        FaultRow("connection dropped in the body", .closeAfterBytes(20), [.upsert, .lookUp]),
        FaultRow("answer that is no JSON", .status(200, body: "<html>busy</html>")),
        FaultRow("answer of another shape", .status(202, body: #"{"ok":true}"#)),
        FaultRow("job fails", .jobFails, [.upsert, .takeOff]), FaultRow("job refuses rows", .jobErrors(2), [.upsert]),
        FaultRow("connection reset", .resetConnection), FaultRow("half an answer", .truncateResponse),
        FaultRow("half-closed connection", .halfClose(seconds: 1)),
        FaultRow("garbled answer", .garbleResponse), FaultRow("processed late", .hangBeforeProcessing(seconds: 0.5)),
        FaultRow("counts without an end", .jobPendingWithCounts(seconds: 2), [.upsert, .takeOff]),
        FaultRow("unknown state", .jobUnknownStatus(seconds: 0.5), [.upsert, .takeOff]),
        FaultRow("errors without a file", .jobErrorsWithoutFile(2), [.upsert]),
        FaultRow("errors whose file is gone", .errorsFileGone(2), [.upsert]),
        FaultRow("job never ends", .jobNeverFinishes, [.upsert, .takeOff]),
    ]

    init(_ description: String, _ kind: SandboxFault.Kind, _ phases: [Phase] = Phase.allCases) {
        self.description = description
        self.kind = kind
        self.phases = phases
    }
}

/// One row of the table, in one phase, with one seed.
struct FaultCase: Sendable, CustomTestStringConvertible {
    let row: FaultRow
    let phase: Phase
    let seed: UInt64

    var testDescription: String { "\(row.description), \(phase.rawValue), seed \(seed)" }

    static let all: [FaultCase] = FaultRow.all.flatMap { row in
        row.phases.flatMap { phase in (1...3).map { FaultCase(row: row, phase: phase, seed: $0) } }
    }
}

@Suite("Whatever goes wrong wherever: counts close, and in the end the list is the source")
struct FaultTableTests {
    @Test("each fault in each phase, with three histories", arguments: FaultCase.all)
    func fault(example: FaultCase) async throws {
        try await Turns.table.run { try await Self.play(example) }
    }

    private static func play(_ example: FaultCase) async throws {
        var random = SeededGenerator(seed: example.seed)
        var next = 30
        let stage = try await ChangeStage(people: 30)
        _ = try await stage.run("--batch-size", "7")
        for _ in 0..<3 { stage.change(using: &random, next: &next) }
        // Everybody phase has work: somebody is new, and somebody has left.
        stage.people.append(Person(number: 1000))
        stage.people.remove(at: 0)
        let route = example.phase.route
        await stage.stage.sendGrid.inject(
            SandboxFault(
                example.row.kind, method: route.method, path: route.path, count: Int.random(in: 1...2, using: &random)))
        try await stage.runThrough("--batch-size", "7", "--job-seconds", "1", "--allow-removals")
        await stage.stage.sendGrid.clearFaults()
        // What is left for the next export to do, it does.
        let counts = try await stage.run("--allow-removals", "--job-seconds", "2")
        #expect(counts["accepted"] == counts["sent"])
        try await stage.expectDelivered()
        try await stage.stage.close()
    }
}

extension ChangeStage {
    /// Runs an export that may end in any way it documents; its counts close however it ends.
    func runThrough(_ options: String...) async throws {
        try writeSource()
        let result = try await Program.run(["export", "run", "d1"] + options + ["--home", stage.home, "--json"])
        #expect([0, 2, 69, 75, 78].contains(result.status), "\(result.status) \(result.output) \(result.errors)")
        let answer = try result.json()
        let report = answer["stopped"] as? [String: Any] ?? answer
        if let counts = report["counts"] as? [String: Int] { try expectClosed(counts) }
        try await stage.verifyLog()
    }
}
