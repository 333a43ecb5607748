internal import ArgumentParser
internal import Model
internal import Operations

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Send the members of a destination's segments.",
        subcommands: [Plan.self, Run.self, List.self, Show.self])

    private static func words(_ counts: ExportCounts, _ rejectedBy: [String: Int]) -> String {
        var rows = [
            ["profiles in the sources", "\(counts.source)"], ["  in none of the segments", "\(counts.filteredOut)"],
            ["  rejected", "\(counts.rejected)"],
        ]
        rows += rejectedBy.sorted { $0.key < $1.key }.map { ["    \($0.key)", "\($0.value)"] }
        rows += [["  sent", "\(counts.sent)"]]
        if counts.sent > 0 {
            rows += [
                ["    accepted", "\(counts.accepted)"], ["    refused by SendGrid", "\(counts.refused)"],
                ["    fate unknown", "\(counts.unknown)"],
            ]
        }
        rows += [["  ready, not sent", "\(counts.unsent)"]]
        return table(rows)
    }

    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count exactly what an export would do; sends nothing about anybody.")
        @OptionGroup var global: GlobalOptions
        @Argument var destination: String

        func run() async throws {
            let bar = ProgressBar()
            let workspace = try await global.workspace()
            let plan = try await Interruption.cancelling {
                try await workspace.planExport(destination) { bar.update($0) }
            }
            bar.finish()
            Terminal.shared.note(plan.warnings)
            try Terminal.shared.answer(plan) {
                let segments =
                    plan.members.sorted { $0.key < $1.key }.map { ["segment \($0.key)", "\($0.value)"] }
                    + plan.overlaps.map { ["in \($0.segments.joined(separator: " and "))", "\($0.profiles)"] }
                return table(segments) + "\n" + ExportCommand.words(plan.counts, plan.rejectedBy)
            }
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run an export now.",
            discussion: """
                The sources are read once to the end before anything is sent; a malformed row stops the export there.
                Exit status: 0 all arrived, 2 SendGrid refused some contacts, 75 some jobs had not finished in time or
                the export was interrupted, 77 refused by governance.
                """)
        @OptionGroup var global: GlobalOptions
        @Argument var destination: String
        @Option(name: .long, help: "How many seconds to wait for SendGrid's jobs after the last batch.")
        var jobSeconds = 900

        func run() async throws {
            let bar = ProgressBar()
            let workspace = try await global.workspace()
            let report: ExportReport
            do {
                report = try await Interruption.cancelling {
                    try await workspace.runExport(destination, jobPatience: .seconds(jobSeconds)) { bar.update($0) }
                }
            } catch {
                bar.finish()
                throw error
            }
            bar.finish()
            Terminal.shared.note(report.warnings)
            try Terminal.shared.answer(report) {
                """
                Export \(report.export) to \(report.destination): \(report.state.rawValue) \
                (\(report.batches) request(s), \(report.bytes) bytes, \(report.durationMs) ms)
                \(ExportCommand.words(report.counts, report.rejectedBy))
                """
            }
            if let failure = report.failure { throw Ended(failure) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all exports.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let all = try await global.workspace().exports()
            try Terminal.shared.answer(all) {
                table(
                    [["EXPORT", "DESTINATION", "STATE", "LOG"]]
                        + all.map {
                            [
                                $0.export, $0.destination, $0.state,
                                "\($0.startedIndex)-\($0.finishedIndex.map { "\($0)" } ?? "")",
                            ]
                        })
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one export with its log entries.")
        @OptionGroup var global: GlobalOptions
        @Argument var export: String

        func run() async throws {
            let workspace = try await global.workspace()
            let summary = try workspace.export(export)
            try Terminal.shared.answer(summary) { "\(summary.export) to \(summary.destination): \(summary.state)" }
            if !global.json {
                try workspace.forEachEntry(LogFilter(export: export)) { Terminal.shared.raw(LogCommand.words($0)) }
            }
        }
    }
}
