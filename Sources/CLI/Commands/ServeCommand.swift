internal import ArgumentParser
internal import Model
internal import Operations

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run exports at their scheduled times, until interrupted.",
        discussion: """
            Set the times with 'waybill destination schedule'. SIGTERM and SIGINT end it: requests under way are
            concluded and logged, and what is left goes with the next run. It ends within ten seconds, with status 75 if
            something did not answer until then.
            """)

    @OptionGroup var global: GlobalOptions
    @Option(
        name: .long,
        help: ArgumentHelp(
            "How many seconds pass between two looks at the schedules, 0.1 to 3600.", valueName: "seconds"))
    var interval = 5.0

    @Option(
        name: .long,
        help: ArgumentHelp(
            "For how many seconds sources must be unchanged to count as refreshed.", valueName: "seconds"))
    var settle = 10

    func validate() throws {
        guard settle >= 0 else { throw ValidationError("--settle is not negative.") }
        guard (0.1...3600).contains(interval) else { throw ValidationError("--interval is from 0.1 to 3600.") }
    }

    func run() async throws {
        let workspace = try await global.workspace()
        Terminal.shared.note(["serving schedules; stop with SIGTERM or Ctrl-C"])
        let pause = Duration.milliseconds(Int64(interval * 1000))
        var hasEnded = true
        do {
            hasEnded = try await Interruption.cancelling(within: 9) {
                try await workspace.serve(interval: pause, settle: Int64(settle)) { event in
                    // A line each; that one cannot be written must not end an export.
                    try? Terminal.shared.answer(event) {
                        "\(event.time) \(event.destination) \(event.event)"
                            + [event.export, event.state, event.message].compactMap(\.self).map { " \($0)" }.joined()
                    }
                }
            }
        } catch is CancellationError {
            // Being stopped is the one good end.
        }
        if !hasEnded { throw Ended(.interrupted) }
    }
}
