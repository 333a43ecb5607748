internal import ArgumentParser
internal import Model
internal import Operations

struct SourceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "source", abstract: "Where profiles are read from.",
        subcommands: [Add.self, List.self, Check.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a source of profiles.")
        @OptionGroup var global: GlobalOptions
        @Argument var name: SourceName
        @Option(name: .long, help: "A Common Data Model folder with a model.json.") var cdm: String?
        @Option(name: .long, help: "A CSV file with a header row, UTF-8.") var csv: String?
        @Option(name: .long, help: "A file with one JSON object a line.") var ndjson: String?
        @Option(name: .long, help: "The field that identifies a profile.") var id = "CustomerId"

        func validate() throws {
            guard [cdm, csv, ndjson].compactMap(\.self).count == 1 else {
                throw ValidationError("Give exactly one of --cdm DIR, --csv FILE and --ndjson FILE.")
            }
        }

        func run() async throws {
            let format: SourceDefinition.Format =
                if let csv {
                    .csv(path: csv)
                } else if let ndjson {
                    .ndjson(path: ndjson)
                } else {
                    .commonDataModel(folder: cdm ?? "")
                }
            let report = try await global.workspace().addSource(
                SourceDefinition(name: name, format: format, idField: id))
            try Terminal.shared.answer(report) {
                "Added source \(report.name) with the fields \(report.fields.joined(separator: ", "))"
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all sources.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let all = try global.workspace().sources()
            try Terminal.shared.answer(all) {
                table([["NAME", "FORMAT", "PATH"]] + all.map { [$0.name, $0.format, $0.path] })
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a source from end to end: count its profiles, find what is malformed.")
        @OptionGroup var global: GlobalOptions
        @Argument var name: SourceName

        func run() async throws {
            let report = try await global.workspace().checkSource(name)
            try Terminal.shared.answer(report) { "\(report.name): \(report.profiles ?? 0) profiles, well-formed" }
        }
    }
}

struct SegmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment", abstract: "Which profiles are meant.",
        subcommands: [Add.self, List.self, Count.self])

    private static func words(_ segment: SegmentReport) -> String {
        "\(segment.name): \(segment.members ?? 0) of \(segment.profiles ?? 0) profiles"
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a segment, or define it anew.")
        @OptionGroup var global: GlobalOptions
        @Argument var name: SegmentName
        @Option(name: .long, help: "The source it selects from.") var source: SourceName
        @Option(name: .customLong("where"), help: "A rule: country == \"SE\" and lifetime_value > 100") var rule:
            String?
        @Option(name: .long, help: "A file with one member a row.") var members: String?

        func validate() throws {
            guard (rule == nil) != (members == nil) else {
                throw ValidationError("Give either --where RULE or --members FILE.")
            }
        }

        func run() async throws {
            let membership: SegmentDefinition.Membership =
                if let rule { .rule(rule) } else { .members(path: members ?? "") }
            let report = try await global.workspace().addSegment(
                SegmentDefinition(name: name, source: source, membership: membership))
            try Terminal.shared.answer(report) { SegmentCommand.words(report) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all segments.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let all = try global.workspace().segments()
            try Terminal.shared.answer(all) {
                table(
                    [["NAME", "SOURCE", "RULE OR MEMBERS"]]
                        + all.map { [$0.name, $0.source, $0.rule ?? $0.membersFile ?? ""] })
            }
        }
    }

    struct Count: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Count the members of a segment.")
        @OptionGroup var global: GlobalOptions
        @Argument var name: SegmentName

        func run() async throws {
            let report = try await global.workspace().countSegment(name)
            try Terminal.shared.answer(report) { SegmentCommand.words(report) }
        }
    }
}
