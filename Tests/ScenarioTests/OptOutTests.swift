import Foundation
import Sandbox
import Testing

extension Stage {
    /// Everything up to the point where only the consent is missing, with a source of the test's own.
    /// - Parameter source: `--ndjson FILE` and the like; `map`: what `destination map` is given, the address among it.
    @discardableResult
    func prepare(
        source: [String], rule: String = "CustomerId is not null", map: [String] = ["--email", "EMail"]
    ) async throws -> [String: Any] {
        try await enroll()
        let added = try await waybill(["source", "add", "customers"] + source).json()
        try await waybill("segment", "add", "everybody", "--source", "customers", "--where", rule)
        try await connect()
        try await waybill(["destination", "map", "d1", "--as", "anna"] + map)
        try await waybill("destination", "segments", "d1", "everybody", "--as", "anna")
        return added
    }

    @discardableResult
    func connect() async throws -> Program.Result {
        try await waybill(
            "destination", "connect", "sendgrid", "--name", "Newsletter @ Home", "--list-id",
            configuration.lists[0].id, "--api-key-file", "-", "--base-url", sendGrid.baseURL, "--as", "anna",
            input: configuration.apiKey + "\n")
    }

    /// Who is at SendGrid.
    func addresses() async -> Set<String> { Set(await sendGrid.state().contacts.keys) }

    /// Who is on the list.
    func listed() async -> Set<String> {
        let list = configuration.lists[0].id
        return Set(await sendGrid.state().contacts.filter { $0.value.listIDs.contains(list) }.keys)
    }

    /// Why profiles were rejected, by the last export or plan.
    func rejected(_ report: [String: Any]) -> [String: Int] { report["rejected_by"] as? [String: Int] ?? [:] }
}

@Suite("Scenario: who opted out never leaves")
struct OptOutTests {
    @Test("a flag counts in any object of an NDJSON file, in any spelling of its name, and of two the one that is set")
    func flagsInObjects() async throws {
        let stage = try await Stage()
        let spellings = [
            "DoNotEmail", "donotemail", "DO_NOT_EMAIL", "Do Not Email", " DoNotEmail", "DoNotEmail ", "do-not-email",
            "Do.Not.Email", "\u{FEFF}DoNotEmail", "Do\u{200B}NotEmail", "Do\u{A0}Not\u{2003}Email",
            "Do\u{2010}Not\u{2011}Email", "ＤｏＮｏｔＥｍａｉｌ", "D\\u006fNotEmail", "Do\\tNot\\nEmail", "DoNotBulkEMail",
            "do_not_contact", "[DoNotContact]", "DoNotEmaіl",
        ]
        var lines = [#"{"CustomerId":"1","EMail":"keep@example.com"}"#]
        for (index, name) in spellings.enumerated() {
            lines.append(#"{"CustomerId":"s\#(index)","EMail":"stop\#(index)@example.com","\#(name)":true}"#)
        }
        lines += [
            #"{"CustomerId":"2","EMail":"keep2@example.com","DoNotEmail":false,"DoNotContact":"0","do_not_email":null}"#,
            #"{"CustomerId":"3","EMail":"both@example.com","DoNotEmail":false,"do_not_email":true}"#,
            #"{"CustomerId":"4","EMail":"both2@example.com","DoNotEmail":true,"do_not_email":false,"DoNotContact":"n"}"#,
            #"{"DoNotContact":"\u0079es","CustomerId":"5","EMail":"escaped@example.com"}"#,
            #"{"DoNotContact":"\u004eo","CustomerId":"6","EMail":"keep3@example.com"}"#,
        ]
        try stage.write(lines.joined(separator: "\n") + "\n", to: "p.ndjson")
        try await stage.prepare(source: ["--ndjson", stage.path("p.ndjson")])
        try await stage.consent()
        let report = try await stage.waybill("export", "run", "d1").json()
        #expect(await stage.addresses() == ["keep@example.com", "keep2@example.com", "keep3@example.com"])
        #expect(stage.rejected(report) == ["do_not_contact": spellings.count + 3])
        #expect((report["warnings"] as? [String])?.isEmpty == true)
        try await stage.close()
    }

    @Test("a flag counts in objects and arrays of an NDJSON file's objects as well, however deep")
    func flagsWithin() async throws {
        let stage = try await Stage()
        let out = [
            #"{"preferences":{"DoNotEmail":true}"#, #"{"a":[1,{"b":{"do_not_contact":"yes"}}]"#,
            #"{"p":{"D\u006fNotEmail":1,"x":"\u0041"}"#, #"{"p":{"DoNotEmail":{"value":true}}"#,
            #"{"p":[[{"x":"\n","DoNotBulkEMail":"\u0079es"}],"\n"]"#,
            #"{"p":{"DoNotEmail":false},"q":{"DoNotEmail":true}"#,
        ]
        let kept = [
            #"{"p":{"DoNotEmail":false}"#, #"{"p":{"DoNotEmail":null,"x":true}"#, #"{"p":["DoNotEmail"]"#,
            #"{"p":"DoNotEmail","q":"{\"DoNotEmail\":true}""#, #"{"p":{"DoNotEmail":"\u006eo"}"#,
        ]
        let lines = (out + kept).enumerated()
            .map { "\($1),\"CustomerId\":\"\($0)\",\"EMail\":\"e\($0)@example.com\"}\n" }
        try stage.write(lines.joined(), to: "p.ndjson")
        try await stage.prepare(source: ["--ndjson", stage.path("p.ndjson")])
        try await stage.consent()
        let report = try await stage.waybill("export", "run", "d1").json()
        #expect(await stage.addresses() == Set((6...10).map { "e\($0)@example.com" }))
        #expect(stage.rejected(report) == ["do_not_contact": out.count])
        try await stage.close()
    }

    @Test("who opts out in a second row, in a segment or not, is taken off the list and sent no more")
    func secondRow() async throws {
        let stage = try await Stage()
        let head = "CustomerId,EMail,Country,DoNotEmail\n1,a@example.com,SE,\n2,b@example.com,SE,\n"
        try stage.write(head, to: "p.csv")
        try await stage.prepare(source: ["--csv", stage.path("p.csv")], rule: "Country == \"SE\"")
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.listed() == ["a@example.com", "b@example.com"])
        try stage.write(head + "3,A@example.com,DE,true\n", to: "p.csv")
        let report = try await stage.waybill("export", "run", "d1", "--allow-removals").json()
        #expect(stage.rejected(report) == ["do_not_contact": 1])
        #expect((report["counts"] as? [String: Any])?["removed"] as? Int == 1)
        #expect(await stage.listed() == ["b@example.com"])
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("a flag in a list of members counts; what merely looks like one there is warned about")
    func membersFlag() async throws {
        let stage = try await Stage()
        try stage.write("CustomerId,EMail\n1,a@example.com\n2,b@example.com\n3,c@example.com\n", to: "p.csv")
        try await stage.prepare(source: ["--csv", stage.path("p.csv")])
        try stage.write("CustomerId,DoNotEmail,HasOptedOut\n1,false,\n2,true,\n", to: "m.csv")
        let add = ["segment", "add", "some", "--source", "customers", "--members", stage.path("m.csv")]
        let added = try await stage.waybill(add).json()
        #expect(added["members"] as? Int == 1)
        #expect(
            (added["warnings"] as? [String])?.contains { $0.contains("segment some has a field 'HasOptedOut'") } == true
        )
        try await stage.waybill("destination", "segments", "d1", "some", "--as", "anna")
        try await stage.consent()
        let report = try await stage.waybill("export", "run", "d1").json()
        #expect((report["warnings"] as? [String])?.contains { $0.contains("'HasOptedOut'") } == true)
        #expect(await stage.addresses() == ["a@example.com"])
        try await stage.close()
    }

    @Test("a flag counts in any spelling of a CSV header, and of a Common Data Model attribute")
    func flagsInHeaders() async throws {
        let names = ["Do Not Email", " do_not_bulk_email", "DO-NOT-CONTACT"]
        let rows = "1,keep@example.com,,,\n2,a@example.com,yes,,\n3,b@example.com,,1,\n4,c@example.com,,,True\n"
        for isFolder in [false, true] {
            let stage = try await Stage()
            var source = ["--csv", stage.path("p.csv")]
            if isFolder {
                let attributes = (["CustomerId", "EMail"] + names)
                    .map { #"{"name":"\#($0)","dataType":"string"}"# }.joined(separator: ",")
                try stage.write(
                    #"{"name":"m","version":"1.0","entities":[{"$type":"LocalEntity","name":"Customer","attributes":[\#(attributes)],"partitions":[{"name":"p","location":"rows.csv"}]}]}"#,
                    to: "model.json")
                try stage.write(rows, to: "rows.csv")
                source = ["--cdm", stage.folder.path]
            } else {
                try stage.write("CustomerId,EMail,\(names.joined(separator: ","))\n" + rows, to: "p.csv")
            }
            try await stage.prepare(source: source)
            try await stage.consent()
            let report = try await stage.waybill("export", "run", "d1").json()
            #expect(await stage.addresses() == ["keep@example.com"])
            #expect(stage.rejected(report) == ["do_not_contact": 3])
            try await stage.close()
        }
    }

    @Test("a do-not-contact field of one's own counts in any spelling too, and an object without it is not out")
    func ownFlag() async throws {
        let stage = try await Stage()
        try stage.write(
            """
            {"CustomerId":"1","EMail":"keep@example.com"}
            {"CustomerId":"2","EMail":"a@example.com","Utskick, nej":"ja"}
            {"CustomerId":"3","EMail":"b@example.com","utskick_nej":1}
            {"CustomerId":"4","EMail":"keep2@example.com","Utskick, nej":"0"}
            {"CustomerId":"5","EMail":"c@example.com","Spa\u{308}rr":true}

            """, to: "p.ndjson")
        try await stage.prepare(
            source: ["--ndjson", stage.path("p.ndjson")],
            map: ["--email", "EMail", "--do-not-contact", "Utskick, nej", "--do-not-contact", "Sp\u{E4}rr"])
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.addresses() == ["keep@example.com", "keep2@example.com"])
        // Tomorrow nobody has the flag: renamed, or nobody is out? Nobody can tell, so it stops.
        try stage.write(#"{"CustomerId":"2","EMail":"a@example.com","avsagt":"ja"}"# + "\n", to: "p.ndjson")
        #expect(try await stage.waybill("export", "run", "d1", status: 65).errorCode() == "missing-column")
        #expect(await stage.addresses() == ["keep@example.com", "keep2@example.com"])
        try await stage.close()
    }

    @Test(
        "a flag that counts by its name stands in what is signed; where it is gone nothing is sent until somebody signs anew",
        arguments: ["csv", "ndjson"])
    func flagGone(format: String) async throws {
        let stage = try await Stage()
        let path = stage.path("p.\(format)")
        let isCSV = format == "csv"
        try stage.write(
            isCSV
                ? "CustomerId,EMail,Do Not Email\n1,keep@example.com,Nej\n2,stop@example.com,ja\n"
                : #"{"CustomerId":1,"EMail":"keep@example.com","Do Not Email":"Nej"}"# + "\n"
                    + #"{"CustomerId":2,"EMail":"stop@example.com","Do Not Email":"ja"}"# + "\n", to: "p.\(format)")
        try await stage.prepare(source: ["--\(format)", path])
        let shown = try await stage.waybill("destination", "show", "d1").json()
        #expect(shown["do_not_contact"] as? [String] == ["Do Not Email"])
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.addresses() == ["keep@example.com"])
        try stage.write(
            isCSV
                ? "CustomerId,EMail\n1,keep@example.com\n2,stop@example.com\n"
                : #"{"CustomerId":1,"EMail":"keep@example.com"}"# + "\n"
                    + #"{"CustomerId":2,"EMail":"stop@example.com"}"# + "\n", to: "p.\(format)")
        let gone = try await stage.waybill("export", "run", "d1", status: 65)
        #expect(try gone.errorCode() == "missing-column" && gone.errors.contains("which keeps people out"))
        // It is gone for good: choosing the segments again asks for another signature.
        try await stage.waybill("destination", "segments", "d1", "everybody", "--as", "anna")
        let unsigned = try await stage.waybill("export", "run", "d1", status: 77)
        #expect(try unsigned.errorCode() == "do-not-contact-changed")
        #expect(await stage.addresses() == ["keep@example.com"])
        try await stage.close()
    }

    @Test("a destination moves to a source with other names by way of no segments; what is refused ends nothing")
    func otherNames() async throws {
        let stage = try await Stage()
        try stage.write("CustomerId,EMail\n1,a@example.com\n", to: "a.csv")
        try stage.write("CustomerId,E-post\n1,b@example.com\n", to: "b.csv")
        try await stage.prepare(source: ["--csv", stage.path("a.csv")])
        try await stage.consent()
        try await stage.waybill("source", "add", "b", "--csv", stage.path("b.csv"))
        try await stage.waybill("segment", "add", "others", "--source", "b", "--where", "CustomerId is not null")
        let segments = ["destination", "segments", "d1", "--as", "anna"]
        let refused = try await stage.waybill(segments + ["others"], status: 65)
        #expect(refused.errors.contains("--none") && !refused.errors.contains("ends"))
        try await stage.waybill(segments + ["--none"])
        try await stage.waybill("destination", "map", "d1", "--email", "E-post", "--as", "anna")
        try await stage.waybill(segments + ["others"])
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.addresses() == ["b@example.com"])
        try await stage.waybill(segments, status: 64)
        try await stage.waybill(segments + ["others", "--none"], status: 64)
        try await stage.close()
    }

    @Test("a matched field that the first object lacks is there if any has it; one that none has is refused")
    func sparseFields() async throws {
        let stage = try await Stage()
        try stage.write(
            """
            {"CustomerId":"1","EMail":"a@example.com","First":"Anna","Country":"SE"}
            {"CustomerId":"2","EMail":"b@example.com"}

            """, to: "p.ndjson")
        try await stage.prepare(
            source: ["--ndjson", stage.path("p.ndjson")], rule: "Country is null or Country == \"SE\"",
            map: ["--email", "EMail", "--first-name", "First"])
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        // The same people, in another order: the field is that of the second object now.
        try stage.write(
            """
            {"CustomerId":"2","EMail":"b@example.com"}
            {"Country":"SE","First":"Anna","EMail":"a@example.com","CustomerId":"1"}
            {"First":"Bo","CustomerId":"3","EMail":"c@example.com"}

            """, to: "p.ndjson")
        let second = try await stage.waybill("export", "run", "d1").json()
        #expect((second["counts"] as? [String: Int])?["unchanged"] == 2)
        #expect((second["counts"] as? [String: Int])?["accepted"] == 1)
        try stage.write("{\"CustomerId\":\"2\",\"EMail\":\"b@example.com\",\"Fist\":\"B\"}\n", to: "p.ndjson")
        for verb in ["plan", "run"] {
            let missing = try await stage.waybill("export", verb, "d1", status: 65)
            #expect(try missing.errorCode() == "missing-column")
            #expect(missing.output.contains("'First'") && missing.output.contains("CustomerId, EMail, Fist"))
            #expect(missing.output.contains("did you mean 'Fist'?"))
        }
        #expect(await stage.addresses().count == 3)
        let count = ["segment", "add", "none", "--source", "customers", "--where", "Nothing is null"]
        #expect(try await stage.waybill(count, status: 65).errorCode() == "missing-column")
        try await stage.close()
    }

    @Test("fields with @ in their names can be the identifier, be matched, asked for, and keep people out")
    func annotations() async throws {
        let stage = try await Stage()
        try stage.write(
            """
            {"@odata.id":"1","email@OData.type":"#String","m@Contoso.Crm.Mail":"a@example.com","out@odata.x":0}
            {"@odata.id":"2","email@OData.type":"#String","m@Contoso.Crm.Mail":"b@example.com","out@odata.x":1}
            {"@odata.id":"3","email@OData.type":"#Null","m@Contoso.Crm.Mail":"c@example.com"}
            {"@odata.id":"4","email@OData.type":"#String","m@Contoso.Crm.Mail":"d@example.com"}

            """, to: "p.ndjson")
        try stage.write("{\"@odata.id\":\"1\"}\n{\"@odata.id\":\"2\"}\n", to: "m.ndjson")
        try await stage.prepare(
            source: ["--ndjson", stage.path("p.ndjson"), "--id", "@odata.id"],
            rule: "`email@OData.type` == \"#String\" and `@odata.id` != \"4\"",
            map: [
                "--email", "m@Contoso.Crm.Mail", "--first-name", "email@OData.type", "--do-not-contact", "out@odata.x",
            ])
        try await stage.waybill(
            "segment", "add", "some", "--source", "customers", "--members", stage.path("m.ndjson"))
        try await stage.waybill("destination", "segments", "d1", "everybody", "some", "--as", "anna")
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.addresses() == ["a@example.com"])
        let given = try await stage.waybill("log", "list", "--type", "consent.given").output
        #expect(given.contains("m@Contoso.Crm.Mail") && given.contains("out@odata.x"))
        #expect(try await stage.waybill("consent", "list").output.contains("in-force"))
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("an address cannot be a field's name on the log, nor stand in a text there; the character @ can")
    func addresses() async throws {
        let stage = try await Stage()
        try stage.write("{\"CustomerId\":\"1\",\"EMail\":\"a@example.com\",\"who@example.com\":1}\n", to: "p.ndjson")
        try await stage.prepare(source: ["--ndjson", stage.path("p.ndjson")])
        let map = [
            "destination", "map", "d1", "--email", "EMail", "--as", "anna", "--do-not-contact", "who@example.com",
        ]
        #expect(try await stage.waybill(map, status: 64).errorCode() == "personal-data-in-text")
        for reason in [
            "who@example.com asked", "who＠example.com", "who @ example.com", "who%40example.com", "who(at)x.se",
        ] {
            let remove = ["destination", "remove", "d1", "--as", "anna", "--reason", reason]
            #expect(try await stage.waybill(remove, status: 64).errorCode() == "personal-data-in-text")
        }
        #expect(try await stage.entries("destination.configured").allSatisfy { !"\($0)".contains("who") })
        try await stage.waybill("destination", "remove", "d1", "--as", "anna", "--reason", "moved @daily, 12 @ 3.50")
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("cron's nicknames are taken, and the statement names the schedule")
    func nicknames() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(3)
        try await stage.prepare()
        var request = try await stage.waybill("consent", "request", "d1", "--as", "anna").json()
        #expect((request["statement"] as? String)?.contains("\nschedule: ") == false)
        for nickname in ["@daily", "@hourly", "@weekly", "@monthly", "@yearly"] {
            let set = ["destination", "schedule", "d1", "--cron", nickname, "--as", "anna"]
            #expect(try await stage.waybill(set).json()["schedule"] as? String == "cron \(nickname)")
        }
        request = try await stage.waybill("consent", "request", "d1", "--as", "anna").json()
        #expect((request["statement"] as? String)?.contains("\nschedule: cron @yearly") == true)
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        try await stage.verifyLog()
        try await stage.close()
    }
}
