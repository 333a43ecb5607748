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
        @Argument(help: .source, transform: readName) var name: SourceName
        @Option(
            name: .long, help: ArgumentHelp("A Common Data Model folder with a model.json.", valueName: "folder"),
            completion: .directory)
        var cdm: String?
        @Option(name: .long, help: "The folder's entity, if it has several and the profiles are not in 'Customer'.")
        var entity: String?
        @Option(
            name: .long, help: ArgumentHelp("A CSV file with a header row, UTF-8.", valueName: "file"),
            completion: .file())
        var csv: String?
        @Option(
            name: .long, help: ArgumentHelp("A file with one JSON object a line.", valueName: "file"),
            completion: .file())
        var ndjson: String?
        @Option(
            name: .long,
            help: ArgumentHelp("The field that identifies a profile (else CustomerId).", valueName: "field"))
        var id: String?
        @Option(
            name: .long,
            help: "With --csv: what stands between fields, one character, tab, semicolon or pipe. (default: a comma)")
        var delimiter: Delimiter?

        func validate() throws {
            guard delimiter == nil || csv != nil else { throw ValidationError("--delimiter goes with --csv.") }
            guard [cdm, csv, ndjson].compactMap(\.self).count == 1 else {
                throw ValidationError("Give exactly one of --cdm DIR, --csv FILE and --ndjson FILE.")
            }
            guard entity == nil || cdm != nil else { throw ValidationError("--entity goes with --cdm.") }
        }

        func run() async throws {
            let format: SourceDefinition.Format =
                if let csv {
                    .csv(path: csv, delimiter: delimiter?.byte)
                } else if let ndjson {
                    .ndjson(path: ndjson)
                } else {
                    .commonDataModel(folder: cdm ?? "", entity: entity)
                }
            let report = try await global.workspace().addSource(
                SourceDefinition(name: name, format: format, idField: id ?? "CustomerId"), requiresID: id != nil)
            Terminal.shared.note(report.warnings)
            try Terminal.shared.answer(report) {
                "Added source \(report.name) with the fields \(report.fields.joined(separator: ", "))"
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all sources.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let all = try await global.workspace().sources()
            try Terminal.shared.answer(all) {
                table([["NAME", "FORMAT", "PATH"]] + all.map { [$0.name, $0.format, $0.path] })
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a source from end to end: count its profiles, find what is malformed.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .source, transform: readName) var name: SourceName

        func run() async throws {
            let report = try await global.workspace().checkSource(name)
            Terminal.shared.note(report.warnings)
            try Terminal.shared.answer(report) { "\(report.name): \(report.profiles ?? 0) profiles, well-formed" }
        }
    }
}

struct SegmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment", abstract: "Which profiles are meant.",
        subcommands: [Add.self, List.self, Count.self, Preview.self, Overlap.self])

    private static func words(_ segment: SegmentReport) -> String {
        "\(segment.name): \(segment.members ?? 0) of \(segment.profiles ?? 0) profiles"
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a segment, or define it anew.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .segment, transform: readName) var name: SegmentName
        @OptionGroup var confirming: Confirming
        @Option(name: .long, help: "The source it selects from, by its name.", transform: readName)
        var source: SourceName
        @Option(
            name: .customLong("where"),
            help: ArgumentHelp("A rule: 'country == \"SE\" and lifetime_value > 100'.", valueName: "rule"))
        var rule: String?
        @Option(
            name: .long,
            help: ArgumentHelp("A CSV or NDJSON file with one member a row.", valueName: "file"), completion: .file())
        var members: String?
        @Option(
            name: .long,
            help: "With --members, a CSV file: what stands between fields, as for 'source add'. (default: a comma)")
        var delimiter: Delimiter?
        @Option(name: .long, help: "An entity of the source's folder with one member a row.") var entity: String?
        @Option(
            name: .long,
            help: ArgumentHelp("A file with the segment's definition, Customer Insights' JSON.", valueName: "file"),
            completion: .file(extensions: ["json"]))
        var definition: String?
        @Option(
            name: .long,
            help: """
                What is done with profiles that cannot be decided on, because a value is not of the type that the source \
                declares: stop (no export) or exclude (left out, counted as rejected).
                """)
        var unreadable = SegmentDefinition.Unreadable.stop

        func validate() throws {
            guard [rule, members, entity, definition].compactMap(\.self).count == 1 else {
                throw ValidationError(
                    "Give exactly one of --where RULE, --members FILE, --entity NAME and --definition FILE.")
            }
            guard delimiter == nil || members != nil else { throw ValidationError("--delimiter goes with --members.") }
        }

        func run() async throws {
            let report: SegmentReport
            if let definition {
                report = try await confirming.workspace(global).importSegment(
                    name, source: source, definition: definition, unreadable: unreadable)
            } else {
                let membership: SegmentDefinition.Membership =
                    if let rule { .rule(rule) } else if let entity { .entity(entity) } else {
                        .members(path: members ?? "")
                    }
                report = try await confirming.workspace(global).addSegment(
                    SegmentDefinition(
                        name: name, source: source, membership: membership, unreadable: unreadable,
                        delimiter: delimiter?.byte))
            }
            Terminal.shared.note(report.warnings)
            try Terminal.shared.answer(report) {
                (definition == nil ? "" : "\(report.rule ?? "")\n") + SegmentCommand.words(report)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all segments.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let all = try await global.workspace().segments()
            try Terminal.shared.answer(all) {
                table(
                    [["NAME", "SOURCE", "RULE OR MEMBERS"]]
                        + all.map { [$0.name, $0.source, $0.rule ?? $0.membersFile ?? $0.membersEntity ?? ""] })
            }
        }
    }

    struct Count: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Count the members of a segment.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .segment, transform: readName) var name: SegmentName

        func run() async throws {
            let report = try await global.workspace().countSegment(name)
            Terminal.shared.note(report.warnings)
            try Terminal.shared.answer(report) { SegmentCommand.words(report) }
        }
    }

    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the first 100 members of a segment, masked.",
            discussion: """
                Of each value the first character is shown. With --reveal the values are shown as they are; who saw them
                is logged first, so it takes --as.
                """)
        @OptionGroup var global: GlobalOptions
        @Argument(help: .segment, transform: readName) var name: SegmentName
        @Flag(name: .long, help: "Show the values as they are; this is logged.") var reveal = false
        @Option(
            name: .customLong("as"),
            help: ArgumentHelp("The administrator who wants to see them.", valueName: "admin"),
            transform: readName)
        var administrator: AdministratorName?

        func validate() throws {
            guard reveal == (administrator != nil) else {
                throw ValidationError("--reveal takes --as ADMIN, and only --reveal does.")
            }
        }

        func run() async throws {
            let report = try await global.workspace().previewSegment(name, revealingTo: administrator)
            try Terminal.shared.answer(report) {
                table([report.fields] + report.profiles.map { profile in profile.map { $0 ?? "" } })
            }
        }
    }

    struct Overlap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count the members of several segments, and of every two of them at once.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The names of segments of one source.", transform: readName) var names: [SegmentName]

        func run() async throws {
            let report = try await global.workspace().overlaps(of: names)
            try Terminal.shared.answer(report) {
                table(
                    report.members.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] }
                        + report.overlaps.map { [$0.segments.joined(separator: " and "), "\($0.profiles)"] })
            }
        }
    }
}
