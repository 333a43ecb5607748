internal import ArgumentParser
internal import Model
internal import Operations

@main
struct Waybill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill",
        abstract: "Exports segments of customer profiles to SendGrid contact lists, and proves what left.",
        discussion: """
            Every export runs under a consent that an administrator signed, and every request is on a tamper-evident log
            before its first byte leaves. A destination can be removed at any moment; from then on nothing leaves.

            Start with 'waybill quickstart': the whole story on sample data, against a local SendGrid. 'waybill --version'
            says which this is.
            """,
        subcommands: [
            QuickstartCommand.self, InitCommand.self, AdminCommand.self, AgreementCommand.self, PolicyCommand.self,
            SourceCommand.self, SegmentCommand.self, DestinationCommand.self, ConsentCommand.self, ExportCommand.self,
            LogCommand.self, ServeCommand.self, SandboxCommand.self, BenchCommand.self, ExitStatusCommand.self,
        ])

    static let release = "0.1.0"

    /// Runs the command line; every error ends here and becomes words, JSON and an exit status.
    static func main() async {
        // Not the parser's own --version, which would be taken from 'agreement show --version V' as well.
        if CommandLine.arguments.dropFirst() == ["--version"] {
            Terminal.shared.raw(release + "\n")
            return
        }
        let warnings = ProcessPreparation.apply()
        do {
            var command = try parseAsRoot()
            Terminal.shared.note(warnings)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Terminal.shared.exit(with: error, in: self)
        }
    }
}
