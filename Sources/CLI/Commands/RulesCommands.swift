internal import ArgumentParser
internal import Model
internal import Operations

struct AgreementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agreement", abstract: "The data-privacy agreement that administrators sign.",
        subcommands: [List.self, Show.self, Publish.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all published versions.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let all = try await global.workspace().agreements()
            try Terminal.shared.answer(all) {
                all.map { agreement in
                    "version \(agreement.version)\n"
                        + agreement.sha256.sorted { $0.key < $1.key }.map { "  \($0.key)  sha256 \($0.value)" }
                        .joined(separator: "\n")
                }.joined(separator: "\n")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the text of the agreement.")
        @OptionGroup var global: GlobalOptions
        @Option(
            name: .customLong("version"), help: ArgumentHelp("The version (else the newest).", valueName: "number"))
        var version: Int64?
        @Option(name: .long, help: "The language: en (English) or sv (Swedish).", completion: .language)
        var language = "en"

        private struct Text: Encodable {
            let text: String
        }

        func run() async throws {
            let text = try await global.workspace().agreementText(version: version, language: language)
            if global.json {
                try Terminal.shared.answer(Text(text: text)) { text }
            } else {
                Terminal.shared.raw(text)
            }
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish a new version from agreement.en.md and agreement.sv.md in a folder.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @OptionGroup var confirming: Confirming
        @Argument(help: "The folder with the two files.", completion: .directory) var folder: String

        func run() async throws {
            let report = try await confirming.workspace(global).publishAgreement(
                folder: folder, by: actor.administrator)
            try Terminal.shared.answer(report) {
                "Published version \(report.version); consents to earlier versions no longer hold"
            }
        }
    }
}

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "The rules of the compliance boundary.",
        subcommands: [Show.self, Check.self, Apply.self])

    private static func words(_ policy: PolicyReport) -> String {
        table([
            ["sha256", policy.sha256], ["hosts", policy.hosts.joined(separator: ", ")],
            [
                "fields",
                policy.fields.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", "),
            ],
            ["maximum profiles", "\(policy.maximumProfiles), warning above \(policy.warnProfiles)"],
            ["maximum removals", "\(policy.maximumRemovals), and \(policy.maximumRemovalPercent) of 100 delivered"],
            ["suppressions", policy.readSuppressions ? "read at SendGrid before sending" : "not read"],
            ["consent valid", "\(policy.consentDays) days, to be signed within \(policy.requestMinutes) minutes"],
            ["purpose", policy.purpose], ["recipient", "\(policy.recipient), \(policy.country)"],
            ["transfer mechanism", policy.transferMechanism],
        ])
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the policy in force.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let policy = try await global.workspace().policy()
            try Terminal.shared.answer(policy) { PolicyCommand.words(policy) }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Check a policy file without applying it.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .policyFile, completion: .file(extensions: ["yaml", "yml"])) var file: String

        func run() async throws {
            let policy = try Workspace.checkPolicy(file: file)
            try Terminal.shared.answer(policy) { PolicyCommand.words(policy) }
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put the policy in a file into force.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @OptionGroup var confirming: Confirming
        @Argument(help: .policyFile, completion: .file(extensions: ["yaml", "yml"])) var file: String

        func run() async throws {
            let policy = try await confirming.workspace(global).applyPolicy(file: file, by: actor.administrator)
            try Terminal.shared.answer(policy) { "In force:\n" + PolicyCommand.words(policy) }
        }
    }
}
