import Foundation
import Sandbox
import Testing

@Suite("Scenario: people, sources and segments are named in their own language")
struct NameScenarioTests {
    @Test("from enrolment to the log, and for stock ssh-keygen, with names in any script")
    func wholeWay() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.enroll()
        try await stage.enroll("Åsa")
        try await stage.waybill("source", "add", "kunder-å", "--csv", stage.path("profiles.csv"))
        // Typed with a mark of its own: it is the same name.
        try await stage.waybill(
            "segment", "add", "北欧", "--source", "kunder-a\u{30A}", "--where", "lifetime_value >= 0")
        try await stage.connect()
        try await stage.waybill("destination", "map", "d1", "--email", "Email", "--as", "A\u{30A}sa")
        try await stage.waybill("destination", "segments", "d1", "北欧", "--as", "Åsa")
        let index = try await stage.consent(of: "Åsa")
        let run = try await stage.waybill("export", "run", "d1").json()
        #expect((run["members"] as? [String: Int])?["北欧"] == 20)
        try await stage.verifyLog()
        let given = try #require(try await stage.entries("consent.given").first)
        #expect(given["administrator"] as? String == "Åsa" && given["actor"] as? String == "Åsa")
        let files = stage.home + "/consents/\(index)"
        let verified = try await Program.run(
            [
                "-c",
                "cd \"$1\" && ssh-keygen -Y verify -f allowed_signers -I \"$2\" -n consent@waybill -s statement.txt.sig "
                    + "< statement.txt", "sh", files, "Åsa",
            ], executable: "/bin/sh")
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
        let statement = try String(contentsOfFile: files + "/statement.txt", encoding: .utf8)
        #expect(statement.contains("\nadministrator-id: Åsa\n") && statement.contains("\nsegments: 北欧="))
        // Tables count what is wide as two.
        let list = try await stage.words("segment", "list").output
        #expect(list.contains("NAME  SOURCE") && list.contains("北欧  kunder-å"))
        try await stage.close()
    }

    @Test(
        "a name that cannot be taken is refused with the reason, status 64",
        arguments: [
            ("", "it is empty"), ("Ås a", "it has a blank in it"), ("anna\u{202E}", "not seen (U+202E)"),
            ("x\u{FF20}y", "(U+FF20)"), ("\u{430}nna", "alphabets that look alike"), ("a,b", "it has ',' in it"),
        ])
    func refused(name: String, reason: String) async throws {
        for command in [
            ["admin", "enroll", name, "--key", "k"], ["segment", "count", name], ["source", "check", name],
        ] {
            let result = try await Program.run(command + ["--json", "--home", "/nowhere"])
            #expect(result.status == 64 && result.output.contains(reason), "\(command): \(result.output)")
            #expect(!result.errors.contains("'@'"))
        }
    }

    @Test("a destination's display name is refused for what is wrong with it, and only for that")
    func displayName() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        for (name, code, reason) in [
            ("", "unusable-text", "is empty"), ("  ", "unusable-text", "is empty"),
            ("a\nb", "hidden-character", "is not seen as what it is"),
            ("a\u{202E}b", "hidden-character", "is not seen as what it is"),
            ("a\u{1B}[2J", "hidden-character", "is not seen as what it is"),
            (String(repeating: "å", count: 101), "unusable-text", "longer"),
            ("an@example.com", "personal-data-in-text", "address"),
        ] {
            let result = try await stage.waybill(
                "destination", "connect", "sendgrid", "--name", name, "--list-id", "l", "--api-key-file", "-", "--as",
                "anna", input: "k", status: 64)
            #expect(try result.errorCode() == code)
            #expect(result.errors.contains("--name") && result.errors.contains(reason), "\(result.errors)")
            #expect(name.contains("@") == result.errors.contains("address or"))
        }
        try await stage.close()
    }

    @Test("errors say a thing once: the cron expression, and not the cron expression's expression")
    func wording() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(5)
        try await stage.prepare()
        for expression in ["", "* *", String(repeating: "*", count: 300), "å * * * *"] {
            let result = try await stage.waybill(
                "destination", "schedule", "d1", "--cron", expression, "--as", "anna", status: 64)
            #expect(result.errors.hasPrefix("waybill: the cron expression: it "), "\(result.errors)")
        }
        try await stage.close()
    }
}
