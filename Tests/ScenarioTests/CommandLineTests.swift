import Foundation
import Sandbox
import Testing

@Suite("The command line is understood where it is plain, and says what to type where it is not")
struct CommandLineTests {
    @Test("global options stand before the command, within it and after it")
    func globalOptions() async throws {
        let stage = try await Stage()
        try await stage.waybill("init")
        let home = stage.home
        let ways = [
            ["log", "list", "--home", home, "--json"], ["--home", home, "--json", "log", "list"],
            ["--json", "log", "--home", home, "list"], ["log", "--quiet", "--json", "list", "--home=" + home],
            ["--home=" + home, "--quiet", "log", "list", "--json", "--from", "0"],
            // The last one counts, wherever it stands.
            ["--home", "/nowhere", "log", "list", "--home", home, "--json", "--json"],
        ]
        let first = try await Program.run(ways[0])
        #expect(try first.lines().count == 3)
        for way in ways {
            let result = try await Program.run(way)
            #expect(result.status == 0 && result.output == first.output, "\(way): \(result.output)\(result.errors)")
        }
        // What stands after -- is a value.
        let subject = try await Program.run(["log", "subject", "--home", home, "--", "--json"])
        #expect(subject.status == 65 && subject.output.isEmpty && subject.errors.hasPrefix("waybill: "))
        try await stage.close()
    }

    @Test(
        "what is not understood ends with 64 and says why, in JSON too, wherever --json stands",
        arguments: [
            "exprot run d1", "destination lst", "run d1", "log list --tyep x", "source add x --csv a --ndjson b",
            "export run", "export run d1 --job-seconds soon", "log show first", "admin enroll a,b --key k", "log", "",
            "destination connect mailchimp", "log verify --since", "help me --json-please",
        ])
    func usage(line: String) async throws {
        let words = line.split(separator: " ").map(String.init)
        for arguments in [["--json"] + words, words + ["--json"], words.prefix(1) + ["--json"] + words.dropFirst()] {
            // An option that lacks its value takes nothing else for it.
            let result = try await Program.run(Array(arguments))
            guard line != "help me --json-please" || arguments[0] == "help" else { continue }
            #expect(result.status == 64, "\(arguments): \(result.status) \(result.output)")
            #expect(try result.errorCode() == "usage", "\(arguments)")
            #expect(result.errors.hasPrefix("waybill: ") && result.errors.contains("\nhint: "), "\(result.errors)")
        }
    }

    @Test(
        "who mistypes a command is told which is meant",
        arguments: [
            ("exprot run", "did you mean 'export'?"), ("destination lst", "did you mean 'list'?"),
            ("destnation list", "did you mean 'destination'?"), ("segments list", "did you mean 'segment'?"),
            ("CONSENT give", "did you mean 'consent'?"), ("dest show", "did you mean 'destination'?"),
            ("run d1", "did you mean 'waybill export run'?"), ("verify", "did you mean 'waybill log verify'?"),
            ("--quiet --home x log lits", "there is no command 'log lits'; did you mean 'list'?"),
            ("consent revoke", "takes one of: request, give, list, show, withdraw"),
            ("log list --destintion d1", "did you mean '--destination'?"),
            ("admin enroll eva --kye F", "did you mean '--key'?"),
            ("destination map d1 --emial E", "did you mean '--email'?"),
            ("source add e --cvs F", "did you mean '--csv'?"),
            ("segment add s --source c --were R", "did you mean '--where'?"),
            ("destination schedule d1 --corn @daily", "did you mean '--cron'?"),
            ("export run --hlep", "did you mean '--help'?"),
        ])
    func suggestions(line: String, answer: String) async throws {
        let result = try await Program.run(line.split(separator: " ").map(String.init))
        #expect(result.status == 64 && result.output.isEmpty)
        #expect(result.errors.contains(answer), "\(result.errors)")
    }

    @Test("help and version are there everywhere, and are no errors")
    func helpAndVersion() async throws {
        for line in ["--help", "-h", "log --help", "log list -h", "help log list", "--json log list --help", "", "log"]
        {
            let result = try await Program.run(line.split(separator: " ").map(String.init))
            #expect(result.status == 0 && result.output.contains("USAGE: waybill"), "\(line): \(result.errors)")
        }
        for line in ["--version", "--quiet --version", "log --version", "log list --version"] {
            let result = try await Program.run(line.split(separator: " ").map(String.init))
            #expect(result.status == 0 && result.output.split(separator: ".").count == 3, "\(line): \(result.output)")
        }
        let json = try await Program.run(["--json", "--version"])
        #expect(try json.json()["version"] is String)
    }

    @Test("every argument and every option of every command has help, and numbers say what they count")
    func everyArgumentHasHelp() async throws {
        struct Dump: Decodable {
            struct Command: Decodable {
                let commandName: String
                let abstract: String?
                let arguments: [Argument]?
                let subcommands: [Command]?
            }
            struct Argument: Decodable {
                let valueName: String?
                let abstract: String?
                let defaultValue: String?
                let kind: String
            }
            let command: Command
        }
        let result = try await Program.run(["--experimental-dump-help"])
        let root = try JSONDecoder().decode(Dump.self, from: Data(result.output.utf8)).command
        let units = ["seconds", "milliseconds", "how many", "most", "port", "index", "version"]
        var (seen, left) = (0, [(root, "waybill")])
        while let (command, name) = left.popLast() {
            // The parser's own.
            if command.commandName == "help" { continue }
            #expect(command.abstract?.hasSuffix(".") == true, "\(name) says nothing of itself")
            for argument in command.arguments ?? [] {
                seen += 1
                let help = argument.abstract ?? ""
                #expect(help.count > 8 && help.contains("."), "\(name), \(argument.valueName ?? ""): '\(help)'")
                if let value = argument.defaultValue, Double(value) != nil {
                    #expect(units.contains { help.lowercased().contains($0) }, "\(name): \(help)")
                }
            }
            left += (command.subcommands ?? []).map { ($0, name + " " + $0.commandName) }
        }
        #expect(seen > 100)
    }

    @Test("log list --help lists the types that there are, and so does the error for another one")
    func types() async throws {
        let stage = try await Stage()
        try await stage.waybill("init")
        let help = try await Program.run(["log", "list", "--help"]).output
        let refused = try await stage.waybill("log", "list", "--type", "transfer", status: 64)
        let types = Set(try await stage.entries().compactMap { $0["type"] as? String })
        #expect(types.count == 3)
        for type in types.union(["transfer.intent", "consent.given", "evidence.issued"]) {
            #expect(help.contains(type) && refused.errors.contains(type))
        }
        try await stage.close()
    }

    @Test("the completion script works in bash: commands, options, and the words that options take")
    func completion() async throws {
        let script = """
            set -eu
            source <("$1" --generate-completion-script bash)
            complete -p waybill >/dev/null
            try() {
                COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMPREPLY=()
                _waybill waybill "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
                echo "${COMPREPLY[*]-}"
            }
            try waybill exp
            try waybill destination re
            try waybill export run --job
            try waybill log list --type transfer.
            try waybill --json consent wi
            """
        let result = try await Program.run(["-c", script, "bash", Program.path], executable: "/bin/bash")
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(
            lines.prefix(5) == [
                "export", "resume remove", "--job-seconds", "transfer.intent transfer.outcome transfer.refused",
                "withdraw",
            ], "\(lines)")
        for shell in ["zsh", "fish"] {
            let other = try await Program.run(["--generate-completion-script", shell])
            #expect(other.status == 0 && other.output.contains("waybill"))
        }
    }
}
