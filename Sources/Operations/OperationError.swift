public import Model

/// What goes wrong in an operation that no module below has its own word for.
public enum OperationError: ReportableError, Equatable {
    case unreadable(path: String, problem: String)
    /// Others than the owner may read a file that holds a secret.
    case readableByOthers(path: String)
    case policyFile(file: String, line: Int?, problem: String)
    case agreementFolder(path: String, problem: String)
    case unknownSource(SourceName)
    case unknownSegment(SegmentName)
    case severalSources([String])
    case unknownConsent(Int64)
    case unknownEntry(Int64, size: Int64)
    case unknownCustomField(name: String, known: [String])
    case personalText(option: String)
    case unusableText(option: String, problem: String)
    case hiddenCharacter(place: String, character: String)
    /// More than one destination has the name.
    case severalDestinations(String, [DestinationID])
    case clockBehind(now: Timestamp, newest: Timestamp)
    case publicKeyGiven(path: String)
    case ignoredFlag(String, problem: String)
    case choice(option: String, allowed: [String])
    case apiKeyShape
    case toolMissing(tool: String, package: String)
    case signingFailed
    case emptySelection
    case verificationFailed(violations: Int)
    case exportFailed(state: String)
    case unknownExport(String)
    case cancelled(String)
    case cannotWrite(path: String)
    case notResumable(String, state: String)
    case notRunning(String, state: String)
    case planDrifted([String])
    case badPlan(path: String, problem: String)
    case otherLog(what: String, of: String, here: String)
    case noCheckpoint(problem: String)
    case noAddress
    case keyEnrolled(AdministratorName)

    /// A stable slug; see `ReportableError`.
    public var code: String {
        switch self {
        case .unreadable: "unreadable-file"
        case .readableByOthers: "readable-by-others"
        case .policyFile: "bad-policy-file"
        case .agreementFolder: "bad-agreement-folder"
        case .unknownSource: "unknown-source"
        case .unknownSegment: "unknown-segment"
        case .severalSources: "several-sources"
        case .unknownConsent: "unknown-consent"
        case .unknownEntry: "unknown-log-entry"
        case .unknownCustomField: "unknown-custom-field"
        case .personalText: "personal-data-in-text"
        case .unusableText: "unusable-text"
        case .hiddenCharacter: "hidden-character"
        case .severalDestinations: "name-not-unique"
        case .clockBehind: "clock-behind-log"
        case .publicKeyGiven: "public-key-given"
        case .ignoredFlag: "bad-ignored-flag"
        case .choice: "unknown-choice"
        case .apiKeyShape: "bad-api-key-shape"
        case .toolMissing: "tool-missing"
        case .signingFailed: "signing-failed"
        case .emptySelection: "nothing-selected"
        case .verificationFailed: "log-not-verified"
        case .exportFailed: "export-failed"
        case .unknownExport: "unknown-export"
        case .cancelled: "export-cancelled"
        case .cannotWrite: "cannot-write"
        case .notResumable: "export-not-resumable"
        case .notRunning: "export-not-running"
        case .planDrifted: "plan-drifted"
        case .badPlan: "bad-plan"
        case .otherLog: "other-log"
        case .noCheckpoint: "no-checkpoint"
        case .noAddress: "no-address"
        case .keyEnrolled: "key-enrolled"
        }
    }

    /// What went wrong, in a sentence.
    public var message: String {
        switch self {
        case .unreadable(let path, let problem): "cannot read \(SmallFile.shown(path)): \(problem)"
        case .readableByOthers(let path): "others may read \(path), which holds a secret"
        case .policyFile(let file, let line, let problem):
            "\(file)\(line.map { ", line \($0)" } ?? ""): \(problem)"
        case .agreementFolder(let path, let problem): "\(path): \(problem)"
        case .unknownSource(let name): "there is no source named \(name)"
        case .unknownSegment(let name): "there is no segment named \(name)"
        case .severalSources(let names): "the segments are of several sources: \(names.joined(separator: ", "))"
        case .unknownConsent(let index): "there is no consent at log index \(index)"
        case .unknownEntry(let index, let size): "there is no entry \(index); the log has \(size)"
        case .unknownCustomField(let name, let known):
            "SendGrid has no custom field named '\(name)'; it has \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .personalText(let option):
            "\(option) holds an address or something like an API key, and the log, where it would stand, holds neither"
        case .unusableText(let option, let problem): "\(option) \(problem)"
        case .hiddenCharacter(let place, let character):
            "\(place) has the character \(character) in it, which is not seen as what it is"
        case .severalDestinations(let name, let ids):
            "\(ids.count) destinations are called '\(name)': \(ids.map(\.text).joined(separator: ", "))"
        case .clockBehind(let now, let newest):
            "the clock of this machine is wrong: it says \(now), and the newest log entry was written at \(newest)"
        case .publicKeyGiven(let path):
            "\(SmallFile.shown(path)) is a public key: ssh-keygen would have the SSH agent sign with the private one"
        case .ignoredFlag(let field, let problem): "the field '\(field)' \(problem)"
        case .choice(let option, let allowed): "\(option) has to be one of \(allowed.joined(separator: ", "))"
        case .apiKeyShape: "this is not a SendGrid API key: it has the form SG.xxxxx.yyyyy"
        case .toolMissing(let tool, _): "\(tool) is not installed"
        case .signingFailed: "ssh-keygen did not sign; its own message stands above"
        case .emptySelection: "no profile is selected; an export of nothing is not run"
        case .verificationFailed(let count): "the log does not verify: \(count) violation\(count == 1 ? "" : "s")"
        case .exportFailed(let state): "the export ended as '\(state)'"
        case .otherLog(let what, let origin, let here): "the \(what) is of the log \(origin); this one is \(here)"
        case .noCheckpoint(let problem): "the file holds no checkpoint: \(problem)"
        case .noAddress: "this is no address that could have been sent"
        case .keyEnrolled(let name): "this key is, or was, enrolled for \(name)"
        case .cannotWrite(let path): "cannot write \(path)"
        case .cancelled(let id): "export \(id) was cancelled"
        case .notResumable(let id, let state): "export \(id) cannot be resumed: it is '\(state)'"
        case .notRunning(let id, let state): "export \(id) is not running: it is '\(state)'"
        case .planDrifted(let parts):
            "since the plan was made, this has changed: \(parts.joined(separator: ", ")); nothing was sent"
        case .badPlan(let path, let problem): "\(path) is no plan that can be run: \(problem)"
        case .unknownExport(let id): "there is no export '\(id.prefix(64))'"
        }
    }

    /// What to do about it.
    public var hint: String? {
        switch self {
        case .readableByOthers(let path):
            "chmod go= \(path), and if others may have read it, make a new key at SendGrid"
        case .hiddenCharacter: "leave it out; statements and log entries hold what everybody can see"
        case .severalDestinations: "say which, by its identifier"
        case .clockBehind:
            "set the clock (timedatectl says what it is); if it is right now and was ahead before, consent anew"
        case .publicKeyGiven: "give the private key's file, or add --agent if the agent is meant"
        case .unknownSource: "see 'waybill source list'"
        case .unknownSegment: "see 'waybill segment list'"
        case .unknownConsent: "see 'waybill consent list'"
        case .unknownCustomField:
            "map again with --create-custom NAME:TYPE, or make it under Marketing > Custom Fields; names are matched without "
                + "case"
        case .apiKeyShape: "copy it whole from Settings > API Keys; it is shown once, when it is made"
        case .toolMissing(_, let package): "install it: apt-get install \(package)"
        case .keyEnrolled: "every administrator signs with a key of their own; make one with ssh-keygen -t ed25519"
        case .noAddress: "give one whole address, as in the profile"
        case .planDrifted, .badPlan: "make a new plan: waybill export plan DESTINATION --out FILE"
        case .notResumable: "only an export that was interrupted, or that waits for SendGrid, can be; run a new one"
        case .emptySelection: "see 'waybill segment count'; an empty source or file never empties a list"
        case .verificationFailed: "the violations say where; keep the database as it is and fetch an auditor"
        case .unreadable: "check the path, and that this user may read the file"
        case .policyFile: "'waybill policy check FILE' tries one; policies/boundary.yaml in the workspace is an example"
        case .agreementFolder: "it holds agreement.en.md and agreement.sv.md, UTF-8"
        case .severalSources: "choose segments of one source; 'waybill segment list' has the source of each"
        case .unknownEntry: "entries are counted from 0; see 'waybill log list'"
        case .personalText, .unusableText: "give a short text without addresses; it stands in the log for good"
        case .ignoredFlag: "see 'waybill destination show' for the fields"
        case .choice(let option, _): "give \(option) one of these words, spelt so"
        case .signingFailed: "try the key by itself: ssh-keygen -y -f KEYFILE"
        case .exportFailed: "see 'waybill export show'; then run it again"
        case .otherLog: "name the workspace that it is of with --home DIR"
        case .noCheckpoint: "give a file that 'waybill log checkpoint' wrote, unchanged"
        case .cannotWrite: "name a file in a folder that you may write to"
        case .unknownExport, .notRunning: "see 'waybill export list'"
        case .cancelled: "run a new one; what was delivered is not sent again"
        }
    }

    /// The class of failure, which decides the exit status.
    public var failure: FailureClass {
        switch self {
        case .unreadable, .readableByOthers, .policyFile, .agreementFolder, .apiKeyShape, .emptySelection,
            .severalSources,
            .noCheckpoint, .noAddress,
            .signingFailed, .badPlan:
            .badInput
        case .severalDestinations, .personalText, .unusableText, .hiddenCharacter, .publicKeyGiven, .ignoredFlag,
            .choice, .keyEnrolled:
            .usage
        case .unknownSource, .unknownSegment, .unknownConsent, .unknownEntry, .unknownCustomField, .toolMissing,
            .unknownExport, .otherLog, .notResumable, .notRunning, .clockBehind:
            .configuration
        case .verificationFailed: .verification
        case .exportFailed: .unavailable
        case .cannotWrite: .cannotCreate
        case .cancelled: .interrupted
        case .planDrifted: .refused
        }
    }
}
