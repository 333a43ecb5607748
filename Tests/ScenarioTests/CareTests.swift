import Foundation
import Sandbox
import Testing

/// Slips, wrong files and missing keys, as people meet them.
@Suite("Scenario: what goes wrong in use")
struct CareTests {
    @Test("a destination is removed at once without the key file, and the log says so when the key is back")
    func removalWithoutKey() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        let key = stage.home + "/waybill.key"
        try FileManager.default.moveItem(atPath: key, toPath: stage.path("away.key"))
        let removed = try await stage.waybill("destination", "remove", "d1", "--as", "anna").json()
        #expect(removed["state"] as? String == "removed" && removed["index"] is NSNull || removed["index"] == nil)
        // Reading works meanwhile, and the removal cannot be undone by it.
        let shown = try await stage.waybill("destination", "show", "d1").json()
        #expect(shown["state"] as? String == "removed")
        try await stage.verifyLog()
        try FileManager.default.moveItem(atPath: stage.path("away.key"), toPath: key)
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == "destination-removed")
        let entries = try await stage.waybill("log", "list").output.split(separator: "\n").map(String.init)
        let removal = try #require(entries.firstIndex { $0.contains("destination.removed") })
        #expect(entries[removal].contains("removed_at"))
        #expect(entries[(removal + 1)...].contains { $0.contains("secret.destroyed") })
        #expect(!entries[removal...].contains { $0.contains("transfer.intent") })
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("a column that no source has is refused when it is matched, before anybody signs")
    func wrongColumn() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(5)
        try await stage.prepare()
        let map = ["destination", "map", "d1", "--as", "anna", "--email"]
        #expect(try await stage.waybill(map + ["Emial"], status: 65).errorCode() == "missing-column")
        let flag = try await stage.waybill(map + ["Email", "--do-not-contact", "Nope"], status: 65)
        #expect(try flag.errorCode() == "missing-column")
        let add = ["source", "add", "again", "--csv", stage.path("profiles.csv"), "--id"]
        #expect(try await stage.waybill(add + ["Nope"], status: 65).errorCode() == "missing-column")
        try await stage.waybill(add + ["CustomerId"])
        try await stage.close()
    }

    @Test("a question that cannot be meant so is no answer that nothing was found")
    func wrongQuestions() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        for text in ["notanaddress", "", "a@b"] {
            let found = try await stage.waybill("log", "subject", "-", input: text, status: 65)
            #expect(try found.errorCode() == "no-address")
        }
        #expect(try await stage.waybill("log", "list", "--type", "bogus", status: 64).errorCode() == "unknown-choice")
        for filter in [["--destination", "d99"], ["--export", "e99"]] {
            let result = try await stage.waybill(["log", "list"] + filter, status: 78)
            #expect(!result.output.isEmpty)
        }
        try await stage.close()
    }

    @Test("a file of another log, or of none, is said to be that, and not that the log is broken")
    func otherLog() async throws {
        let (stage, other) = (try await Stage(), try await Stage())
        try await stage.enroll()
        try await other.enroll()
        let checkpoint = try await other.waybill("log", "checkpoint")
        try stage.write(try #require(try checkpoint.json()["checkpoint"] as? String), to: "other")
        try stage.write("waybill/", to: "torn")
        let verify = ["log", "verify", "--since"]
        #expect(try await stage.waybill(verify + [stage.path("other")], status: 78).errorCode() == "other-log")
        #expect(try await stage.waybill(verify + [stage.path("torn")], status: 65).errorCode() == "no-checkpoint")
        try await stage.close()
        try await other.close()
    }

    @Test("one key is one person: it cannot be enrolled again, under another name or after it was retired")
    func oneKey() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        let again = ["admin", "enroll", "bo", "--key", stage.path("anna.pub")]
        #expect(try await stage.waybill(again, status: 64).errorCode() == "key-enrolled")
        try await stage.waybill("admin", "retire", "anna")
        #expect(try await stage.waybill(again, status: 64).errorCode() == "key-enrolled")
        try await stage.close()
    }

    @Test("a plan says what would be refused, and how many profiles each segment and two of them have")
    func plan() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(40)
        try await stage.prepare()
        try await stage.waybill(
            "segment", "add", "tiers", "--source", "customers", "--where", "Tier in (\"0\", \"1\")")
        try await stage.waybill("destination", "segments", "d1", "everybody", "tiers", "--as", "anna")
        var plan = try await stage.waybill("export", "plan", "d1").json()
        #expect(plan["refused_by"] as? String == "no-consent")
        let members = try #require(plan["members"] as? [String: Int])
        let overlaps = try #require(plan["overlaps"] as? [[String: Any]])
        let counted = try await stage.waybill("segment", "overlap", "everybody", "tiers").json()
        #expect(counted["members"] as? [String: Int] == members)
        #expect(
            overlaps.first?["profiles"] as? Int == (counted["overlaps"] as? [[String: Any]])?.first?["profiles"] as? Int
        )
        try await stage.consent()
        plan = try await stage.waybill("export", "plan", "d1").json()
        #expect(plan["refused_by"] == nil || plan["refused_by"] is NSNull)
        try await stage.close()
    }

    @Test("a preview is masked; who sees the values is on the log")
    func preview() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(120)
        try await stage.prepare()
        let masked = try await stage.waybill("segment", "preview", "everybody")
        let profiles = try #require(try masked.json()["profiles"] as? [[Any]])
        #expect(!profiles.isEmpty && profiles.count <= 100)
        #expect(!masked.output.contains("Example.com") && !masked.output.contains("Malm"))
        try await stage.waybill("segment", "preview", "everybody", "--reveal", status: 64)
        #expect(
            try await stage.waybill("segment", "preview", "everybody", "--reveal", "--as", "nobody", status: 78)
                .errorCode() == "unknown-administrator")
        let revealed = try await stage.waybill("segment", "preview", "everybody", "--reveal", "--as", "anna")
        #expect(revealed.output.contains("Person.0@Example.com"))
        let entries = try await stage.waybill("log", "list", "--type", "profiles.revealed").output
        #expect(entries.split(separator: "\n").count == 1 && entries.contains("\"actor\":\"anna\""))
        #expect(!entries.contains("Person"))
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("a segment comes from Customer Insights' own JSON, and selects what its rule selects")
    func definition() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(60)
        try await stage.prepare()
        try stage.write(
            """
            {"name":"se","friendlyName":"Swedes","segmentQueryExpression":{"type":"structured","rowsets":[
              {"rowsetOperation":"none","criteria":{"logicalOperator":"and","childCriterias":[
                {"attribute":"Country","comparisonOperator":"equals","value":"se","ignoreCase":true},
                {"attribute":"lifetime_value","comparisonOperator":"greaterThan","value":"9.5"}]}},
              {"rowsetOperation":"except","criteria":{"attribute":"Tier","comparisonOperator":"isIn","listOfValues":["2"]}}]}}
            """, to: "segment.json")
        let add = ["segment", "add", "--source", "customers"]
        let imported = try await stage.waybill(add + ["imported", "--definition", stage.path("segment.json")]).json()
        let rule = try #require(imported["rule"] as? String)
        let written = try await stage.waybill(add + ["written", "--where", rule]).json()
        #expect(imported["members"] as? Int == written["members"] as? Int && (written["members"] as? Int ?? 0) > 0)
        try stage.write(
            #"{"type":"structured","rowsets":[{"rowsetOperation":"none","criteria":{"attribute":"Parent","comparisonOperator":"childOf","value":"x"}}]}"#,
            to: "hierarchy.json")
        let refused = try await stage.waybill(
            add + ["refused", "--definition", stage.path("hierarchy.json")], status: 65)
        #expect(try refused.errorCode() == "bad-segment-definition")
        #expect(refused.output.contains("childOf") && refused.output.contains("rowsets[0].criteria"))
        try await stage.close()
    }

    @Test("a port that is taken, and one that is none, are said to be so")
    func ports() async throws {
        let stage = try await Stage()
        let taken = try #require(URL(string: stage.sendGrid.baseURL)?.port)
        #expect(
            try await stage.waybill("sandbox", "--port", "\(taken)", status: 73).errorCode() == "sandbox-cannot-bind")
        try await stage.waybill("sandbox", "--port", "99999", status: 64)
        try await stage.close()
    }

    @Test("a folder that holds something of a workspace's names is left as it is")
    func takenNames() async throws {
        let stage = try await Stage()
        let folder = stage.path("mine")
        try FileManager.default.createDirectory(atPath: folder + "/policies", withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: URL(filePath: folder + "/policies/note"))
        let result = try await Program.run(["init", "--home", folder, "--json"])
        #expect(result.status == 73)
        #expect(FileManager.default.contents(atPath: folder + "/policies/note") == Data("mine".utf8))
        try await stage.close()
    }
}
