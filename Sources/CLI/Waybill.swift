internal import ArgumentParser
internal import Model
internal import Operations

@main
struct Waybill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waybill",
        abstract: "Exports segments of customer profiles to SendGrid contact lists, and proves what left.",
        discussion: """
            Every export runs under a consent that an administrator signed, and every request is on a tamper-evident \
            log before its first byte leaves. A destination can be removed at any moment; from then on nothing leaves.

            Start with 'waybill quickstart': the whole story on sample data, against a local SendGrid. 'waybill \
            --version' says which this is. The global options stand before or after the command.
            """,
        subcommands: [
            QuickstartCommand.self, InitCommand.self, AdminCommand.self, AgreementCommand.self, PolicyCommand.self,
            SourceCommand.self, SegmentCommand.self, DestinationCommand.self, ConsentCommand.self, ExportCommand.self,
            LogCommand.self, ServeCommand.self, SandboxCommand.self, BenchCommand.self, ExitStatusCommand.self,
        ])

    static let release = "0.1.0"

    /// Taken here, they may stand before the command as well; the commands take over what was found.
    @OptionGroup var global: GlobalOptions

    private static func parsed(_ words: CommandWords) throws -> any ParsableCommand {
        do {
            return try parseAsRoot()
        } catch {
            if exitCode(for: error) != .success, let problem = words.misspelt { throw problem }
            throw error
        }
    }

    /// Runs the command line; every error ends here and becomes words, JSON and an exit status.
    static func main() async {
        let words = Terminal.shared.words
        do {
            if words.asksForVersion {
                try Terminal.shared.answer(["version": release]) { release }
                return
            }
            if let problem = words.problem { throw problem }
            let warnings = ProcessPreparation.apply()
            var command = try parsed(words)
            if Terminal.shared.isJSON, !type(of: command).configuration.subcommands.isEmpty {
                throw UsageProblem(
                    message: "'\(words.name)' alone does nothing",
                    hint: "it takes one of: \(words.choices.joined(separator: ", "))")
            }
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
