internal import ArgumentParser
internal import Model
internal import Operations

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Send the members of a destination's segments.",
        subcommands: [
            Plan.self, Run.self, Resume.self, Cancel.self, List.self, Show.self, Rejections.self,
        ])

    private static func words(_ counts: ExportCounts, _ rejectedBy: [String: Int]) -> String {
        var rows = [
            ["profiles in the sources", "\(counts.source)"], ["  in none of the segments", "\(counts.filteredOut)"],
            ["  rejected", "\(counts.rejected)"],
        ]
        rows += rejectedBy.sorted { $0.key < $1.key }.map { ["    \($0.key)", "\($0.value)"] }
        if counts.unchanged > 0 { rows += [["  unchanged since delivered", "\(counts.unchanged)"]] }
        rows += [["  sent", "\(counts.sent)"]]
        if counts.sent > 0 {
            rows += [
                ["    accepted", "\(counts.accepted)"], ["    refused by SendGrid", "\(counts.refused)"],
                ["    fate unknown", "\(counts.unknown)"],
            ]
        }
        rows += [
            ["  ready, not sent", "\(counts.unsent)"], ["    new", "\(counts.new)"],
            ["    changed", "\(counts.changed)"],
        ]
        if counts.leaving > 0 {
            rows += [["left the segments", "\(counts.leaving)"], ["  taken off the list", "\(counts.removed)"]]
        }
        return table(rows)
    }

    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count exactly what an export would do; sends nothing about anybody.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .destination) var destination: String
        @Flag(name: .long, help: "Count for an export that sends what is unchanged as well.") var full = false
        @Option(
            name: .long, help: ArgumentHelp("Write the plan to this file, for 'export run --plan'.", valueName: "file"),
            completion: .file())
        var out: String?

        func run() async throws {
            let bar = ProgressBar()
            let workspace = try await global.workspace()
            let plan = try await Interruption.cancelling {
                try await workspace.planExport(destination, isFull: full, out: out) { bar.update($0) }
            }
            bar.finish()
            Terminal.shared.note(plan.warnings)
            try Terminal.shared.answer(plan) {
                let segments =
                    plan.members.sorted { $0.key < $1.key }.map { ["segment \($0.key)", "\($0.value)"] }
                    + plan.overlaps.map { ["in \($0.segments.joined(separator: " and "))", "\($0.profiles)"] }
                return table(segments) + "\n" + ExportCommand.words(plan.counts, plan.rejectedBy) + "\n"
                    + "About \(plan.requests) request(s); SendGrid's rate limits take \(plan.minimumSeconds) s at least."
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
        @OptionGroup var ways: Ways
        @Argument(help: .destination) var destination: String
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Run the plan in this file; refused if anything it rests on has changed.", valueName: "file"),
            completion: .file())
        var plan: String?
        @Flag(name: .long, help: "Send what is unchanged since it was delivered as well.") var full = false

        func validate() throws {
            guard plan == nil || !full else { throw ValidationError("--full belongs to 'export plan' then.") }
        }

        func run() async throws {
            var options = ways.options
            options.plan = plan
            options.isFull = full
            let workspace = try await global.workspace()
            try await ExportCommand.follow { [options] progress in
                try await workspace.runExport(destination, options, progress: progress)
            }
        }
    }

    /// What running and resuming have in common.
    struct Ways: ParsableArguments {
        @Flag(name: .long, help: "Take off the list as many as have left, even if the policy would stop at that.")
        var allowRemovals = false
        @Option(
            name: .long,
            help: ArgumentHelp(
                "How many seconds to wait for SendGrid's jobs after the last batch.", valueName: "seconds"))
        var jobSeconds = 900
        @Option(
            name: .long,
            help: ArgumentHelp("The most contacts of one request, 1 to SendGrid's 30000.", valueName: "contacts"))
        var batchSize = 30_000

        @Option(
            name: .long,
            help: ArgumentHelp(
                "From how many new contacts on they go as compressed files; 0 for never. Texts only, see the README.",
                valueName: "contacts"))
        var bulkThreshold = 1_000_000

        func validate() throws {
            guard bulkThreshold >= 0 else { throw ValidationError("--bulk-threshold is not negative.") }
            guard (1...30_000).contains(batchSize) else { throw ValidationError("--batch-size is from 1 to 30000.") }
        }

        var options: ExportOptions {
            var options = ExportOptions()
            options.batchSize = batchSize
            options.bulkThreshold = bulkThreshold == 0 ? nil : bulkThreshold
            options.allowsRemovals = allowRemovals
            options.jobPatience = .seconds(jobSeconds)
            return options
        }
    }

    /// Runs an export with a bar, and says how it ended.
    private static func follow(
        _ run: @escaping @Sendable (@escaping @Sendable (ExportProgress) -> Void) async throws -> ExportReport
    ) async throws {
        let bar = ProgressBar()
        let report: ExportReport
        do {
            report = try await Interruption.cancelling { try await run { bar.update($0) } }
        } catch {
            bar.finish()
            throw error
        }
        bar.finish()
        Terminal.shared.note(report.warnings)
        try Terminal.shared.answer(report) {
            let refusals = report.refusals.prefix(20).map { "  \($0.file), line \($0.line): \($0.reason)" }
            return """
                Export \(report.export) to \(report.destination): \(report.state.rawValue) \
                (\(report.batches) request(s), \(report.bytes) bytes, \(report.durationMs) ms)
                \(ExportCommand.words(report.counts, report.rejectedBy))
                """ + (refusals.isEmpty ? "" : "\nRefused by SendGrid:\n" + refusals.joined(separator: "\n"))
                    + (report.counts.rejected + report.counts.refused == 0
                        ? "" : "\nWhich rows: waybill export rejections \(report.export)")
                    + (report.state == .pending ? "\nTo go on: waybill export resume \(report.export)" : "")
        }
        if let failure = report.failure { throw Ended(failure) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go on with an export that was interrupted, or that waits for SendGrid.",
            discussion: """
                What it delivered is not sent again. What it sent without learning the outcome is sent again, and the log
                says so: the same contact twice is the same contact.
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var ways: Ways
        @Argument(help: .export) var export: String

        func run() async throws {
            let workspace = try await global.workspace()
            try await ExportCommand.follow { [options = ways.options] progress in
                try await workspace.resumeExport(export, options, progress: progress)
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End an export before its next request; what was sent stays sent.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .export) var export: String

        func run() async throws {
            let summary = try await global.workspace().cancelExport(export)
            try Terminal.shared.answer(summary) { "Export \(summary.export): \(summary.state)" }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all exports.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let all = try await global.workspace().exports()
            try Terminal.shared.answer(all) { table([Workspace.ExportSummary.head] + all.map(\.row)) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one export with its log entries.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .export) var export: String

        func run() async throws {
            let workspace = try await global.workspace()
            let summary = try workspace.export(export)
            try Terminal.shared.answer(summary) {
                summary.words + (summary.counts.map { "\n" + ExportCommand.words($0, [:]) } ?? "")
                    + "\nwhich rows: waybill export rejections \(summary.export)"
            }
            if !global.json {
                try workspace.forEachEntry(LogFilter(export: export)) { Terminal.shared.say(LogCommand.words($0)) }
            }
        }
    }

    struct Rejections: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the rows that an export rejected, and those that SendGrid refused.",
            discussion: """
                File, line and reason, and no value of any profile. At most 1,000 of each kind are kept, of the newest ten
                exports to each destination that is not removed.
                """)
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The export, as 'export list' names it.") var export: String
        @Flag(name: .long, help: "Answer with comma-separated values, a header row first.") var csv = false

        func validate() throws {
            guard !csv || !global.json else { throw ValidationError("Give either --csv or --json.") }
        }

        func run() async throws {
            let kept = try await global.workspace().keptRows(of: export)
            Terminal.shared.note(kept.notes)
            if csv {
                Terminal.shared.raw(kept.csv)
            } else {
                try Terminal.shared.answer(kept) { kept.words }
            }
        }
    }
}
