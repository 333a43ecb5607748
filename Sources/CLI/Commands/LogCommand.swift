internal import ArgumentParser
internal import Model
internal import Operations

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Read, verify and prove the log.",
        subcommands: [List.self, Show.self, Verify.self, Checkpoint.self, Prove.self, Export.self, Subject.self])

    /// An entry for people, in one line; 'log show' has all of it.
    static func words(_ line: LogLine) -> String {
        let index = "\(line.index)"
        let start = String(repeating: " ", count: max(0, 5 - index.utf8.count)) + index
        let type = line.type + String(repeating: " ", count: max(0, 22 - line.type.utf8.count))
        return TextWidth.cut(
            "\(start)  \(line.time)  \(type)  \(line.actor)  \(VisibleText.line(line.summary))",
            to: Terminal.shared.width) + "\n"
    }

    /// An entry for machines.
    ///
    /// The entry itself is canonical JSON already, and stays as it is byte for byte.
    static func json(_ line: LogLine) -> String {
        "{\"index\":\(line.index),\"leaf_hash\":\"\(line.leafHash)\",\"entry\":\(line.json)}\n"
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the entries.")
        @OptionGroup var global: GlobalOptions
        @Option(
            name: .long,
            help: ArgumentHelp(
                "Only entries of this type.", discussion: "One of \(LogFilter.types.joined(separator: ", "))."),
            completion: .list(LogFilter.types))
        var type: String?
        @Option(
            name: .long,
            help: ArgumentHelp("Only entries about this destination, such as d1.", valueName: "destination"))
        var destination: String?
        @Option(name: .long, help: ArgumentHelp("Only entries about this export, such as e1.", valueName: "export"))
        var export: String?
        @Option(name: .long, help: ArgumentHelp("Only entries from this index on.", valueName: "index"))
        var from: Int64?

        func run() async throws {
            let filter = LogFilter(type: type, destination: destination, export: export, from: from)
            try await global.workspace().forEachEntry(filter) { line in
                if global.json {
                    Terminal.shared.raw(LogCommand.json(line))
                } else {
                    Terminal.shared.say(LogCommand.words(line))
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one entry, its exact bytes.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .entry) var index: Int64

        func run() async throws {
            let line = try await global.workspace().entry(index)
            Terminal.shared.raw(global.json ? LogCommand.json(line) : line.json + "\n")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Derive the whole log anew from its entries, and prove its invariants.",
            discussion: "Ends with status 76 if anything is wrong.")
        @OptionGroup var global: GlobalOptions
        @Option(
            name: .long,
            help: ArgumentHelp(
                "A file with an earlier checkpoint that the log must still contain.", valueName: "file"),
            completion: .file())
        var since: String?
        @Option(
            name: .long,
            help: ArgumentHelp(
                "The log's verifier key as you were given it (else the one the log announces).", valueName: "key"))
        var vkey: String?

        func run() async throws {
            let report = try Workspace.verifyLog(home: global.directory, since: since, verifierKey: vkey)
            try Terminal.shared.answer(report) {
                report.ok
                    ? "The log verifies: \(report.size) entries, root \(report.root)"
                        + (report.openIntents.isEmpty ? "" : "\nWithout outcome yet: \(report.openIntents)")
                    : report.violations.map { violation in
                        "\(violation.invariant)\(violation.index.map { " at entry \($0)" } ?? ""): \(violation.message)"
                    }.joined(separator: "\n")
            }
            guard report.ok else {
                if global.json { throw Ended(.verification) }
                throw OperationError.verificationFailed(violations: report.violations.count)
            }
        }
    }

    struct Checkpoint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the newest signed checkpoint; keep it outside to detect a rewritten log later.")
        @OptionGroup var global: GlobalOptions

        private struct Note: Encodable {
            let checkpoint: String
        }

        func run() async throws {
            let note = try await global.workspace().checkpoint()
            if global.json {
                try Terminal.shared.answer(Note(checkpoint: note)) { note }
            } else {
                Terminal.shared.raw(note)
            }
        }
    }

    struct Prove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the proof that an entry is in the log (C2SP tlog-proof).")
        @OptionGroup var global: GlobalOptions
        @Argument(help: .entry) var index: Int64

        func run() async throws {
            let report = try await global.workspace().prove(index)
            if global.json {
                try Terminal.shared.answer(report) { "" }
            } else {
                Terminal.shared.raw(report.proof)
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print all entries, each its exact bytes, one a line.")
        @OptionGroup var global: GlobalOptions
        @Option(name: .long, help: "The form: jsonl.", completion: .list(["jsonl"])) var format = "jsonl"

        func validate() throws {
            guard format == "jsonl" else { throw ValidationError("The only format so far is jsonl.") }
        }

        func run() async throws {
            try await global.workspace().forEachEntry(LogFilter()) { Terminal.shared.raw($0.json + "\n") }
        }
    }

    struct Subject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find every transfer that carried a person.",
            discussion: """
                Give the address on standard input (-) to keep it out of the shell's history and the process list.
                """)
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The e-mail address, or - for standard input.") var email: String

        func run() async throws {
            let address = Personal(email == "-" ? try InputFile.text("-") : email)
            let report = try await global.workspace().findSubject(address)
            try Terminal.shared.answer(report) {
                guard report.tagged > 0 else { return "No transfer carried this address." }
                return "\(report.tagged) transfer(s) carried this address:\n"
                    + table(
                        [["INTENT", "TIME", "DESTINATION", "LIST", "STATUS", "CONSENT", "FIELDS"]]
                            + report.transfers.map {
                                [
                                    "\($0.intent)", $0.time, "\($0.destination) \($0.host)", $0.listId, $0.status,
                                    "\($0.consent) by \($0.consentBy)", $0.fields.joined(separator: ","),
                                ]
                            })
            }
        }
    }
}
