// The rules of this terminal: answers go to standard output, everything else to standard error. Errors start with
// "waybill:", in lower case, without a full stop; a line that starts with "hint:" says what to type next. With --json
// there is one JSON document (or one a line) on standard output, errors included. Secrets are never shown, and
// profiles only where somebody asked for them by name (segment preview --reveal). Everything that is said goes through
// here, and nothing that steers a terminal passes, whoever wrote it.

internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import Model
internal import Operations
internal import Synchronization

/// Standard output and standard error, as this invocation is to use them.
final class Terminal: Sendable {
    static let shared = Terminal()

    private struct Mode {
        var isJSON = false
        var isQuiet = false
        /// What was said beside the answer; nothing is said twice.
        var said: Set<String> = []
    }

    /// The command line, known before it is parsed, because parsing can fail too.
    let words = CommandWords(Array(CommandLine.arguments.dropFirst()))
    private let mode = Mutex(Mode())
    private let stoppedExport = Mutex<StoppedExport?>(nil)

    private init() {
        mode.withLock { mode in
            mode.isJSON = words.wantsJSON
            mode.isQuiet = words.wantsQuiet
        }
    }

    var isJSON: Bool { mode.withLock(\.isJSON) }

    /// Whether a progress bar has somewhere to be drawn and somebody to see it.
    var showsProgress: Bool {
        mode.withLock { !$0.isQuiet } && isatty(STDERR_FILENO) == 1
    }

    /// Prints an answer: as JSON if that was asked for, else in words.
    func answer(_ value: some Encodable, _ words: () -> String) throws {
        if isJSON {
            write(try json(value) + "\n", to: .output)
        } else {
            say(words() + "\n")
        }
    }

    /// Prints `text` as part of the answer.
    func say(_ text: String) { write(VisibleText.lines(text), to: .output) }

    /// Prints exactly `text`, which is signed or hashed; on a terminal, where it is read by a person, visibly.
    func raw(_ text: String) { isatty(STDOUT_FILENO) == 1 ? say(text) : write(text, to: .output) }

    /// Says something that is neither the answer nor an error, such as what is about to be signed.
    func show(_ text: String) { write(VisibleText.lines(text), to: .errors) }

    /// Says something beside the answer, once.
    /// - Parameter isNeeded: whether it is said with `--quiet` too.
    func note(_ lines: [String], isNeeded: Bool = false) {
        let fresh = mode.withLock { mode in
            isNeeded || !mode.isQuiet ? lines.filter { mode.said.insert($0).inserted } : []
        }
        for line in fresh { write("waybill: note: \(VisibleText.line(line))\n", to: .errors) }
    }

    func json(_ value: some Encodable) throws -> String { try ReportJSON.text(value) }

    private struct Problem: Encodable {
        struct Body: Encodable {
            let code: String
            let message: String
            let hint: String
        }

        let error: Body
        /// What an export had done before it was stopped.
        let stopped: StoppedExport?
    }

    /// Says what went wrong and ends with its exit status.
    func exit(with error: any Error, in command: any ParsableCommand.Type) -> Never {
        switch error {
        case let error as Ended:
            Glibc.exit(error.status)
        case let stopped as ExportStopped:
            let (progress, counts) = (stopped.progress, stopped.progress.counts)
            stoppedExport.withLock { $0 = progress }
            note([
                "export \(progress.export) ended as \(progress.state): \(counts.sent) sent (\(counts.accepted) accepted, "
                    + "\(counts.refused) refused, \(counts.unknown) of unknown fate), \(counts.unsent) not sent"
            ])
            exit(with: stopped.error, in: command)
        case let error as any ReportableError:
            report(error)
            Glibc.exit(error.failure.rawValue)
        case is CancellationError:
            report(
                code: "interrupted", message: "interrupted",
                hint: "go on with 'waybill export resume'; 'waybill export list' names the export")
            Glibc.exit(FailureClass.interrupted.rawValue)
        default:
            let code = command.exitCode(for: error)
            if code == .success || !isParserError(error) {
                if isParserError(error) {
                    // Help, or a script for a shell; the parser would print it by itself.
                    write(command.fullMessage(for: error) + "\n", to: .output)
                    Glibc.exit(code.rawValue)
                }
                // The type alone: a description may quote what was being handled.
                report(
                    code: "internal", message: "something unforeseen went wrong (\(type(of: error)))",
                    hint: "please report it; see SECURITY.md for where")
                Glibc.exit(FailureClass.internalError.rawValue)
            }
            let problem = Self.sentence(command.message(for: error))
            report(UsageProblem(message: problem, hint: "see '\(words.name) --help'"))
            Glibc.exit(FailureClass.usage.rawValue)
        }
    }

    /// What the parser says, in the form of this terminal.
    private static func sentence(_ text: String) -> String {
        let text = text.replacing(". Did you mean", with: "; did you mean")
        let sentence = text.hasSuffix(".") ? text.dropLast() : text[...]
        return sentence.prefix(1).lowercased() + sentence.dropFirst()
    }

    private func isParserError(_ error: any Error) -> Bool {
        error is ValidationError || error is CleanExit
            || String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }

    private func report(_ error: any ReportableError) {
        report(code: error.code, message: error.message, hint: error.hint)
    }

    private func report(code: String, message: String, hint: String?) {
        let (message, hint) = (Redaction.text(message), hint.map(Redaction.text))
        if isJSON,
            let text = try? json(
                Problem(
                    error: .init(code: code, message: message, hint: hint ?? ""), stopped: stoppedExport.withLock { $0 }
                ))
        {
            write(text + "\n", to: .output)
        }
        write("waybill: \(VisibleText.line(message))\n", to: .errors)
        if let hint { write("hint: \(VisibleText.line(hint))\n", to: .errors) }
    }

    private func write(_ text: String, to stream: Stream) { stream.write(text) }
}

/// A stream of the process, written without a buffer: what was said is out even if the process ends at once.
struct Stream {
    static let output = Stream(descriptor: STDOUT_FILENO)
    static let errors = Stream(descriptor: STDERR_FILENO)

    let descriptor: Int32

    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            // Nobody listens any more; there is nobody to tell.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// Thrown by a command that has said everything and ends with a status other than 0.
struct Ended: Error {
    let status: Int32

    init(_ failure: FailureClass) {
        status = failure.rawValue
    }
}
