import Foundation
import Testing

@Suite("Scenario: a field that looks like an opt-out is a question that somebody has to answer")
struct LookAlikeTests {
    private static let csv = "CustomerId,EMail,HasOptedOutOfEmail,Samtycke,City\n1,a@example.com,true,nej,Malmö\n"

    private func names(_ report: [String: Any]) -> [String] {
        let warnings = report["warnings"] as? [String] ?? []
        return ["HasOptedOutOfEmail", "Samtycke", "City"].filter { name in
            warnings.contains { $0.contains("'\(name)'") && $0.contains("--ignore-flag") }
        }
    }

    @Test("it is warned about when source and destination are set up and in every plan, and stands in the statement")
    func warned() async throws {
        let stage = try await Stage()
        try stage.write(Self.csv, to: "p.csv")
        let added = try await stage.prepare(source: ["--csv", stage.path("p.csv")])
        #expect(names(added) == ["HasOptedOutOfEmail", "Samtycke"])
        #expect(names(try await stage.waybill("source", "check", "customers").json()) == names(added))
        let map = ["destination", "map", "d1", "--email", "EMail", "--as", "anna"]
        #expect(names(try await stage.waybill(map).json()) == names(added))
        let chosen = try await stage.waybill("destination", "segments", "d1", "everybody", "--as", "anna")
        #expect(names(try chosen.json()) == names(added))
        #expect(names(try await stage.waybill("export", "plan", "d1").json()) == names(added))
        let request = try await stage.waybill("consent", "request", "d1", "--as", "anna").json()
        let statement = try #require(request["statement"] as? String)
        #expect(statement.contains("\nunused-flags: [\"HasOptedOutOfEmail\",\"Samtycke\"]\n"))
        #expect(!statement.contains("ignored-flags"))
        try await stage.consent()
        #expect(names(try await stage.waybill("export", "run", "d1").json()) == names(added))
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("of more than can be named, those nearest to an opt-out from e-mail are")
    func many() async throws {
        let stage = try await Stage()
        let many = (0..<60).map { "consent_\($0)" } + ["HasOptedOutOfEmail", "Avregistrerad"]
        try stage.write("CustomerId,EMail,\(many.joined(separator: ","))\n", to: "p.csv")
        try await stage.enroll()
        let added = try await stage.waybill("source", "add", "customers", "--csv", stage.path("p.csv")).json()
        let warnings = try #require(added["warnings"] as? [String])
        #expect(warnings.count == 21 && warnings.last == "42 more fields look like an opt-out or a consent")
        #expect(warnings[0].contains("'HasOptedOutOfEmail'") && warnings[1].contains("'Avregistrerad'"))
        try await stage.close()
    }

    @Test("one that is used or declared harmless is not warned about; what is declared stands wherever it matters")
    func settled() async throws {
        let stage = try await Stage()
        try stage.write(Self.csv, to: "p.csv")
        try await stage.prepare(source: ["--csv", stage.path("p.csv")], rule: "Samtycke == \"nej\"")
        let map = ["destination", "map", "d1", "--email", "EMail", "--as", "anna"]
        #expect(names(try await stage.waybill(map).json()) == ["HasOptedOutOfEmail"])
        let flag = try await stage.waybill(map + ["--do-not-contact", "HasOptedOutOfEmail"]).json()
        #expect(names(flag) == [] && (flag["ignored_flags"] as? [String])?.isEmpty == true)
        let custom = try await stage.waybill(map + ["--first-name", "HasOptedOutOfEmail"]).json()
        #expect(names(custom) == [])
        let ignored = try await stage.waybill(map + ["--ignore-flag", "HasOptedOutOfEmail"]).json()
        #expect(names(ignored) == [] && ignored["ignored_flags"] as? [String] == ["HasOptedOutOfEmail"])
        let shown = try await stage.waybill("destination", "show", "d1").json()
        #expect(shown["ignored_flags"] as? [String] == ["HasOptedOutOfEmail"])
        let entry = try #require(try await stage.entries("destination.configured").last)
        #expect(entry["ignored_flags"] as? [String] == ["HasOptedOutOfEmail"])
        #expect(names(try await stage.waybill("export", "plan", "d1").json()) == [])
        let request = try await stage.waybill("consent", "request", "d1", "--as", "anna").json()
        let statement = try #require(request["statement"] as? String)
        #expect(
            statement.contains("\nignored-flags: [\"HasOptedOutOfEmail\"]\n") && !statement.contains("unused-flags"))
        // A second segment that does not ask for the field is not covered by the rule of the first.
        try await stage.waybill("segment", "add", "all", "--source", "customers", "--where", "CustomerId is not null")
        let both = try await stage.waybill("destination", "segments", "d1", "everybody", "all", "--as", "anna")
        #expect(names(try both.json()) == ["Samtycke"])
        try await stage.close()
    }

    @Test("who declares a field harmless after the consent needs a new one; who takes that back does not")
    func consentCovers() async throws {
        let stage = try await Stage()
        try stage.write(Self.csv, to: "p.csv")
        try await stage.prepare(source: ["--csv", stage.path("p.csv")])
        try await stage.consent()
        let map = ["destination", "map", "d1", "--email", "EMail", "--as", "anna"]
        try await stage.waybill(map + ["--ignore-flag", "Samtycke"])
        let run = ["export", "run", "d1"]
        #expect(try await stage.waybill(run, status: 77).errorCode() == "ignored-flags-changed")
        try await stage.consent()
        try await stage.waybill(run)
        #expect(try await stage.entries("consent.given").last?["ignored_flags"] as? [String] == ["Samtycke"])
        try await stage.waybill(map)
        try await stage.waybill(run + ["--full"])
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("a field that says who agreed is for a rule; as a do-not-contact field it is doubted")
    func agreements() async throws {
        let stage = try await Stage()
        try stage.write("CustomerId,EMail,EmailOptIn,HasOptedOut\n1,a@example.com,,\n", to: "p.csv")
        let added = try await stage.prepare(source: ["--csv", stage.path("p.csv")])
        let warnings = try #require(added["warnings"] as? [String])
        #expect(warnings.contains { $0.contains("'EmailOptIn'") && $0.contains("`EmailOptIn` is true") })
        #expect(warnings.contains { $0.contains("'HasOptedOut'") && !$0.contains("is true") })
        let map = ["destination", "map", "d1", "--email", "EMail", "--as", "anna", "--do-not-contact"]
        let doubted = try await stage.waybill(map + ["EmailOptIn"])
        #expect(doubted.errors.contains("as if it said who agreed"))
        #expect(try await !stage.waybill(map + ["HasOptedOut"]).errors.contains("as if it said who agreed"))
        try await stage.close()
    }

    @Test("what always counts, what is used, and what no source has cannot be declared harmless")
    func cannot() async throws {
        let stage = try await Stage()
        try stage.write("CustomerId,EMail,Do Not Email,OptOut\n1,a@example.com,,\n", to: "p.csv")
        try await stage.prepare(source: ["--csv", stage.path("p.csv")])
        let map = ["destination", "map", "d1", "--email", "EMail", "--as", "anna", "--ignore-flag"]
        for flag in ["Do Not Email", "donotcontact"] {
            #expect(try await stage.waybill(map + [flag], status: 64).errorCode() == "bad-ignored-flag")
        }
        let used = try await stage.waybill(map + ["OptOut", "--do-not-contact", "OptOut"], status: 64)
        #expect(try used.errorCode() == "bad-ignored-flag")
        let missing = try await stage.waybill(map + ["OptedOut"], status: 65)
        #expect(try missing.errorCode() == "missing-column")
        #expect(missing.output.contains("did you mean 'OptOut'?"))
        try await stage.close()
    }

    @Test("one that comes later, in any object, is warned about and stops nothing")
    func later() async throws {
        let stage = try await Stage()
        try stage.write("{\"CustomerId\":1,\"EMail\":\"a@example.com\"}\n", to: "p.ndjson")
        try await stage.prepare(source: ["--ndjson", stage.path("p.ndjson")])
        try await stage.consent()
        try stage.write(
            """
            {"CustomerId":1,"EMail":"a@example.com"}
            {"CustomerId":2,"EMail":"b@example.com","HasOptedOutOfEmail":true}

            """, to: "p.ndjson")
        #expect(names(try await stage.waybill("export", "plan", "d1").json()) == ["HasOptedOutOfEmail"])
        #expect(names(try await stage.waybill("export", "run", "d1").json()) == ["HasOptedOutOfEmail"])
        try await stage.close()
    }
}

@Suite("Scenario: matching names fields that are there")
struct FieldCheckTests {
    @Test("while no segment is chosen, some source has to have the field; the nearest name is shown, and what there is")
    func beforeSegments() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        try await stage.connect()
        let map = ["destination", "map", "d1", "--as", "anna", "--email"]
        try await stage.waybill(map + ["Anything"])
        try stage.write("CustomerId,EMail,City\n1,a@example.com,x\n", to: "a.csv")
        try await stage.waybill("source", "add", "a", "--csv", stage.path("a.csv"))
        var refused = try await stage.waybill(map + ["Email"], status: 65)
        #expect(try refused.errorCode() == "missing-column")
        #expect(refused.output.contains("did you mean 'EMail'?") && refused.output.contains("CustomerId, EMail, City"))
        try stage.write("{\"CustomerId\":1}\n{\"Mejl\":\"a@example.com\"}\n", to: "b.ndjson")
        try await stage.waybill("source", "add", "b", "--ndjson", stage.path("b.ndjson"))
        refused = try await stage.waybill(map + ["Email"], status: 65)
        #expect(refused.output.contains("no source (a, b)") && refused.output.contains("City, Mejl"))
        #expect(try await stage.waybill(map + ["EMail", "--city", "Town"], status: 65).errorCode() == "missing-column")
        let flag = try await stage.waybill(map + ["EMail", "--do-not-contact", "Nope"], status: 65)
        #expect(try flag.errorCode() == "missing-column")
        try await stage.waybill(map + ["Mejl"])
        try await stage.waybill(map + ["EMail", "--city", "City"])
        // A source that cannot be read now says nothing about its fields.
        try FileManager.default.removeItem(atPath: stage.path("b.ndjson"))
        try await stage.waybill(map + ["Gone"])
        try await stage.close()
    }

    @Test(
        "what nothing matches may be an array or object, in a check, a preview and an export; what is matched may not")
    func nested() async throws {
        let stage = try await Stage()
        try stage.write(
            """
            {"CustomerId":"1","EMail":"a@example.com","Tags":["x",{"y":1}],"Address":{"City":"Malmö"}}
            {"CustomerId":"2","EMail":"b@example.com","Late":[[]]}

            """, to: "p.ndjson")
        try await stage.prepare(source: ["--ndjson", stage.path("p.ndjson")])
        let check = try await stage.waybill("source", "check", "customers").json()
        #expect(check["profiles"] as? Int == 2)
        #expect(check["fields"] as? [String] == ["CustomerId", "EMail", "Tags", "Address", "Late"])
        #expect(try await stage.waybill("source", "list").output.contains("Late"))
        let preview = try await stage.waybill("segment", "preview", "everybody", "--reveal", "--as", "anna").json()
        #expect(preview["fields"] as? [String] == ["CustomerId", "EMail", "Tags", "Address", "Late"])
        let profiles = try #require(preview["profiles"] as? [[Any]])
        #expect(profiles[0][2] as? String == #"["x",{"y":1}]"# && profiles[1][2] is NSNull)
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        #expect(await stage.addresses() == ["a@example.com", "b@example.com"])
        for segment in ["Tags is null", "Address == \"x\""] {
            let add = ["segment", "add", "bad", "--source", "customers", "--where", segment]
            #expect(try await stage.waybill(add, status: 65).errorCode() == "malformed-row")
        }
        let map = ["destination", "map", "d1", "--email", "EMail", "--city", "Tags", "--as", "anna"]
        try await stage.waybill(map)
        #expect(try await stage.waybill("export", "plan", "d1", status: 65).errorCode() == "malformed-row")
        try await stage.close()
    }
}
