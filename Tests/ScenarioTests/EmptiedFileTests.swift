import Foundation
import Sandbox
import Testing

@Suite("Emptiness is not trusted: a file that had rows and has none now takes nobody off by itself")
struct EmptiedFileTests {
    private func rows(_ letter: String) -> String {
        (0..<10).map { "\"\(letter)\($0)\",\"\(letter)\($0)@example.com\"\n" }.joined()
    }

    private func model(_ files: [String], settings: String = "") -> String {
        let partitions = files.map { #"{"name":"\#($0)","location":"\#($0)"\#(settings)}"# }.joined(separator: ",")
        return #"{"name":"m","version":"1.0","entities":[{"$type":"LocalEntity","name":"Customer","attributes":["#
            + #"{"name":"CustomerId","dataType":"string"},{"name":"Email","dataType":"string"}],"#
            + #""partitions":[\#(partitions)]}]}"#
    }

    private static let header = #","fileFormatSettings":{"columnHeaders":true}"#

    private func stage(hasHeader: Bool = false) async throws -> Stage {
        let stage = try await Stage()
        let settings = hasHeader ? Self.header : ""
        try stage.write(model(["a.csv", "b.csv", "c.csv"], settings: settings), to: "model.json")
        for letter in ["a", "b", "c"] {
            try stage.write((hasHeader ? "CustomerId,Email\n" : "") + rows(letter), to: "\(letter).csv")
        }
        try await stage.enroll()
        try await stage.waybill("source", "add", "customers", "--cdm", stage.folder.path)
        try await stage.waybill("segment", "add", "all", "--source", "customers", "--where", "Email is not null")
        try await stage.waybill(
            "destination", "connect", "sendgrid", "--name", "N", "--list-id", stage.configuration.lists[0].id,
            "--api-key-file", "-", "--base-url", stage.sendGrid.baseURL, "--as", "anna",
            input: stage.configuration.apiKey)
        try await stage.waybill("destination", "map", "d1", "--email", "Email", "--as", "anna")
        try await stage.waybill("destination", "segments", "d1", "all", "--as", "anna")
        try await stage.consent()
        let counts = try await stage.waybill("export", "run", "d1").json()["counts"] as? [String: Any]
        #expect(counts?["sent"] as? Int == 30)
        return stage
    }

    @Test(
        "an emptied partition stops the export, and goes on stopping it, until it is said to be meant",
        arguments: [
            "0 bytes", "gone", "header alone", "0 bytes and no header",
        ])
    func partition(how: String) async throws {
        let stage = try await stage(hasHeader: how.contains("header"))
        switch how {
        case "gone": try stage.write(model(["a.csv", "c.csv"]), to: "model.json")
        case "header alone": try stage.write("CustomerId,Email\n", to: "b.csv")
        default: try stage.write("", to: "b.csv")
        }
        let plan = try await stage.waybill("export", "plan", "d1").json()
        #expect(plan["refused_by"] as? String == "files-emptied")
        for _ in 0..<2 {
            let refused = try await stage.waybill("export", "run", "d1", status: 77)
            #expect(try refused.errorCode() == "files-emptied")
            #expect(refused.errors.contains("b.csv") && refused.errors.contains("--allow-removals"))
        }
        #expect(await stage.sendGrid.state().requests.allSatisfy { $0.method != "DELETE" })
        let counts =
            try await stage.waybill("export", "run", "d1", "--allow-removals").json()["counts"] as? [String: Any]
        #expect(counts?["removed"] as? Int == 10)
        try await stage.waybill("export", "run", "d1")
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test(
        "a list of members that was emptied stops the export like a source; rows of blanks are none",
        arguments: ["CustomerId\n", "", "CustomerId\n \n \n"])
    func members(text: String) async throws {
        let stage = try await stage()
        try stage.write("CustomerId\n" + (0..<10).map { "b\($0)\n" }.joined(), to: "vip.csv")
        try await stage.waybill("segment", "add", "vip", "--source", "customers", "--members", stage.path("vip.csv"))
        try await stage.waybill("segment", "add", "a", "--source", "customers", "--where", #"Email starts with "a""#)
        try await stage.waybill("destination", "segments", "d1", "a", "vip", "--as", "anna")
        try await stage.consent()
        try await stage.waybill("export", "run", "d1", "--allow-removals")
        try stage.write(text, to: "vip.csv")
        let refused = try await stage.waybill("export", "run", "d1", status: 77)
        #expect(try refused.errorCode() == "files-emptied" && refused.errors.contains("segment vip"))
        let counts =
            try await stage.waybill("export", "run", "d1", "--allow-removals").json()["counts"] as? [String: Any]
        #expect(counts?["removed"] as? Int == 10)
        try await stage.close()
    }

    @Test("an export that was interrupted has not blessed what is empty, and its next run is held against its start")
    func interrupted() async throws {
        let stage = try await stage()
        try stage.write(rows("d"), to: "d.csv")
        try stage.write(model(["a.csv", "b.csv", "c.csv", "d.csv"]), to: "model.json")
        await stage.sendGrid.inject(SandboxFault(.jobNeverFinishes, count: 1))
        await stage.sendGrid.inject(SandboxFault(.hangBeforeResponse(seconds: 30), method: "GET", count: 1, skip: 1))
        let running = try stage.start("export", "run", "d1", "--batch-size", "5")
        for _ in 0..<600 where await stage.upserts().count < 3 { try await Task.sleep(for: .milliseconds(50)) }
        Foundation.kill(running.process.processIdentifier, SIGKILL)
        _ = await running.wait()
        await stage.sendGrid.clearFaults()
        for name in ["b.csv", "d.csv"] { try stage.write("", to: name) }
        let refused = try await stage.waybill("export", "run", "d1", "--job-seconds", "1", status: 77)
        #expect(try refused.errorCode() == "files-emptied")
        #expect(refused.errors.contains("b.csv") && refused.errors.contains("d.csv"), "\(refused.errors)")
        try await stage.close()
    }

    @Test("a scheduled export is stopped as well, and goes on once the file is whole again")
    func scheduled() async throws {
        let stage = try await stage()
        try await stage.waybill("destination", "schedule", "d1", "--on-refresh", "--as", "anna")
        try stage.write("", to: "b.csv")
        let server = try stage.start("serve", "--interval", "0.2", "--settle", "0")
        for _ in 0..<300 where try await stage.entries("transfer.refused").isEmpty {
            try await Task.sleep(for: .milliseconds(100))
        }
        try stage.write(rows("b") + "\"b10\",\"b10@example.com\"\n", to: "b.csv")
        for _ in 0..<300 where try await stage.entries("export.finished").count < 2 {
            try await Task.sleep(for: .milliseconds(100))
        }
        Foundation.kill(server.process.processIdentifier, SIGTERM)
        let result = await server.wait()
        let events = try result.lines()
        #expect(events.contains { $0["event"] as? String == "refused" && $0["state"] as? String == "files-emptied" })
        #expect((events.last?["counts"] as? [String: Any])?["new"] as? Int == 1, "\(events)")
        #expect(await stage.sendGrid.state().requests.allSatisfy { $0.method != "DELETE" })
        try await stage.close()
    }
}
