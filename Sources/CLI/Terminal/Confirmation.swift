internal import ArgumentParser
internal import Glibc
internal import Model
internal import Operations

extension Terminal {
    /// What to do when nobody is there to be asked.
    enum Unattended {
        /// Stop, and say that `--yes` is what a script gives.
        case refuse
        /// Go on: what the question is about was printed, and scripts that ran before must run on.
        case goOn
    }

    /// Whether somebody sits at a terminal who can read a question and answer it.
    var isAttended: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Asks whether to go on, on standard error, and returns if the answer is yes.
    ///
    /// Whatever is not `y` or `yes` is no, the end of the input too. The question is asked with `--quiet` and with
    /// `--json` as well: both are about answers.
    /// - Parameters:
    ///   - question: a sentence without the choice; ` [y/N] ` is added.
    ///   - yes: whether `--yes` was given; then nobody is asked.
    ///   - unattended: what to do without a terminal and without `--yes`.
    /// - Throws: ``NotConfirmed`` if the answer is no, or if nobody could be asked and that means no.
    func confirm(_ question: String, yes: Bool, unattended: Unattended = .refuse) throws {
        if yes { return }
        guard isAttended else {
            if unattended == .goOn { return }
            throw NotConfirmed.nobodyThere
        }
        show("waybill: \(question) [y/N] ")
        let answer = readLine()?.lowercased().filter { !$0.isWhitespace } ?? ""
        guard ["y", "yes"].contains(answer) else { throw NotConfirmed.saidNo }
    }
}

extension Terminal {
    /// Says what a change would end; on a terminal asks whether to go on, elsewhere goes on.
    /// - Throws: ``NotConfirmed`` if the answer is no.
    func caution(_ lapses: [String], yes: Bool) throws {
        note(lapses, isNeeded: isAttended && !yes)
        try confirm("continue?", yes: yes, unattended: .goOn)
    }
}

/// The option of changes that may end consents or schedules.
struct Confirming: ParsableArguments {
    @Flag(name: .long, help: "Go on without asking, whichever consents and schedules end with it.") var yes = false

    /// The workspace, whose changes say first what they would end.
    func workspace(_ global: GlobalOptions) async throws -> Workspace {
        try await global.workspace().asking { [yes] in try Terminal.shared.caution($0, yes: yes) }
    }
}

/// Nobody said yes.
enum NotConfirmed: ReportableError {
    case saidNo
    case nobodyThere

    var code: String { "not-confirmed" }

    var message: String {
        switch self {
        case .saidNo: "nothing was changed: the answer was not yes"
        case .nobodyThere: "this has to be confirmed, and there is no terminal to ask on"
        }
    }

    var hint: String? {
        switch self {
        case .saidNo: nil
        case .nobodyThere: "a script says so with --yes"
        }
    }

    var failure: FailureClass {
        switch self {
        case .saidNo: .interrupted
        case .nobodyThere: .usage
        }
    }
}
