// The rules of this terminal: answers go to standard output, everything else to standard error. Errors start with
// "waybill:", in lower case, without a full stop; a line that starts with "hint:" says what to type next. With --json
// there is one JSON document (or one a line) on standard output, errors included. Secrets and profiles are never shown.

internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import Model
internal import Synchronization

/// Standard output and standard error, as this invocation is to use them.
final class Terminal: Sendable {
    static let shared = Terminal()

    private struct Mode {
        var isJSON = false
        var isQuiet = false
    }

    private let mode = Mutex(Mode())

    private init() {
        // Known before the arguments are parsed, because parsing can fail too.
        let words = CommandLine.arguments
        mode.withLock { mode in
            mode.isJSON = words.contains("--json")
            mode.isQuiet = words.contains("--quiet")
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
            write(try json(value) + "\n", to: stdout)
        } else {
            write(words() + "\n", to: stdout)
        }
    }

    /// Prints exactly `text`.
    func raw(_ text: String) { write(text, to: stdout) }

    /// Says something beside the answer.
    func note(_ lines: [String]) {
        guard mode.withLock({ !$0.isQuiet }) else { return }
        for line in lines { write("waybill: note: \(line)\n", to: stderr) }
    }

    func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private struct Problem: Encodable {
        struct Body: Encodable {
            let code: String
            let message: String
            let hint: String
        }

        let error: Body
    }

    /// Says what went wrong and ends with its exit status.
    func exit(with error: any Error, in command: any ParsableCommand.Type) -> Never {
        switch error {
        case let error as Ended:
            Glibc.exit(error.status)
        case let error as any ReportableError:
            report(code: error.code, message: error.message, hint: error.hint)
            Glibc.exit(error.failure.rawValue)
        case is CancellationError:
            report(code: "interrupted", message: "interrupted", hint: "run the command again to go on")
            Glibc.exit(FailureClass.interrupted.rawValue)
        default:
            let code = command.exitCode(for: error)
            if code == .success || !isParserError(error) {
                if isParserError(error) { command.exit(withError: error) }
                // The type alone: a description may quote what was being handled.
                report(
                    code: "internal", message: "something unforeseen went wrong (\(type(of: error)))",
                    hint: "please report it; see SECURITY.md for where")
                Glibc.exit(FailureClass.internalError.rawValue)
            }
            if isJSON {
                report(
                    code: "usage", message: command.message(for: error), hint: "see 'waybill --help'", inWords: false)
            }
            command.exit(withError: error)
        }
    }

    private func isParserError(_ error: any Error) -> Bool {
        error is ValidationError || error is CleanExit || String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }

    private func report(code: String, message: String, hint: String?, inWords: Bool = true) {
        if isJSON, let text = try? json(Problem(error: .init(code: code, message: message, hint: hint ?? ""))) {
            write(text + "\n", to: stdout)
        }
        guard inWords else { return }
        write("waybill: \(message)\n", to: stderr)
        if let hint { write("hint: \(hint)\n", to: stderr) }
    }

    private func write(_ text: String, to stream: UnsafeMutablePointer<FILE>?) {
        guard let stream else { return }
        fputs(text, stream)
        fflush(stream)
    }
}

/// Thrown by a command that has said everything and ends with a status other than 0.
struct Ended: Error {
    let status: Int32

    init(_ failure: FailureClass) {
        status = failure.rawValue
    }
}
