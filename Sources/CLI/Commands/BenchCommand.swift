internal import ArgumentParser
internal import Operations

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure what Waybill costs on this machine.",
        subcommands: [Pipeline.self, Inputs.self, Profiles.self])

    struct Pipeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measure the way of generated profiles to request bodies, and a governed export of them.",
            discussion: """
                Everything is on: a rule, data matching, validation, finding doubled addresses, encoding, subject tags,
                digests. Prints nanoseconds of processor time for each profile by stage, of both readings of the
                sources together; profiles a second; and the most memory that was resident.
                """)
        @OptionGroup var global: GlobalOptions
        @Option(name: .long, help: "How many profiles to generate, 1 to 100000000.") var profiles = 1_000_000
        @Option(
            name: .long, help: "The folder to put them in while measuring (else the temporary folder).",
            completion: .directory)
        var folder: String?
        @Flag(name: .long, help: "Measure the pipeline alone, without a governed export.") var pipelineOnly = false

        func validate() throws {
            guard (1...100_000_000).contains(profiles) else {
                throw ValidationError("--profiles is from 1 to 100000000.")
            }
        }

        func run() async throws {
            let report = try await PipelineBench.run(
                profiles: profiles, folder: folder, governed: !pipelineOnly
            ) { Terminal.shared.note([$0]) }
            try Terminal.shared.answer(report) { Self.words(report) }
        }

        private static func words(_ report: BenchReport) -> String {
            func rounded(_ value: Double, _ factor: Double = 10) -> String { "\((value * factor).rounded() / factor)" }
            var blocks = ["\(report.bytes) bytes of profiles, \(rounded(report.bytesPerProfile)) a profile"]
            for run in report.runs {
                var rows = [
                    ["\(run.name)", ""], ["  profiles", "\(run.profiles)"], ["  contacts", "\(run.contacts)"],
                    ["  processor time a profile", "\(rounded(run.nanosecondsPerProfile)) ns"],
                ]
                rows += run.stages.map { ["    \($0.name)", "\(rounded($0.nanosecondsPerProfile)) ns"] }
                rows += [
                    ["  profiles a second", "\(Int(run.profilesPerSecond))"],
                    ["  processors busy", rounded(run.processors)],
                    ["  peak memory", "\(rounded(Double(run.peakBytes) / 1_048_576)) MiB"],
                ]
                blocks.append(table(rows))
            }
            return blocks.joined(separator: "\n")
        }
    }

    struct Inputs: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Measure files with very many columns, entities, partitions or keys: twice as many, twice the time.")
        @OptionGroup var global: GlobalOptions
        @Option(name: .long, help: "How many there are at first; twice and four times as many follow.")
        var count = 5_000
        @Option(name: .long, help: "Where to put them while measuring, instead of the temporary folder.")
        var folder: String?

        func validate() throws {
            guard (1...50_000).contains(count) else { throw ValidationError("--count is from 1 to 50000.") }
        }

        func run() async throws {
            let report = try await InputBench.run(count: count, folder: folder)
            try Terminal.shared.answer(report) {
                table(
                    [["INPUT", "COUNT", "BYTES", "MS"]]
                        + report.inputs.flatMap { input in
                            input.sizes.map {
                                [input.name, "\($0.count)", "\($0.bytes)", "\(($0.milliseconds * 10).rounded() / 10)"]
                            }
                        })
            }
        }
    }

    struct Profiles: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the generated profiles that 'bench pipeline' measures with: a Common Data Model folder.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The folder to put them in; it is made if it is missing.", completion: .directory)
        var folder: String
        @Option(name: .long, help: "How many profiles to generate, 1 to 100000000.") var profiles = 1_000_000

        private struct Written: Encodable {
            let profilesFolder: String
            let profiles: Int
        }

        func run() async throws {
            let sample = try SampleData.write(to: folder, profiles: profiles)
            try Terminal.shared.answer(
                Written(profilesFolder: sample.profilesFolder, profiles: sample.partitionRows.reduce(0, +))
            ) { "\(profiles) profiles in \(sample.profilesFolder)" }
        }
    }
}
