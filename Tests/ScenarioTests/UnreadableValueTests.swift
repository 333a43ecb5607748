import Foundation
import Sandbox
import Testing

@Suite("Scenario: values that nobody can read select nobody")
struct UnreadableValueTests {
    /// A Common Data Model folder of one entity.
    private func writeModel(
        _ stage: Stage, _ rows: [String], culture: String? = nil, annotations: String = "", to name: String = "cdm"
    ) throws {
        try FileManager.default.createDirectory(atPath: stage.path(name), withIntermediateDirectories: true)
        let model = #"""
            {"name": "m", "version": "1.0"\#(culture.map { ", \"culture\": \"\($0)\"" } ?? "")\#(annotations),
             "entities": [{"$type": "LocalEntity", "name": "Customer", "attributes": [
               {"name": "CustomerId", "dataType": "string"}, {"name": "EMail", "dataType": "string"},
               {"name": "OptedOutOn", "dataType": "dateTime"}, {"name": "Value", "dataType": "decimal"},
               {"name": "OptedOut", "dataType": "boolean"}],
              "partitions": [{"name": "p", "location": "c.csv", "fileFormatSettings":
                {"$type": "CsvFormatSettings", "columnHeaders": true}}]}]}
            """#
        try stage.write(model, to: name + "/model.json")
        try stage.write(
            (["CustomerId,EMail,OptedOutOn,Value,OptedOut"] + rows).joined(separator: "\n") + "\n",
            to: name + "/c.csv")
    }

    private static let usDate = "6/28/2021 4:34:35 PM"

    @Test(
        "a date that the model does not let be read stops the export before anything leaves, and can be left out",
        arguments: [
            #"not (OptedOutOn <= date "2030-01-01")"#, #"not (OptedOutOn <= "2030-01-01")"#,
            #"OptedOutOn > date "2030-01-01""#, #"not OptedOutOn within last 99 years"#,
            #"not (year of OptedOutOn <= 2030) and CustomerId is not null"#,
            #"OptedOutOn not between date "1970-01-01" and date "2030-01-01""#,
            #"OptedOutOn != date "2021-06-28""#, #"not OptedOutOn in (date "2021-06-28", date "2022-01-01")"#,
            #"not (CustomerId is not null and OptedOutOn <= date "2030-01-01")"#,
        ])
    func declared(rule: String) async throws {
        let stage = try await Stage()
        try writeModel(
            stage,
            [
                "1,keep@example.com,2031-01-01,1,false", "2,stop@example.com,\(Self.usDate),1,false",
                "3,none@example.com,,1,false", "4,other@example.com,28.6.2021,1,false",
            ])
        try await stage.prepare(source: ["--cdm", stage.path("cdm")], rule: rule)
        let counted = try await stage.waybill("segment", "count", "everybody").json()
        #expect(counted["members"] as? Int == 1)
        let warning = try #require((counted["warnings"] as? [String])?.first)
        #expect(warning.contains("2 values of 'OptedOutOn'") && warning.contains("an export stops"))
        try await stage.consent()
        for command in [["export", "plan", "d1"], ["export", "run", "d1"]] {
            let stopped = try await stage.waybill(command, status: 65)
            #expect(try stopped.errorCode() == "unreadable-values")
            for word in ["c.csv, line 3, field 3", "2 values of 'OptedOutOn'", "dateTime", "--unreadable exclude"] {
                #expect(stopped.errors.contains(word), "\(word): \(stopped.errors)")
            }
            #expect(!stopped.output.contains("6/28/2021") && !stopped.errors.contains("6/28/2021"))
        }
        #expect(await stage.upserts().isEmpty)
        try await stage.waybill(
            "segment", "add", "everybody", "--source", "customers", "--where", rule, "--unreadable", "exclude")
        try await stage.consent()
        let report = try await stage.waybill("export", "run", "d1").json()
        #expect(await stage.addresses() == ["keep@example.com"])
        #expect(stage.rejected(report) == ["unreadable_value": 2])
        let counts = try #require(report["counts"] as? [String: Int])
        #expect(counts["source"] == 4 && counts["filtered_out"] == 1 && counts["rejected"] == 2 && counts["sent"] == 1)
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test(
        "under the model's culture, or in the format that an annotation names, the same date is read, and keeps them out",
        arguments: [
            ("en-US", "", usDate), ("de-DE", "", "28.06.2021 16:34:35"), ("en-GB", "", "28/06/2021 16:34:35"),
            ("sv-SE", "", "2021-06-28 16:34:35"), ("en-US", "", "6/28/2021 4:34:35 PM +02:00"),
            (
                nil, #","annotations":[{"name":"ci:CustomTimestampFormat","value":"yyyy-dd-MM'T'HH:mm"}]"#,
                "2021-06-05T16:34"
            ),
            (nil, #","annotations":[{"name":"ci:CustomTimestampFormat","value":"dd/MM/yyyy"}]"#, "28/06/2021"),
        ] as [(String?, String, String)])
    func culture(culture: String?, annotations: String, date: String) async throws {
        let stage = try await Stage()
        try writeModel(
            stage, ["1,keep@example.com,,1,false", "2,stop@example.com,\(date),1,false"], culture: culture,
            annotations: annotations)
        try await stage.prepare(
            source: ["--cdm", stage.path("cdm")],
            rule: #"OptedOutOn is null or not (OptedOutOn between date "2021-05-07" and date "2021-06-29")"#)
        try await stage.waybill("source", "check", "customers")
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        #expect(
            await stage.addresses()
                == (date.hasPrefix("2021-06-05") ? ["keep@example.com", "stop@example.com"] : ["keep@example.com"]))
        try await stage.close()
    }

    @Test(
        "what another region or another format would read stops the export; 'source check' says what is not understood",
        arguments: [
            ("es-PR", "", "06/07/2021,1", #"OptedOutOn >= date "2021-07-01""#, "dateTime"),
            ("es-GT", "", #"2021-07-06,"1,500""#, "Value < 2", "decimal"),
            ("ro-RO", "", "2021-07-06,1.234", "Value < 2", "decimal"),
            (
                nil, #","annotations":[{"name":"ci:CustomTimestampFormat","value":"yyyy-dd-MM hh:mm:ss"}]"#,
                "2021-06-07 04:00:00,1", #"not (OptedOutOn > date "2021-06-30")"#, "'yyyy-dd-MM hh:mm:ss'"
            ),
        ] as [(String?, String, String, String, String)])
    func foreign(culture: String?, annotations: String, values: String, rule: String, word: String) async throws {
        let stage = try await Stage()
        try writeModel(stage, ["1,stop@example.com,\(values),false"], culture: culture, annotations: annotations)
        try await stage.prepare(source: ["--cdm", stage.path("cdm")], rule: rule)
        try await stage.consent()
        #expect(try await stage.waybill("export", "run", "d1", status: 65).errorCode() == "unreadable-values")
        #expect(await stage.upserts().isEmpty)
        let checked = try await stage.waybill("source", "check", "customers", status: 65)
        #expect(checked.errors.contains(word), "\(checked.errors)")
        try await stage.close()
    }

    @Test(
        "a rule that needs a value which is not of its declared type stops, whatever it asks; 'is null' needs none",
        arguments: [
            (#"not (OptedOutOn starts with "2021")"#, "6/28/2021 4:34:35 PM,1,false"),
            (#"not (Value contains "7" ignoring case)"#, "2021-06-28,many,false"),
            (#"not (OptedOut contains "t")"#, "2021-06-28,1,yes"), ("OptedOut != 1", "2021-06-28,1,yes"),
        ])
    func letters(rule: String, values: String) async throws {
        let stage = try await Stage()
        try writeModel(stage, ["1,stop@example.com,\(values)"])
        try await stage.prepare(source: ["--cdm", stage.path("cdm")], rule: rule)
        try await stage.consent()
        #expect(try await stage.waybill("export", "run", "d1", status: 65).errorCode() == "unreadable-values")
        #expect(await stage.upserts().isEmpty)
        let add = ["segment", "add", "everybody", "--source", "customers", "--where"]
        let refused = try await stage.waybill(add + [#"OptedOut != "maybe""#], status: 65)
        #expect(try refused.errorCode() == "bad-rule" && refused.errors.contains("true or false"))
        try await stage.waybill(add + ["OptedOutOn is not null and Value is not null and OptedOut is not null"])
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.addresses() == ["stop@example.com"])
        try await stage.close()
    }

    @Test("a number that is none to a rule and a check is none to a custom field of type Number")
    func typedNumber() async throws {
        var configuration = Stage.quick()
        configuration.customFields = [SandboxField(id: "e1_N", name: "worth", type: "Number")]
        let stage = try await Stage(configuration)
        try writeModel(stage, ["1,a@example.com,,1.234,false"], culture: "de-DE")
        try await stage.prepare(
            source: ["--cdm", stage.path("cdm")], map: ["--email", "EMail", "--custom", "worth=Value"])
        try await stage.consent()
        #expect(try await stage.waybill("export", "run", "d1", status: 65).errorCode() == "unreadable-values")
        #expect(await stage.upserts().isEmpty)
        try writeModel(stage, [#"1,a@example.com,,"1,234",false"#], culture: "de-DE")
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.addresses() == ["a@example.com"])
        try await stage.close()
    }

    @Test(
        "what is declared to be true or false is so in any spelling, with quotes or without",
        arguments: [
            "OptedOut != true", #"OptedOut != "true""#, "not OptedOut == true", #"not OptedOut in ("true")"#,
            "OptedOut is false", "OptedOut == false", "not (OptedOut is true)",
        ])
    func booleans(rule: String) async throws {
        let stage = try await Stage()
        try writeModel(
            stage,
            [
                "1,keep@example.com,,1,False", "2,a@example.com,,1,True", "3,b@example.com,,1,TRUE",
                "4,c@example.com,,1,1", "5,d@example.com,,1,", "6,e@example.com,,1,true",
            ])
        try await stage.prepare(source: ["--cdm", stage.path("cdm")], rule: rule)
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.addresses() == ["keep@example.com"])
        // "yes" is neither.
        try writeModel(stage, ["1,keep@example.com,,1,False", "2,a@example.com,,1,yes"])
        #expect(try await stage.waybill("export", "run", "d1", status: 65).errorCode() == "unreadable-values")
        try await stage.close()
    }

    @Test("where no type is declared such values are left out, and counted in warnings; nothing stops")
    func undeclared() async throws {
        let stage = try await Stage()
        try stage.write(
            """
            CustomerId,EMail,OptedOutOn,Value
            1,keep@example.com,2031-01-01,200
            2,stop@example.com,6/28/2021 4:34:35 PM,200
            3,comma@example.com,2031-01-01,"1,5"

            """, to: "p.csv")
        let rule = #"not (OptedOutOn <= date "2030-01-01") and not Value < 100"#
        try await stage.prepare(source: ["--csv", stage.path("p.csv")], rule: rule)
        let added = try await stage.waybill(
            "segment", "add", "everybody", "--source", "customers", "--where", rule
        ).json()
        #expect(added["members"] as? Int == 1)
        let warnings = try #require(added["warnings"] as? [String])
        #expect(warnings.contains { $0.contains("1 value of 'OptedOutOn'") && $0.contains("p.csv, line 3") })
        #expect(warnings.contains { $0.contains("1 value of 'Value'") && $0.contains("p.csv, line 4") })
        try await stage.consent()
        let plan = try await stage.waybill("export", "plan", "d1").json()
        #expect((plan["warnings"] as? [String])?.contains { $0.contains("'OptedOutOn'") } == true)
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.addresses() == ["keep@example.com"])
        try await stage.close()
    }

    @Test("whoever the part that is taken away cannot decide on is not selected")
    func imported() async throws {
        let stage = try await Stage()
        try stage.write(
            """
            CustomerId,EMail,Value
            1,keep@example.com,50
            2,high@example.com,500
            3,unknown@example.com,"1,5"
            4,empty@example.com,

            """, to: "p.csv")
        try stage.write(
            #"""
            {"rowsets": [
              {"rowsetOperation": "none", "criteria": {"attribute": "EMail", "comparisonOperator": "isNotNull"}},
              {"rowsetOperation": "except",
               "criteria": {"attribute": "Value", "comparisonOperator": "greaterThan", "value": 100}}]}
            """#, to: "s.json")
        try await stage.prepare(source: ["--csv", stage.path("p.csv")])
        try await stage.waybill(
            "segment", "add", "everybody", "--source", "customers", "--definition", stage.path("s.json"))
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.addresses() == ["keep@example.com"])
        try await stage.close()
    }

    @Test("a date or number that is one to a rule is one to a custom field, spelled as SendGrid takes it")
    func typedFields() async throws {
        var configuration = Stage.quick()
        configuration.customFields = [
            SandboxField(id: "e1_D", name: "since", type: "Date"),
            SandboxField(id: "e2_N", name: "worth", type: "Number"),
        ]
        let stage = try await Stage(configuration)
        try stage.write(
            """
            CustomerId,EMail,Since,Worth
            1,a@example.com,2018-02-07T00:00:00,+007.50
            2,b@example.com,2022-12-10T13:01:00.0000000,.5
            3,c@example.com,2022-12-10 13:01:00+01:00, 12\u{20}
            4,d@example.com,2022-12-10,1e2
            5,e@example.com,12/10/2022,1
            6,f@example.com,2022-12-10,"1,5"

            """, to: "p.csv")
        try await stage.prepare(
            source: ["--csv", stage.path("p.csv")], rule: #"Since >= date "2000-01-01" or Worth == 1"#,
            map: ["--email", "EMail", "--custom", "since=Since", "--custom", "worth=Worth"])
        try await stage.consent()
        let report = try await stage.waybill("export", "run", "d1").json()
        #expect(stage.rejected(report) == ["invalid_date": 1, "invalid_number": 1])
        let contacts = await stage.sendGrid.state().contacts
        #expect(contacts.count == 4)
        #expect(contacts["a@example.com"]?.fields["e1_D"] == "2018-02-07T00:00:00Z")
        #expect(contacts["b@example.com"]?.fields["e1_D"] == "2022-12-10T13:01:00Z")
        #expect(contacts["c@example.com"]?.fields["e1_D"] == "2022-12-10T12:01:00Z")
        #expect(contacts["d@example.com"]?.fields["e1_D"] == "2022-12-10T00:00:00Z")
        let again = try await stage.waybill("export", "run", "d1").json()
        #expect((again["counts"] as? [String: Int])?["unchanged"] == 4)
        try await stage.close()
    }

    @Test("a cron schedule is of a time zone, which stands in its text wherever that is shown or signed")
    func timeZone() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(3)
        try await stage.prepare()
        let schedule = ["destination", "schedule", "d1", "--as", "anna", "--cron"]
        let text = "cron 0 6 * * MON-FRI Europe/Stockholm"
        let set = try await stage.waybill(schedule + ["0 6 * * mon-fri", "--time-zone", "Europe/Stockholm"]).json()
        #expect(set["schedule"] as? String == text && set["time_zone"] as? String == "Europe/Stockholm")
        #expect((set["next_local"] as? String)?.hasSuffix(" 06:00") == true)
        let next = try #require(set["next"] as? String)
        #expect(next.hasSuffix("T05:00:00Z") || next.hasSuffix("T04:00:00Z"))
        let shown = try await stage.waybill("destination", "show", "d1").json()
        #expect(shown["schedule"] as? String == text && shown["next_run"] as? String == next)
        #expect(try await stage.entries("destination.scheduled").last?["schedule"] as? String == text)
        let request = try await stage.waybill("consent", "request", "d1", "--as", "anna").json()
        #expect((request["statement"] as? String)?.contains("\nschedule: \(text)\n") == true)
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        let daily = try await stage.waybill(schedule + ["@daily", "--time-zone", "America/New_York"]).json()
        #expect(daily["schedule"] as? String == "cron @daily America/New_York")
        let plain = try await stage.waybill(schedule + ["@daily"]).json()
        #expect(plain["schedule"] as? String == "cron @daily" && plain["time_zone"] as? String == "UTC")
        #expect(plain["next_local"] is NSNull)
        let wrong = try await stage.waybill(schedule + ["@daily", "--time-zone", "Europe/Stokholm"], status: 64)
        #expect(try wrong.errorCode() == "unknown-time-zone")
        #expect(wrong.errors.contains("Europe/Stockholm"))
        let off = ["destination", "schedule", "d1", "--as", "anna", "--off", "--time-zone", "Europe/Stockholm"]
        try await stage.waybill(off, status: 64)
        try await stage.verifyLog()
        try await stage.close()
    }
}
