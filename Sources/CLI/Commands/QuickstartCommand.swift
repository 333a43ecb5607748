internal import ArgumentParser
internal import Operations

struct QuickstartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quickstart",
        abstract: "The whole story on made-up profiles and a local SendGrid; leaves a workspace to explore.",
        discussion: "Nothing leaves this machine. Needs ssh-keygen (package openssh-client).")

    @OptionGroup var global: GlobalOptions
    @Option(name: .long, help: "How many profiles to make up, 1 to 100000000.") var profiles = 3000

    func run() async throws {
        let isTelling = !global.json && !global.quiet
        let report = try await Quickstart.run(home: global.home, profiles: profiles) { step in
            guard isTelling else { return }
            Terminal.shared.say("\n── \(step.title)\n")
            for line in step.command.split(separator: "\n") { Terminal.shared.say("   $ \(line)\n") }
            for line in step.result.split(separator: "\n") { Terminal.shared.say("     \(line)\n") }
        }
        try Terminal.shared.answer(report) {
            """

            The workspace is \(report.home). Explore it:
              waybill --help
              waybill log list --home \(report.home)
              waybill consent show \(report.consent) --home \(report.home)
              waybill log verify --since \(report.home)/checkpoint --home \(report.home)
            """
        }
        guard report.verification.ok else {
            throw OperationError.verificationFailed(violations: report.verification.violations.count)
        }
    }
}
