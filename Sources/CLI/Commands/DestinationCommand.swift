internal import ArgumentParser
internal import Model
internal import Operations

struct DestinationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "destination", abstract: "SendGrid contact lists that profiles are exported to.",
        subcommands: [
            Connect.self, Map.self, Segments.self, Schedule.self, List.self, Show.self, Suspend.self, Resume.self,
            Remove.self,
        ])

    struct Connect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set up a destination: check the API key and the list, keep the key encrypted.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @Argument(help: "The kind of destination: sendgrid.", completion: .list(["sendgrid"])) var kind: String
        @Option(name: .long, help: "A recognizable name for people, no address.") var name: String
        @Option(
            name: .long, help: "The ID of an existing contact list, a UUID; it ends the list's address at SendGrid.",
            transform: readName)
        var listID: ContactListID
        @Option(
            name: .long,
            help: ArgumentHelp("The file with the SendGrid API key, or - for standard input.", valueName: "file"),
            completion: .file())
        var apiKeyFile: String
        @Option(name: .customLong("base-url"), help: ArgumentHelp("Where SendGrid's API is.", valueName: "url"))
        var baseURL = "https://api.sendgrid.com"

        func validate() throws {
            guard kind == "sendgrid" else { throw ValidationError("The only kind of destination is 'sendgrid'.") }
        }

        func run() async throws {
            let report = try await global.workspace().connectDestination(
                name: name, listID: listID, keyFile: apiKeyFile, endpoint: try Endpoint(baseURL),
                by: actor.administrator)
            Terminal.shared.note(report.warnings)
            try Terminal.shared.answer(report) {
                "Connected. The destination is \(report.id).\nNext: waybill destination map \(report.id) --email FIELD "
                    + "--as \(actor.administrator)"
            }
        }
    }

    struct Map: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Data matching: which profile field fills which contact field.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @OptionGroup var confirming: Confirming
        @Argument(help: .destination) var destination: String
        @Option(
            name: .long,
            help: ArgumentHelp("The profile field with the email address; it must be matched.", valueName: "field"))
        var email: String
        @Option(name: .long, help: ArgumentHelp("The profile field for the first name.", valueName: "field"))
        var firstName: String?
        @Option(name: .long, help: ArgumentHelp("The profile field for the last name.", valueName: "field"))
        var lastName: String?
        @Option(
            name: [.long, .customLong("country-region")],
            help: ArgumentHelp("The profile field for the country or region.", valueName: "field"))
        var country: String?
        @Option(
            name: [.long, .customLong("state-province-region")],
            help: ArgumentHelp("The profile field for the state or province.", valueName: "field"))
        var state: String?
        @Option(name: .long, help: ArgumentHelp("The profile field for the city.", valueName: "field"))
        var city: String?
        @Option(
            name: [.customLong("post-code"), .customLong("postal-code"), .customLong("postcode")],
            help: ArgumentHelp("The profile field for the post code.", valueName: "field"))
        var postCode: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "A custom field by its name at SendGrid, from a profile field. May be repeated.",
                valueName: "name=field"))
        var custom: [String] = []
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Make this custom field at SendGrid if it has none of that name; the type is Text, Number or Date.",
                valueName: "name:type"))
        var createCustom: [String] = []
        @Option(
            name: .long,
            help: ArgumentHelp(
                "A profile field that, when set, keeps a profile from being sent. May be repeated.", valueName: "field"
            ))
        var doNotContact: [String] = []
        @Option(
            name: .long, help: "A field that looks like an opt-out or a consent, and is harmless. May be repeated.")
        var ignoreFlag: [String] = []

        func run() async throws {
            var others: [ContactField: String] = [
                .firstName: firstName, .lastName: lastName, .country: country, .state: state, .city: city,
                .postalCode: postCode,
            ].compactMapValues(\.self)
            for pair in custom {
                guard let equals = pair.firstIndex(of: "="), pair.index(after: equals) < pair.endIndex else {
                    throw ValidationError("--custom takes NAME=FIELD, for example --custom loyalty=LoyaltyTier")
                }
                let field = try ContactField(name: "custom:" + pair[..<equals])
                others[field] = String(pair[pair.index(after: equals)...])
            }
            var creating: [String: CustomFieldDefinition.ValueType] = [:]
            for text in createCustom {
                let parts = text.split(separator: ":", omittingEmptySubsequences: false)
                guard parts.count == 2,
                    let type = CustomFieldDefinition.ValueType(
                        rawValue: parts[1].prefix(1).uppercased() + parts[1].dropFirst().lowercased())
                else {
                    throw ValidationError("--create-custom takes NAME:TYPE, and TYPE is Text, Number or Date")
                }
                creating[String(parts[0])] = type
            }
            let report = try await confirming.workspace(global).mapDestination(
                destination, matching: DataMatching(email: email, others: others), doNotContact: doNotContact,
                ignoredFlags: ignoreFlag, creating: creating, by: actor.administrator)
            Terminal.shared.note(report.warnings)
            try Terminal.shared.answer(report) { report.words }
        }
    }

    struct Segments: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Choose the segments to export.",
            discussion: """
                Fields that keep people out by their names alone (DoNotEmail, DoNotBulkEmail, DoNotContact) become \
                do-not-contact fields of the destination: they stand in what is signed, and an export stops if one is \
                gone.

                To move a destination to a source whose fields are called otherwise, choose --none, map, and choose anew.
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @OptionGroup var confirming: Confirming
        @Argument(help: .destination) var destination: String
        @Argument(help: "The names of the segments, all that are to be exported.", transform: readName)
        var segments: [SegmentName] = []
        @Flag(name: .long, help: "Choose none: nothing can be exported until some are chosen.") var none = false

        func validate() throws {
            guard segments.isEmpty == none else { throw ValidationError("give the names of segments, or --none") }
        }

        func run() async throws {
            let report = try await confirming.workspace(global).chooseSegments(
                destination, segments: segments, by: actor.administrator)
            Terminal.shared.note(report.warnings)
            try Terminal.shared.answer(report) {
                let next = "\nNext: waybill consent request \(report.id) --as \(actor.administrator)"
                return report.words + (none || report.wouldMeet == nil ? "" : next)
            }
        }
    }

    struct Schedule: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set when exports run by themselves, inside 'waybill serve'.",
            discussion: "Who sets it is the export user: scheduled exports go out under their consent alone.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @Argument(help: .destination) var destination: String
        @Flag(name: .long, help: "At each refresh of the sources.") var onRefresh = false
        @Option(
            name: .long,
            help: ArgumentHelp(
                "At the times of a cron expression: '0 6 * * MON-FRI' is weekdays at six.",
                valueName: "expression"))
        var cron: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "The time zone of those times, as Europe/Stockholm; UTC unless given.",
                discussion: """
                    A fixed time that clocks skip in spring comes at once when they have been set forward; one that \
                    comes twice in autumn counts once. Where minute or hour begins with '*', runs go on by real time.
                    """,
                valueName: "zone"))
        var timeZone: String?
        @Flag(name: .long, help: "Not any more.") var off = false

        func validate() throws {
            guard [onRefresh, cron != nil, off].count(where: \.self) == 1 else {
                throw ValidationError("give one of --on-refresh, --cron EXPRESSION and --off.")
            }
            guard timeZone == nil || cron != nil else { throw ValidationError("--time-zone goes with --cron.") }
        }

        func run() async throws {
            var schedule: Model.Schedule?
            if onRefresh { schedule = .onRefresh }
            if let cron {
                // UTC is what it is without a time zone.
                let zone = timeZone.flatMap { $0.uppercased() == "UTC" ? nil : $0 }
                schedule = .cron(try CronExpression(cron, zone: try zone.map { name in try CronZone(name) }))
            }
            let report = try await global.workspace().schedule(destination, schedule, by: actor.administrator)
            Terminal.shared.note(report.warnings)
            try Terminal.shared.answer(report) {
                "Destination \(report.id): \(report.schedule), export user \(report.exportUser)"
                    + (report.next.map { ", next at \($0)" } ?? "")
                    + (report.nextLocal.map { " (\($0) in \(report.timeZone ?? ""))" } ?? "")
                    + (off ? "" : "\nIt runs where and while 'waybill serve' does.")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all destinations, removed ones included.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let all = try await global.workspace().destinations()
            Terminal.shared.note(all.flatMap(\.warnings))
            try Terminal.shared.answer(all) {
                all.isEmpty ? "No destinations yet." : all.map(\.summary).joined(separator: "\n\n")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one destination.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .destination) var destination: String

        func run() async throws {
            let report = try await global.workspace().showDestination(destination)
            Terminal.shared.note(report.warnings)
            try Terminal.shared.answer(report) { report.words }
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse exports until the destination is resumed.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @Argument(help: .destination) var destination: String

        func run() async throws {
            let report = try await global.workspace().setSuspended(true, destination, by: actor.administrator)
            try Terminal.shared.answer(report) { "Suspended \(report.id)" }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Allow exports again.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @Argument(help: .destination) var destination: String

        func run() async throws {
            let report = try await global.workspace().setSuspended(false, destination, by: actor.administrator)
            try Terminal.shared.answer(report) { "Resumed \(report.id)" }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a destination: when this returns, not one more byte leaves for it.",
            discussion: """
                Running exports are stopped, open requests cut off, the API key destroyed. What has left cannot be called
                back; the log lists it.
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var actor: AsAdministrator
        @Argument(help: .destination) var destination: String
        @Option(name: .long, help: ArgumentHelp("Why; stands in the log, so no personal data.", valueName: "text"))
        var reason: String?

        func run() async throws {
            let report = try await Workspace.removeDestination(
                home: global.directory, destination, by: actor.administrator, reason: reason)
            try Terminal.shared.answer(report) {
                """
                Removed \(report.id) (\(report.index.map { "log index \($0)" } ?? "the log entry follows when the key file is back")): nothing leaves for it any more, its API key is destroyed.
                \(report.abortedRequests) open request(s) cut off; \(report.transfersTotal) transfer(s) in its whole time.
                """
            }
        }
    }
}
