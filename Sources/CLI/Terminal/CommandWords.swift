internal import ArgumentParser
internal import Model

/// The words of a command line, as far as they say which command is meant.
///
/// The parser itself takes the global options before and after the command. This finds out beforehand what it would answer
/// poorly: a command that does not exist, and a question for the version.
struct CommandWords {
    /// The command that is named, with those above it, `waybill` first.
    private(set) var path: [any ParsableCommand.Type] = [Waybill.self]
    /// The first word that stands where a command should and is none.
    private(set) var stray: String?
    private let options: ArraySlice<String>

    init(_ words: [String]) {
        // What follows `--` are values, whatever they look like.
        options = words.prefix { $0 != "--" }
        var rest = options
        while let word = rest.popFirst() {
            if word == "--home" {
                _ = rest.popFirst()
            } else if word == "--json" || word == "--quiet" || word.hasPrefix("--home=") {
                continue
            } else if word.hasPrefix("-") || word == "help" || Self.commands(of: path).isEmpty {
                return
            } else if let next = Self.commands(of: path).first(where: { $0._commandName == word }) {
                path.append(next)
            } else {
                stray = word
                return
            }
        }
    }

    private static func commands(of path: [any ParsableCommand.Type]) -> [any ParsableCommand.Type] {
        path.last?.configuration.subcommands ?? []
    }

    /// What is to be typed for the command that is named.
    var name: String { path.map { $0._commandName }.joined(separator: " ") }
    /// The commands below it.
    var choices: [String] { Self.commands(of: path).map { $0._commandName } }
    var wantsJSON: Bool { options.contains("--json") }
    var wantsQuiet: Bool { options.contains("--quiet") }

    /// Whether the version is asked for; `agreement show` has an option of that name itself.
    var asksForVersion: Bool { options.contains("--version") && name != "waybill agreement show" }

    /// What is wrong with the line as far as it names a command.
    var problem: UsageProblem? {
        guard let stray else { return nil }
        let typed = (path.dropFirst().map { $0._commandName } + [stray]).joined(separator: " ")
        let missing = "there is no command '\(typed)'"
        let near = suggestions(for: stray)
        let hint =
            near.isEmpty
            ? "'\(name)' takes one of: \(choices.joined(separator: ", "))" : "see '\(name) --help'"
        return UsageProblem(
            message: near.isEmpty
                ? missing
                : missing + "; did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?",
            hint: hint)
    }

    /// An option that does not exist, where one of nearly its name does.
    ///
    /// Asked once the parser has refused the line: it names what is missing first, and so would not say it of an option
    /// that is required.
    var misspelt: UsageProblem? {
        guard stray == nil, let command = path.last else { return nil }
        let known = Self.optionNames(of: command)
        for word in options where word.hasPrefix("--") {
            let name = String(word.dropFirst(2).prefix { $0 != "=" })
            guard !name.isEmpty, !known.contains(name) else { continue }
            let near = Spelling.nearest(to: name, among: known)
            guard !near.isEmpty else { continue }
            return UsageProblem(
                message: "there is no option '--\(name)'; did you mean "
                    + near.map { "'--\($0)'" }.joined(separator: " or ") + "?",
                hint: "see '\(self.name) --help'")
        }
        return nil
    }

    /// The long names of a command's options, as its help lists them.
    private static func optionNames(of command: any ParsableCommand.Type) -> [String] {
        let help = Waybill.helpMessage(for: command, includeHidden: true, columns: 1000)
        var names: [String] = []
        for line in help.split(separator: "\n") {
            let label = line.drop { $0 == " " }
            guard label.hasPrefix("-") else { continue }
            for part in label.split(separator: " ").prefix(while: { $0.hasPrefix("-") || $0.hasPrefix("<") })
            where part.hasPrefix("--") {
                names.append(String(part.dropFirst(2).prefix { $0 != "," }))
            }
        }
        return names
    }

    /// Commands of nearly that name here, else commands of exactly that name elsewhere.
    private func suggestions(for word: String) -> [String] {
        let near = Spelling.nearest(to: word, among: choices)
        if !near.isEmpty { return near }
        let groups = Waybill.configuration.subcommands
        return groups.flatMap { group in
            group.configuration.subcommands.filter { $0._commandName == word }.map {
                "waybill \(group._commandName) \($0._commandName)"
            }
        }.prefix(4).map(\.self)
    }
}

/// A command line that was not understood.
struct UsageProblem: ReportableError {
    let message: String
    let hint: String?

    var code: String { "usage" }
    var failure: FailureClass { .usage }
}
