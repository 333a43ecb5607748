import Foundation
import Sandbox
import Testing

@Suite("No character that a terminal acts on, or a reader cannot see, is entered, shown or signed")
struct HiddenCharacterTests {
    private static let hidden = [
        "\u{1B}[31m", "\u{9B}31m", "\u{202E}", "\u{2066}", "\u{200E}", "\u{2028}", "\u{85}", "\u{7F}", "\u{FEFF}", "\n",
    ]

    private func isVisible(_ result: Program.Result) -> Bool {
        !(result.output + result.errors).unicodeScalars.contains { scalar in
            scalar != "\n" && scalar != "\t"
                && [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
        }
    }

    @Test("where a person enters a text it is refused", arguments: hidden)
    func entered(character: String) async throws {
        let stage = try await Stage()
        let made = try await Program.run([
            "init", "--organization", "A\(character)B", "--home", stage.path("other"), "--json",
        ])
        #expect(try made.status == 64 && made.errorCode() == "hidden-character" && isVisible(made))
        try await stage.enroll()
        let connected = try await stage.waybill(
            "destination", "connect", "sendgrid", "--name", "N\(character)", "--list-id",
            stage.configuration.lists[0].id,
            "--api-key-file", "-", "--base-url", stage.sendGrid.baseURL, "--as", "anna",
            input: stage.configuration.apiKey, status: 64)
        #expect(try connected.errorCode() == "hidden-character" && isVisible(connected))
        let policy = try String(contentsOfFile: stage.home + "/policies/boundary.yaml", encoding: .utf8)
        let escapes = character.unicodeScalars.map { scalar in
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        .joined()
        let changed = policy.replacing(try Regex("(?m)^purpose:.*$"), with: "purpose: \"a\(escapes)b\"")
        #expect(changed != policy)
        try stage.write(changed, to: "p.yaml")
        let checked = try await stage.waybill("policy", "check", stage.path("p.yaml"), status: 65)
        #expect(try checked.errorCode() == "bad-policy-file" && isVisible(checked))
        try await stage.close()
    }

    @Test("in the name of a field that looks like an opt-out it keeps nobody from signing, and is written out")
    func signed() async throws {
        let stage = try await Stage()
        try stage.write("CustomerId,EMail,OptOut\u{202E}\n1,a@example.com,\n", to: "p.csv")
        try await stage.prepare(source: ["--csv", stage.path("p.csv")])
        let request = try await stage.waybill("consent", "request", "d1", "--as", "anna").json()
        #expect((request["statement"] as? String)?.contains(#"unused-flags: ["OptOut<U+202E>"]"#) == true)
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("a stranger's text is shown with it written out, in words and in JSON, and cannot be matched")
    func shown() async throws {
        let stage = try await Stage()
        try stage.write("CustomerId,EMail,Na\u{1B}[31mme\u{202E}\n1,a@example.com,x\n", to: "p.csv")
        try await stage.enroll()
        try await stage.connect()
        let source = ["source", "add", "customers", "--csv", stage.path("p.csv"), "--home", stage.home]
        let added = try await Program.run(source)
        #expect(added.status == 0 && isVisible(added) && added.output.contains("<U+001B>"))
        let listed = try await stage.waybill("source", "show", "x\u{1B}[2J", status: 64)
        #expect(isVisible(listed))
        let json = try await stage.waybill("source", "check", "customers")
        #expect(isVisible(json))
        #expect((try json.json()["fields"] as? [String])?.last == "Na\u{1B}[31mme\u{202E}")
        let mapped = try await stage.waybill(
            "destination", "map", "d1", "--email", "EMail", "--first-name", "Na\u{1B}[31mme\u{202E}", "--as", "anna",
            status: 64)
        #expect(try mapped.errorCode() == "hidden-character" && isVisible(mapped))
        try await stage.close()
    }

    @Test("a statement is not signed unseen: without a terminal it takes --yes, and a public key is said to be one")
    func asking() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(5)
        try await stage.prepare()
        let give = ["consent", "give", "d1", "--as", "anna", "--key", stage.path("anna")]
        let refused = try await stage.waybill(give, status: 64)
        #expect(try refused.errorCode() == "not-confirmed" && refused.errors.contains("--yes"))
        #expect(try await stage.entries("consent.requested").isEmpty)
        let agent = try await stage.waybill(give.dropLast() + [stage.path("anna.pub"), "--yes"], status: 64)
        #expect(try agent.errorCode() == "public-key-given" && agent.errors.contains("--agent"))
        try await stage.waybill(give + ["--yes"])
        try await stage.waybill("export", "run", "d1")
        try await stage.close()
    }
}
