internal import ArgumentParser
internal import Model

struct ExitStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exit-statuses", abstract: "List the exit statuses and what they mean.")

    @OptionGroup var global: GlobalOptions

    private struct Row: Encodable {
        let status: Int32
        let meaning: String
    }

    func run() async throws {
        let rows =
            [Row(status: 0, meaning: "done")]
            + FailureClass.allCases.map { Row(status: $0.rawValue, meaning: $0.words) }
        try Terminal.shared.answer(rows) {
            table(rows.map { ["\($0.status)", $0.meaning] }) + "\nAny other status is a failure too."
        }
    }
}

extension FailureClass {
    fileprivate var words: String {
        switch self {
        case .someRefused: "finished; SendGrid refused some contacts"
        case .usage: "the command line was not understood"
        case .badInput: "input data is malformed"
        case .unavailable: "SendGrid cannot be reached or does not answer as it should"
        case .internalError: "a defect of Waybill"
        case .cannotCreate: "something that is to be made cannot be made"
        case .io: "the log or the disk failed; nothing was sent without a log entry"
        case .interrupted: "interrupted, cancelled, or still pending at SendGrid; 'export resume' goes on"
        case .verification: "the log does not verify"
        case .refused: "refused by governance"
        case .configuration: "configuration is missing, wrong, or contradicts itself"
        }
    }
}
