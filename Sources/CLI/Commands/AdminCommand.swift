internal import ArgumentParser
internal import Model
internal import Operations

struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "Enrol and retire administrators and auditors.",
        subcommands: [Enroll.self, List.self, Retire.self])

    struct Enroll: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Enrol somebody by their SSH public key.")
        @OptionGroup var global: GlobalOptions
        @Argument(
            help: "The name that stands in the log: letters, digits, '.', '_' and '-', at most 64; no address.",
            transform: readName)
        var name: AdministratorName
        @Option(
            name: .long,
            help: ArgumentHelp("The public key file that ssh-keygen made, NAME.pub.", valueName: "file"),
            completion: .file(extensions: ["pub"]))
        var key: String
        @Option(
            name: .long, help: "What they may do: administrator (change and consent) or auditor (read).",
            completion: .list(["administrator", "auditor"]))
        var role = "administrator"

        func run() async throws {
            let report = try await global.workspace().enroll(name, keyFile: key, role: role)
            try Terminal.shared.answer(report) { "Enrolled \(report.name) as \(report.role), key \(report.keyType)" }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show everybody who was ever enrolled.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let people = try await global.workspace().administrators()
            try Terminal.shared.answer(people) {
                table(
                    [["NAME", "ROLE", "KEY", "ENROLLED", "RETIRED"]]
                        + people.map { [$0.name, $0.role, $0.keyType, $0.enrolled, $0.retired ?? "-"] })
            }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Retire somebody; their consents no longer hold from now on.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var confirming: Confirming
        @Argument(help: "The name they were enrolled under.", transform: readName)
        var name: AdministratorName

        func run() async throws {
            let report = try await confirming.workspace(global).retire(name)
            try Terminal.shared.answer(report) { "Retired \(report.name)" }
        }
    }
}
