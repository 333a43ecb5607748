import Foundation
import Sandbox
import Testing

@Suite("Removal is immediate", .serialized)
struct RemovalTests {
    /// A body of several megabytes, so that a request is open for long.
    private func stage(_ fault: SandboxFault) async throws -> Stage {
        let stage = try await Stage()
        try stage.writeProfiles(25_000)
        try await stage.prepare(map: [
            "--first-name", "First", "--last-name", "Last", "--city", "City", "--post-code", "Post",
        ])
        try await stage.consent()
        await stage.sendGrid.inject(fault)
        return stage
    }

    private func waitForUpsert(_ stage: Stage, _ condition: @Sendable (RecordedRequest) -> Bool) async throws {
        for _ in 0..<3000 {
            if let request = await stage.upserts().first, condition(request) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the export never came that far")
    }

    /// The TCP sockets of this machine whose other end is `port`, as the kernel lists them (proc(5), /proc/net/tcp).
    ///
    /// The list is put together over several reads while sockets come and go, and may lack one: it is read five times.
    private func openSockets(to port: Int) async throws -> [String] {
        let digits = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        var found: [String] = []
        for _ in 0..<5 {
            let list = try await Program.run(["/proc/net/tcp", "/proc/net/tcp6"], executable: "/bin/cat")
            found += list.output.split(separator: "\n").map(String.init).filter { line in
                line.split(separator: " ").dropFirst(2).first?.hasSuffix(suffix) == true
            }
        }
        return found
    }

    @Test("in the middle of a request's body: from another process, nothing arrives once remove has returned")
    func midBody() async throws {
        let stage = try await stage(SandboxFault(.slowRead(bytesPerSecond: 200_000)))
        let export = try stage.start("export", "run", "d1")
        try await waitForUpsert(stage) { $0.bytesReceived > 100_000 }
        #expect(try await !openSockets(to: stage.sendGrid.port).isEmpty, "the sockets are found while they are open")
        let removal = try await stage.waybill("destination", "remove", "d1", "--as", "anna").json()
        #expect(removal["aborted_requests"] as? Int == 1)
        // No socket towards SendGrid is left, in no state: not even one that still sends what its buffer holds.
        #expect(try await openSockets(to: stage.sendGrid.port).isEmpty)

        let result = await export.wait()
        #expect(result.status == 77)
        #expect(try result.errorCode() == "destination-removed")
        #expect(result.errors.contains("removed by anna at 20"))

        let request = try #require(await stage.upserts().first)
        #expect(!request.completed && request.bytesReceived < 3_000_000)
        #expect(await stage.sendGrid.state().contacts.isEmpty)
        let outcome = try #require(try await stage.entries("transfer.outcome").first)
        #expect(outcome["status"] as? String == "aborted")
        let types = try await stage.entries().compactMap { $0["type"] as? String }
        let removed = try #require(types.firstIndex(of: "destination.removed"))
        #expect(!types[removed...].contains("transfer.intent"))
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("while an answer is awaited: the export ends at once, and says who removed the destination")
    func whileWaiting() async throws {
        let stage = try await stage(SandboxFault(.hangBeforeResponse(seconds: 60), method: "PUT"))
        let export = try stage.start("export", "run", "d1")
        try await waitForUpsert(stage) { $0.completed }
        let clock = ContinuousClock.now
        try await stage.waybill("destination", "remove", "d1", "--as", "anna")
        let result = await export.wait()
        #expect(result.status == 77)
        #expect(ContinuousClock.now - clock < .seconds(30), "it waited for SendGrid")
        #expect(await stage.upserts().count == 1)
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("the sealed key's bytes are in no file of the store any more")
    func keyIsGone() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(10)
        try await stage.prepare()
        let query = "SELECT hex(box) FROM secrets WHERE field = 'api_key'"
        let row = try await Program.run(
            [
                "python3", "-c",
                "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone())",
                stage.home + "/waybill.sqlite", query,
            ], executable: "/usr/bin/env")
        let digits = Array(row.output.filter(\.isHexDigit))
        let envelope = Data(
            stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) })
        try #require(envelope.count > 113)
        // The wrapped key, and the sealed bytes with their tag: each by itself would be too much.
        let pieces = [envelope.subdata(in: 13..<53), envelope.suffix(40)]
        func holders() -> [String] {
            ["waybill.sqlite", "waybill.sqlite-wal"].filter { name in
                guard let bytes = FileManager.default.contents(atPath: stage.home + "/" + name) else { return false }
                return pieces.contains { bytes.range(of: $0) != nil }
            }
        }
        #expect(!holders().isEmpty, "the bytes are found while they are there")
        try await stage.waybill("destination", "remove", "d1", "--as", "anna")
        #expect(holders().isEmpty)
        let sealed = try #require(try await stage.entries("secret.sealed").first)
        let destroyed = try #require(try await stage.entries("secret.destroyed").first)
        #expect(destroyed["envelope_sha256"] as? String == sealed["envelope_sha256"] as? String)
        try await stage.close()
    }

    @Test("removal needs no SendGrid: it works while nothing answers")
    func withoutSendGrid() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(10)
        try await stage.prepare()
        try await stage.close()
        let first = try await stage.waybill("destination", "remove", "d1", "--as", "anna").json()
        let second = try await stage.waybill("destination", "remove", "d1", "--as", "anna").json()
        #expect(first["index"] as? Int == second["index"] as? Int, "removing again changes nothing")
    }

    @Test("kill -9 in the middle of a request: the next export closes the open intent as unknown, and goes on")
    func killed() async throws {
        let stage = try await stage(SandboxFault(.hangBeforeResponse(seconds: 60), method: "PUT", count: 1))
        let export = try stage.start("export", "run", "d1")
        try await waitForUpsert(stage) { $0.completed }
        kill(export.process.processIdentifier, SIGKILL)
        _ = await export.wait()
        let open = try await stage.waybill("log", "verify").json()
        #expect((open["open_intents"] as? [Int])?.count == 1)

        let report = try await stage.waybill("export", "run", "d1").json()
        #expect(report["state"] as? String == "completed")
        let outcomes = try await stage.entries("transfer.outcome")
        #expect(outcomes.first?["status"] as? String == "unknown")
        #expect(outcomes.first?["reason"] as? String == "process-ended")
        let states = try await stage.entries("export.finished").compactMap { $0["state"] as? String }
        #expect(states == ["interrupted", "completed"])
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("interrupted by a signal: the open request is concluded, the export ended, status 75")
    func interrupted() async throws {
        let stage = try await stage(SandboxFault(.hangBeforeResponse(seconds: 60), method: "PUT", count: 1))
        let export = try stage.start("export", "run", "d1")
        try await waitForUpsert(stage) { $0.completed }
        kill(export.process.processIdentifier, SIGINT)
        let result = await export.wait()
        #expect(result.status == 75, "\(result.output)\(result.errors)")
        #expect(try result.errorCode() == "interrupted")
        let stopped = try #require(try result.json()["stopped"] as? [String: Any])
        #expect(stopped["export"] as? String == "e1" && stopped["state"] as? String == "interrupted")
        let counts = try #require(stopped["counts"] as? [String: Int])
        #expect(counts["sent"] == (counts["accepted"] ?? 0) + (counts["refused"] ?? 0) + (counts["unknown"] ?? 0))
        #expect(result.errors.contains("export e1 ended as interrupted"))
        #expect(try await stage.entries("transfer.outcome").first?["status"] as? String == "aborted")
        #expect(try await stage.entries("export.finished").first?["state"] as? String == "interrupted")
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("two exports to one destination do not run at once")
    func exclusive() async throws {
        let stage = try await stage(SandboxFault(.hangBeforeResponse(seconds: 60), method: "PUT", count: 1))
        let export = try stage.start("export", "run", "d1")
        try await waitForUpsert(stage) { $0.completed }
        #expect(try await stage.waybill("export", "run", "d1", status: 75).errorCode() == "export-running")
        try await stage.waybill("destination", "remove", "d1", "--as", "anna")
        #expect(await export.wait().status == 77)
        try await stage.close()
    }
}
