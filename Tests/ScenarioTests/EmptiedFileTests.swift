import Foundation
import Sandbox
import Testing

@Suite("Emptiness is not trusted: a file that had rows and has none now takes nobody off by itself")
struct EmptiedFileTests {
    private func rows(_ letter: String) -> String {
        (0..<10).map { "\"\(letter)\($0)\",\"\(letter)\($0)@example.com\"\n" }.joined()
    }

    private func model(_ files: [String]) -> String {
        let partitions = files.map { #"{"name":"\#($0)","location":"\#($0)"}"# }.joined(separator: ",")
        return #"{"name":"m","version":"1.0","entities":[{"$type":"LocalEntity","name":"Customer","attributes":["#
            + #"{"name":"CustomerId","dataType":"string"},{"name":"Email","dataType":"string"}],"#
            + #""partitions":[\#(partitions)]}]}"#
    }

    private func stage() async throws -> Stage {
        let stage = try await Stage()
        try stage.write(model(["a.csv", "b.csv", "c.csv"]), to: "model.json")
        for letter in ["a", "b", "c"] { try stage.write(rows(letter), to: "\(letter).csv") }
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
            "0 bytes", "gone",
        ])
    func partition(how: String) async throws {
        let stage = try await stage()
        if how == "gone" {
            try stage.write(model(["a.csv", "c.csv"]), to: "model.json")
        } else {
            try stage.write("", to: "b.csv")
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
}
