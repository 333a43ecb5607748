import Foundation
import Sandbox
import Testing

@Suite("Rejected and refused rows are kept for their export")
struct KeptRowsTests {
    /// Twenty profiles, of which two are rejected: one for a flag, one for its address.
    private func prepared(_ count: Int = 20) async throws -> Stage {
        let stage = try await Stage()
        try stage.writeProfiles(count)
        let path = stage.path("profiles.csv")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try stage.write(text.replacing("Person.3@Example.com", with: "no address"), to: "profiles.csv")
        try await stage.prepare()
        try await stage.consent()
        return stage
    }

    private func rows(_ stage: Stage, _ export: String = "e1") async throws -> [[String: Any]] {
        let kept = try await stage.waybill("export", "rejections", export).json()
        return try #require(kept["rows"] as? [[String: Any]])
    }

    @Test("each has kind, file, line, field and reason, as JSON, as CSV and in words, and nothing of the profile")
    func kinds() async throws {
        let stage = try await prepared()
        await stage.sendGrid.inject(SandboxFault(.jobErrors(1), count: 1))
        try await stage.waybill("export", "run", "d1", status: 2)
        let kept = try await stage.waybill("export", "rejections", "e1")
        let report = try kept.json()
        #expect(report["rejected"] as? Int == 2 && report["refused"] as? Int == 1)
        #expect(report["truncated"] as? Bool == false && report["limit"] as? Int == 1000)
        let rows = try #require(report["rows"] as? [[String: Any]])
        #expect(rows.map { $0["kind"] as? String } == ["rejected", "rejected", "refused"])
        #expect(rows.compactMap { $0["line"] as? Int }.prefix(2) == [5, 9])
        #expect(rows.compactMap { $0["reason"] as? String }.prefix(2) == ["invalid_email", "do_not_contact"])
        #expect(rows[0]["field"] as? String == "email" && rows[0]["row"] as? Int == 4)
        #expect(rows.allSatisfy { $0["file"] as? String == stage.path("profiles.csv") })

        let csv = try await stage.words("export", "rejections", "e1", "--csv").output
        let lines = csv.components(separatedBy: "\r\n")
        try #require(lines.count == 5)
        #expect(lines[0] == "kind,source,row,file,line,field,reason" && lines[4].isEmpty)
        #expect(lines[1] == "rejected,customers,4,\(stage.path("profiles.csv")),5,email,invalid_email")
        let words = try await stage.words("export", "rejections", "e1").output
        #expect(words.contains("customers: \(stage.path("profiles.csv"))"))
        for text in [kept.output, csv, words] {
            #expect(!text.contains("@") && !text.contains("Person") && !text.contains("no address"))
        }
        try await stage.waybill("export", "rejections", "e1", "--csv", status: 64)
        #expect(try await stage.waybill("export", "rejections", "e9", status: 78).errorCode() == "unknown-export")
        try await stage.close()
    }

    @Test("a thousand of each kind are kept, and it is said that there were more")
    func bound() async throws {
        let stage = try await Stage()
        var text = "CustomerId,Email\n"
        for index in 0..<1200 { text += "c\(index),\(index < 1100 ? "nothing" : "p\(index)@example.com")\n" }
        try stage.write(text, to: "profiles.csv")
        try await stage.prepare(rule: "CustomerId is not null")
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        let kept = try await stage.waybill("export", "rejections", "e1").json()
        #expect((kept["rows"] as? [Any])?.count == 1000)
        #expect(kept["rejected"] as? Int == 1100 && kept["truncated"] as? Bool == true)
        let words = try await stage.words("export", "rejections", "e1", "--csv")
        #expect(words.errors.contains("these are not all (1100 rejected, 0 refused): at most 1000 of each kind"))
        try await stage.close()
    }

    @Test(
        "they are there of an export that was stopped, that waits, or whose process was killed; resuming doubles none")
    func stopped() async throws {
        let stage = try await prepared(30)
        await stage.sendGrid.inject(SandboxFault(.jobErrors(2), count: 1))
        await stage.sendGrid.inject(SandboxFault(.jobNeverFinishes, count: 1))
        try await stage.waybill("export", "run", "d1", "--batch-size", "10", "--job-seconds", "1", status: 75)
        let before = try await rows(stage)
        #expect(before.map { $0["kind"] as? String } == ["rejected", "rejected", "refused", "refused"])
        await stage.sendGrid.clearFaults()
        try await stage.waybill("export", "resume", "e1", "--job-seconds", "1", status: 2)
        #expect(try await rows(stage) as NSArray == before as NSArray)

        await stage.sendGrid.inject(SandboxFault(.status(401), method: "PUT", count: 1))
        try await stage.waybill("export", "run", "d1", "--full", status: 78)
        #expect(try await rows(stage, "e2").count == 2)

        await stage.sendGrid.inject(SandboxFault(.hangBeforeResponse(seconds: 30), method: "PUT", count: 1))
        let intents = try await stage.entries("transfer.intent").count
        let running = try stage.start("export", "run", "d1", "--full")
        while try await stage.entries("transfer.intent").count == intents {
            try #require(running.process.isRunning)
            try await Task.sleep(for: .milliseconds(50))
        }
        Foundation.kill(running.process.processIdentifier, SIGKILL)
        _ = await running.wait()
        let killed = try await stage.waybill("export", "rejections", "e3").json()
        #expect((killed["rows"] as? [Any])?.count == 2 && killed["rejected"] as? Int == nil)
        try await stage.close()
    }

    @Test("they are kept of the newest ten exports, and go with the destination; the log's counts stay")
    func retention() async throws {
        let stage = try await prepared()
        for _ in 0..<12 { try await stage.waybill("export", "run", "d1") }
        #expect(try await rows(stage, "e2").isEmpty)
        #expect(try await rows(stage, "e3").count == 2)
        #expect(try await rows(stage, "e12").count == 2)
        try await stage.waybill("destination", "remove", "d1", "--as", "anna")
        #expect(try await rows(stage, "e12").isEmpty)
        let kept = try await stage.waybill("export", "rejections", "e12").json()
        #expect(kept["rejected"] as? Int == 2 && kept["truncated"] as? Bool == true)
        try await stage.close()
    }

    @Test("export list and show have time, person and counts")
    func lists() async throws {
        let stage = try await prepared()
        try await stage.waybill("export", "run", "d1")
        try await stage.waybill("export", "run", "d1")
        await stage.sendGrid.inject(SandboxFault(.jobErrors(3), count: 1))
        try await stage.waybill("export", "run", "d1", "--full", status: 2)
        let listed = try await stage.array("export", "list")
        #expect(listed.map { ($0["counts"] as? [String: Int])?["accepted"] } == [18, 0, 15])
        #expect(listed.map { ($0["counts"] as? [String: Int])?["rejected"] } == [2, 2, 2])
        for export in listed {
            #expect(export["administrator"] as? String == "anna" && export["trigger"] as? String == "demand")
            let (started, ended) = (export["started"] as? String ?? "", export["ended"] as? String ?? "")
            #expect(started.hasSuffix("Z") && started.count == 20 && started <= ended)
            #expect(export["consent"] as? Int == (try await stage.worths().keys.first))
        }
        let shown = try await stage.waybill("export", "show", "e2").json()
        #expect(shown as NSDictionary == listed[1] as NSDictionary)
        let table = try await stage.words("export", "list").output
        #expect(table.contains("anna  18/0") && table.contains("anna  18/3"))
        #expect(table.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let words = try await stage.words("export", "show", "e1").output
        #expect(words.contains("a person, on demand, under the consent of anna (log index "))
        #expect(words.contains("waybill export rejections e1"))
        try await stage.close()
    }
}
