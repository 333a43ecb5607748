import Foundation
import Sandbox
import Testing

@Suite("Nothing that steers a terminal gets in where a person enters it, nor out where it is shown")
struct VisibleTests {
    private static let escape = "E\u{1B}[31mvil"
    private static let bidi = "E\u{202E}vil"

    /// What may not stand in anything that is said.
    private func isClean(_ result: Program.Result) -> Bool {
        (result.output + result.errors).unicodeScalars.allSatisfy { scalar in
            scalar == "\n"
                || (scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
                    && ![.format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory))
        }
    }

    @Test("texts with escapes and bidi controls are refused where they are entered", arguments: [escape, bidi])
    func entered(text: String) async throws {
        let stage = try await Stage()
        try stage.writeProfiles(5)
        try await stage.prepare()
        let hidden: [[String]] = [
            ["init", "--organization", text],
            [
                "destination", "connect", "sendgrid", "--name", text, "--list-id", stage.configuration.lists[0].id,
                "--api-key-file", "-", "--base-url", stage.sendGrid.baseURL, "--as", "anna",
            ],
            ["destination", "map", "d1", "--email", text, "--as", "anna"],
            ["destination", "map", "d1", "--email", "Email", "--do-not-contact", text, "--as", "anna"],
            ["destination", "remove", "d1", "--reason", text, "--as", "anna"],
            ["segment", "add", "x", "--source", "customers", "--where", "First == \"\(text)\""],
            ["source", "add", "y", "--csv", stage.path(text)],
        ]
        for command in hidden {
            let home = command[0] == "init" ? ["--home", stage.path("other")] : ["--home", stage.home]
            let result = try await Program.run(command + home + ["--json"], input: stage.configuration.apiKey)
            #expect(try result.status == 64 && result.errorCode() == "hidden-character", "\(command): \(result)")
            #expect(isClean(result), "\(command)")
        }
        for name in [text, "x\(text)"] {
            #expect(try await stage.waybill("admin", "retire", name, status: 64).errorCode() == "usage")
        }
        try await stage.close()
    }

    @Test("a policy and an agreement with such characters are refused, and a folded line is one line")
    func files() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        let policy = try String(contentsOfFile: stage.home + "/policies/boundary.yaml", encoding: .utf8)
        for (index, purpose) in [#""E\e[31mvil""#, #""E\u202Evil""#, "|\n  two\n  lines"].enumerated() {
            try stage.write(policy.replacing("purpose: marketing", with: "purpose: \(purpose)"), to: "p\(index).yaml")
            let result = try await stage.waybill("policy", "check", stage.path("p\(index).yaml"), status: 65)
            #expect(try result.errorCode() == "bad-policy-file" && result.errors.contains("purpose"))
        }
        try stage.write(policy.replacing("purpose: marketing", with: "purpose: >\n  one\n  line"), to: "folded.yaml")
        let folded = try await stage.waybill("policy", "check", stage.path("folded.yaml"))
        #expect(try folded.json()["purpose"] as? String == "one line")
        let texts = stage.path("texts")
        try FileManager.default.createDirectory(atPath: texts, withIntermediateDirectories: true)
        try stage.write("# Agreement\r\n\ttext\n", to: "texts/agreement.en.md")
        try stage.write("# Avtal \(Self.bidi)\n", to: "texts/agreement.sv.md")
        let refused = try await stage.waybill("agreement", "publish", texts, "--as", "anna", status: 64)
        #expect(try refused.errorCode() == "hidden-character")
        try stage.write("# Avtal\n", to: "texts/agreement.sv.md")
        try await stage.waybill("agreement", "publish", texts, "--as", "anna")
        // The same again would end every consent for nothing; a folder without the two files is told their names.
        let unchanged = try await stage.waybill("agreement", "publish", texts, "--as", "anna", status: 65)
        #expect(try unchanged.errorCode() == "bad-agreement-folder" && unchanged.errors.contains("in force already"))
        let empty = try await stage.waybill("agreement", "publish", stage.home, "--as", "anna", status: 65)
        #expect(empty.errors.contains("there is no agreement.en.md"))
        try await stage.close()
    }

    @Test("field names of files, and what is wrong with them, are shown visibly, in words and in JSON")
    func headers() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        let csv = "CustomerId,Email,\(Self.escape),\(Self.bidi),\"two\nlines\",optout\u{9B}\n1,a@example.com,x,y,z,\n"
        try stage.write(csv, to: "profiles.csv")
        for flags in [[], ["--json"]] {
            let name = "s\(flags.count)"
            let home = ["--home", stage.home] + flags
            let added = try await Program.run(["source", "add", name, "--csv", stage.path("profiles.csv")] + home)
            #expect(added.status == 0 && isClean(added), "\(added)")
            for command in [["source", "list"], ["source", "check", name]] {
                let shown = try await Program.run(command + home)
                #expect(shown.status == 0 && isClean(shown), "\(shown)")
                #expect(flags.isEmpty || shown.output.contains(#"\u202e"#))
            }
            let missing = try await Program.run(
                ["segment", "add", "x", "--source", name, "--where", "Nope == \"1\""] + home)
            #expect(missing.status != 0 && isClean(missing), "\(missing)")
        }
        try await stage.close()
    }

    @Test("a command line with escapes or a key in it is not repeated as it came")
    func commandLine() async throws {
        let key = "SG.WaybillSandboxKeyId000.ThisKeyIsFakeAndOpensOnlyTheLocalSandbox000"
        let privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAA\n-----END"
        for arguments in [
            ["log", "list", Self.escape], ["destination", "show", key], ["destination", "connect", "sendgrid", key],
            ["source", "check", key, "--home", key], ["consent", "give", "d1", "--as", "anna", "--key", privateKey],
            ["consent", "give", "d1", "--as", "anna", "--yes", privateKey],
            ["init", "--home", "/proc/nowhere", "--key-file", key],
        ] {
            for flags in [[], ["--json"]] {
                let result = try await Program.run(arguments + flags)
                #expect(result.status != 0 && isClean(result), "\(result)")
                #expect(!(result.output + result.errors).contains("OpensOnlyTheLocal"), "\(arguments)")
                #expect(!(result.output + result.errors).contains("b3BlbnNzaC1rZXktdjE"), "\(arguments)")
            }
        }
        let help = try await Program.run(["log", "--help"])
        #expect(help.status == 0 && help.output.contains("USAGE") && help.errors.isEmpty)
    }
}
