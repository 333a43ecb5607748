import Foundation
import Sandbox
import Testing

@Suite("Sources and lists as people have them, through the real program")
struct RealSourceTests {
    private func gzip(_ name: String, _ stage: Stage) async throws {
        let made = try await Program.run(["gzip", stage.path(name)], executable: "/usr/bin/env")
        try #require(made.status == 0, "\(made.errors)")
    }

    private func connect(_ stage: Stage, rule: String = "Email is not null", _ source: String...) async throws {
        try await stage.waybill(["source", "add", "customers"] + source)
        try await stage.waybill("segment", "add", "all", "--source", "customers", "--where", rule)
        try await stage.waybill(
            "destination", "connect", "sendgrid", "--name", "N", "--list-id", stage.configuration.lists[0].id,
            "--api-key-file", "-", "--base-url", stage.sendGrid.baseURL, "--as", "anna",
            input: stage.configuration.apiKey)
        try await stage.waybill("destination", "map", "d1", "--email", "Email", "--as", "anna")
        try await stage.waybill("destination", "segments", "d1", "all", "--as", "anna")
    }

    private func export(_ stage: Stage) async throws -> Set<String> {
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        try await stage.verifyLog()
        return Set(await stage.sendGrid.state().contacts.keys)
    }

    @Test("a gzip'd CSV file and a gzip'd list of members are exported, flags, quoted line breaks and doubles included")
    func gzipped() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        try stage.write(
            "CustomerId,Email,Note,DoNotEmail\n1,a@example.com,\"x\ny\",\n2,b@example.com,,true\n3,c@example.com,,\n"
                + "4,C@example.com,\"z\n\",\n5,e@example.com,,\n", to: "profiles.csv")
        try stage.write((1...4).map { "{\"CustomerId\":\"\($0)\"}\n" }.joined(), to: "members.ndjson")
        try await gzip("profiles.csv", stage)
        try await gzip("members.ndjson", stage)
        try await connect(stage, "--csv", stage.path("profiles.csv.gz"))
        try await stage.waybill(
            "segment", "add", "some", "--source", "customers", "--members", stage.path("members.ndjson.gz"))
        try await stage.waybill("destination", "segments", "d1", "some", "--as", "anna")
        let plan = try await stage.waybill("export", "plan", "d1").json()
        #expect(plan["rejected_by"] as? [String: Int] == ["do_not_contact": 1, "duplicate_email": 1])
        let rejections = try #require(plan["rejections"] as? [[String: Any]])
        #expect(rejections.first { $0["reason"] as? String == "duplicate_email" }?["line"] as? Int == 6)
        #expect(try await export(stage) == ["a@example.com", "c@example.com"])
        try await stage.close()
    }

    @Test("a gzip'd source that is cut, damaged or has something behind it stops everything, and says so")
    func damagedGzip() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(200)
        try await gzip("profiles.csv", stage)
        let whole = try #require(FileManager.default.contents(atPath: stage.path("profiles.csv.gz")))
        try await stage.enroll()
        try await connect(stage, "--csv", stage.path("profiles.csv.gz"))
        try await stage.consent()
        var damaged = whole
        damaged[damaged.count - 6] ^= 1
        for (bytes, word) in [
            (whole.prefix(whole.count / 2), "middle"), (damaged, "damaged"), (whole + Data("more".utf8), "behind"),
        ] {
            try bytes.write(to: stage.folder.appending(path: "profiles.csv.gz"))
            for command in [["source", "check", "customers"], ["export", "run", "d1"]] {
                let result = try await stage.waybill(command, status: 65)
                #expect(try result.errorCode() == "unreadable-source" && result.errors.contains(word))
            }
        }
        #expect(await stage.upserts().isEmpty)
        try await stage.close()
    }

    @Test("semicolons and tabs are asked about, stated, and used in lists of members too")
    func delimiters() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        try stage.write("CustomerId;Email;Ort\n1;a@example.com;Ö\n2;b@example.com;\"X; Y\"\n", to: "p.csv")
        let asked = try await stage.waybill("source", "add", "x", "--csv", stage.path("p.csv"), status: 65)
        #expect(try asked.errorCode() == "delimiter-unclear" && asked.errors.contains("--delimiter ';'"))
        try await connect(stage, "--csv", stage.path("p.csv"), "--delimiter", ";")
        try stage.write("Since\tCustomerId\n2020\t2\n", to: "members.csv")
        let add = ["segment", "add", "some", "--source", "customers", "--members", stage.path("members.csv")]
        for spelling in ["tab", "\\t", "\t"] {
            let added = try await stage.waybill(add + ["--delimiter", spelling]).json()
            #expect(added["members"] as? Int == 1)
        }
        #expect(try await export(stage) == ["a@example.com", "b@example.com"])
        for arguments in [["--delimiter", "ab"], ["--delimiter", "\""], ["--delimiter", ""]] {
            try await stage.waybill(["source", "add", "y", "--csv", stage.path("p.csv")] + arguments, status: 64)
        }
        try await stage.close()
    }

    @Test("Excel's unnamed columns are noted and read; UTF-16 is named with the command that converts it")
    func excel() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        try stage.write("CustomerId,Email,,\n1,a@example.com,,\n", to: "p.csv")
        let added = try await stage.waybill("source", "add", "y", "--csv", stage.path("p.csv"))
        #expect(try added.json()["fields"] as? [String] == ["CustomerId", "Email"])
        #expect((try added.json()["warnings"] as? [String])?.first?.contains("2 column(s)") == true)
        try await connect(stage, "--csv", stage.path("p.csv"))
        #expect(try await export(stage) == ["a@example.com"])
        try await stage.waybill("destination", "map", "d1", "--email", "", "--as", "anna", status: 65)
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian] {
            try #require("CustomerId,Email\n1,a@example.com\n".data(using: encoding))
                .write(to: stage.folder.appending(path: "wide.csv"))
            let wide = try await stage.waybill("source", "add", "w", "--csv", stage.path("wide.csv"), status: 65)
            #expect(try wide.errorCode() == "not-utf-8" && wide.errors.contains("iconv -f UTF-16"))
        }
        try await stage.close()
    }

    @Test("a folder with types nobody asks for and short rows is checked and exported; notes are shown")
    func folder() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        try stage.write(
            #"{"name":"m","version":"1.0","entities":[{"$type":"LocalEntity","name":"Other","attributes":"none"},"#
                + #"{"$type":"LocalEntity","name":"Customer","cdm:traits":[{"traitReference":"is.partition.format.CSV","#
                + #""arguments":[{"name":"raggedRight","value":true}]}],"attributes":[{"name":"CustomerId","dataType":"string"},"#
                + #"{"name":"Email","dataType":"unclassified"},{"name":"Born","dataType":"date"},{"name":"At","dataType":"time"},"#
                + #"{"name":"Odd","dataType":"geography"}],"partitions":[{"name":"1","location":"a.csv"}]}]}"#,
            to: "model.json")
        try stage.write("1,a@example.com,2001-02-03,10:30:00,?\n2,b@example.com\n3\n", to: "a.csv")
        try await connect(stage, "--cdm", stage.folder.path)
        let checked = try await stage.waybill("source", "check", "customers")
        #expect(try checked.json()["profiles"] as? Int == 3)
        #expect((try checked.json()["warnings"] as? [String])?.contains { $0.contains("geography") } == true)
        #expect(try await export(stage) == ["a@example.com", "b@example.com"])
        try stage.write("1,a@example.com,2001-02-03,10:30:00,?,more\n", to: "a.csv")
        try await stage.waybill("source", "check", "customers", status: 65)
        // A link to another place.
        try stage.write("1,x@example.com\n", to: "../outside-\(stage.folder.lastPathComponent).csv")
        try FileManager.default.removeItem(atPath: stage.path("a.csv"))
        try FileManager.default.createSymbolicLink(
            atPath: stage.path("a.csv"), withDestinationPath: "../outside-\(stage.folder.lastPathComponent).csv")
        let led = try await stage.waybill("export", "run", "d1", status: 65)
        #expect(led.errors.contains("a link leads out of"))
        try FileManager.default.removeItem(
            at: stage.folder.deletingLastPathComponent().appending(
                path: "outside-\(stage.folder.lastPathComponent).csv"))
        try await stage.close()
    }

    @Test("a folder may have more partitions than a shell lets a program open files; where nobody may, it is said")
    func manyPartitions() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        for part in 0..<200 { try stage.write("\(part),e\(part)@example.com\n", to: "p\(part).csv") }
        let partitions = (0..<200).map { #"{"name":"p\#($0)","location":"p\#($0).csv"}"# }.joined(separator: ",")
        try stage.write(
            #"{"name":"m","version":"1.0","entities":[{"$type":"LocalEntity","name":"Customer","attributes":[{"name":"#
                + #""CustomerId","dataType":"string"},{"name":"Email","dataType":"string"}],"partitions":[\#(partitions)]}]}"#,
            to: "model.json")
        try await stage.waybill("source", "add", "many", "--cdm", stage.folder.path)
        let script = #"ulimit "$2" 100 && exec "$0" source check many --home "$1" --json"#
        let check = ["-c", script, Program.path, stage.home]
        let soft = try await Program.run(check + ["-Sn"], executable: "/bin/sh")
        #expect(try soft.status == 0 && soft.json()["profiles"] as? Int == 200, "\(soft)")
        let hard = try await Program.run(check + ["-n"], executable: "/bin/sh")
        #expect(try hard.errorCode() == "unreadable-source" && hard.errors.contains("so many files"), "\(hard)")
        try await stage.close()
    }

    @Test("four thousand columns or entities are no trouble to any command; what they cost is measured on request")
    func wide() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        let names = (0..<4_000).map { "f\($0)" }.joined(separator: ",")
        try stage.write("CustomerId,Email,\(names)\n1,a@example.com,\(names)\n", to: "p.csv")
        let entities = (0..<4_000).map { #"{"$type":"LocalEntity","name":"E\#($0)","attributes":[{"name":"a"}]}"# }
        try stage.write(
            #"{"version":"1.0","entities":["# + entities.joined(separator: ",")
                + #",{"name":"Customer","attributes":[{"name":"CustomerId"},{"name":"Email"}]}]}"#, to: "model.json")
        try await connect(stage, "--csv", stage.path("p.csv"))
        try await stage.waybill("source", "check", "customers")
        try await stage.waybill("source", "list")
        try await stage.waybill("segment", "preview", "all")
        #expect(try await export(stage) == ["a@example.com"])
        try await stage.waybill("source", "add", "folder", "--cdm", stage.folder.path)
        try await stage.waybill("source", "check", "folder")
        let measured = try await stage.waybill("bench", "inputs", "--count", "500", "--folder", stage.folder.path)
            .json()
        #expect((measured["inputs"] as? [[String: Any]])?.count == 7)
        try await stage.close()
    }
}
