extension Job {
    /// How it is to end; all but `honestly` are faults.
    enum Ending: Sendable {
        case honestly
        case failing
        case never
    }

    /// What becomes of the file that `errors_url` points to.
    enum ErrorFile: Sendable {
        case available
        case missing
        case gone
    }

    /// What is to go otherwise than it should; see ``SandboxFault``.
    struct Course: Sendable {
        var ending = Ending.honestly
        var errorFile = ErrorFile.available
        var rejectedRows = 0
        /// How long it stays pending with all its counts.
        var secondsWithCounts = 0.0
        /// How long it tells a status that there is not.
        var secondsUnknown = 0.0
        /// The name it is to have.
        var name: String?
        /// Whether it completes without doing anything.
        var isIgnored = false

        /// The course that a fault sets, an honest one without.
        init(_ fault: SandboxFault.Kind? = nil) {
            rejectedRows = fault?.rejectedRows ?? 0
            switch fault {
            case .jobFails: ending = .failing
            case .jobNeverFinishes: ending = .never
            case .jobPendingWithCounts(let seconds): secondsWithCounts = SandboxFault.sane(seconds)
            case .jobUnknownStatus(let seconds): secondsUnknown = SandboxFault.sane(seconds)
            case .jobErrorsWithoutFile: errorFile = .missing
            case .errorsFileGone: errorFile = .gone
            case .jobNamed(let job): name = job
            case .removalIgnored: isIgnored = true
            default: break
            }
        }
    }
}

extension SandboxFault {
    /// Seconds that can be waited for: not a number, and less than zero, are no time at all.
    static func sane(_ seconds: Double) -> Double {
        seconds > 0 ? min(seconds, 86_400) : 0
    }
}
