internal import ArgumentParser
internal import FoundationEssentials
internal import Model
internal import Operations

struct ConsentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent", abstract: "Signed consent of administrators to a destination and its scope.",
        subcommands: [Request.self, Give.self, List.self, Show.self, Withdraw.self])

    struct Request: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the statement to sign.",
            discussion: """
                Standard output is exactly the text to sign:
                  waybill consent request d1 --as anna > statement.txt
                  ssh-keygen -Y sign -n consent@waybill -f ~/.ssh/id_ed25519 statement.txt
                  waybill consent give d1 --as anna --signature statement.txt.sig
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @Argument(help: .destination) var destination: String
        @Option(name: .long, help: .language, completion: .language) var language = "en"

        func run() async throws {
            let report = try await global.workspace().requestConsent(
                destination, by: actor.administrator, language: language)
            if global.json {
                try Terminal.shared.answer(report) { "" }
            } else {
                Terminal.shared.raw(report.statement)
            }
        }
    }

    struct Give: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a signed consent, or sign one now with --key.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @Argument(help: "The destination (d1, or its name), or the identifier of the request.") var destination: String
        @Option(
            name: .long,
            help: ArgumentHelp("The file that ssh-keygen -Y sign wrote, or - for standard input.", valueName: "file"),
            completion: .file(extensions: ["sig"]))
        var signature: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Your private key file: asks for the statement and has ssh-keygen sign it.", valueName: "file"),
            completion: .file())
        var key: String?
        @Option(
            name: .long, help: "With --key: the language of the agreement you read, en or sv.", completion: .language)
        var language = "en"
        @Flag(name: .long, help: "With --key: sign without asking, for scripts.") var yes = false
        @Flag(name: .long, help: "With --key FILE.pub: have the SSH agent sign, which holds the private key.")
        var agent = false

        func validate() throws {
            guard (signature == nil) != (key == nil) else {
                throw ValidationError("Give either --signature FILE or --key PRIVATE-KEY-FILE.")
            }
            guard key != nil || (!yes && !agent) else { throw ValidationError("--yes and --agent go with --key.") }
        }

        /// Shows what is signed, asks, and has ssh-keygen sign.
        private func sign(with key: String, _ workspace: Workspace) async throws -> String {
            let terminal = Terminal.shared
            try SSHKeygen.requireKey(key, isAgentMeant: agent)
            // Before a statement is issued that nobody could sign.
            guard yes || terminal.isAttended else { throw NotConfirmed.nobodyThere }
            let agreement = try workspace.agreementText(version: nil, language: language)
            let request = try await workspace.requestConsent(
                destination, by: actor.administrator, language: language)
            if !yes || !(global.json || global.quiet) {
                terminal.show(agreement + "\n---\n" + request.statement + "---\n")
            }
            let signer = agent ? "the SSH agent's key for \(key)" : key
            try terminal.confirm(
                "sign this, agreement and statement, as \(actor.administrator) with \(signer)?", yes: yes)
            return try SSHKeygen.sign(request.statement, keyFile: key, isAgentMeant: agent)
        }

        func run() async throws {
            let workspace = try await global.workspace()
            let armored: String
            if let key {
                armored = try await sign(with: key, workspace)
            } else {
                armored = try InputFile.text(signature ?? "-")
            }
            let report = try await workspace.giveConsent(destination, by: actor.administrator, signature: armored)
            // What was changed after the statement was issued is not in it.
            if let reason = report.reason {
                Terminal.shared.note(["nothing is sent under this consent as things stand: \(reason)"])
            }
            try Terminal.shared.answer(report) {
                """
                Consent given: log index \(report.index), valid until \(report.validUntil).
                Anyone can check it with stock ssh-keygen:
                  ssh-keygen -Y verify -f \(report.files)/allowed_signers -I \(report.administrator) \\
                    -n consent@waybill -s \(report.files)/statement.txt.sig < \(report.files)/statement.txt
                """
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all consents.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let all = try await global.workspace().consents()
            try Terminal.shared.answer(all) {
                table(
                    [["INDEX", "TO", "BY", "STATE", "UNTIL (UTC)", "LEFT"]]
                        + all.map {
                            [
                                "\($0.index)", $0.destination, clipped($0.administrator, to: 16), $0.state,
                                minute($0.validUntil), $0.daysLeft.map(days) ?? "-",
                            ]
                        })
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one consent and what was signed.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .consent) var index: Int64

        func run() async throws {
            let (report, statement) = try await global.workspace().consent(index)
            try Terminal.shared.answer(report) {
                statement + "\n"
                    + facts([
                        ("state", report.state + (report.reason.map { ": \($0)" } ?? "")),
                        ("left", report.daysLeft.map(days) ?? "-"), ("files", report.files),
                    ])
            }
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Withdraw a consent; nothing is sent under it from now on.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @OptionGroup var confirming: Confirming
        @Argument(help: .consent) var index: Int64

        func run() async throws {
            let report = try await confirming.workspace(global).withdrawConsent(index, by: actor.administrator)
            try Terminal.shared.answer(report) { "Withdrawn: the consent at log index \(report.index)" }
        }
    }
}
