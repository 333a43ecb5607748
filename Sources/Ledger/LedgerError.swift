public import Model

/// Why the log refuses to be written, or does not verify.
public enum LedgerError: ReportableError, Equatable {
    /// An entry longer than the 65,535 bytes that a C2SP entry bundle can hold.
    case entryTooLong(type: EntryType, bytes: Int)
    /// An entry that would break I6: a key or a value that its type may not have.
    case entryRefused(type: EntryType, problem: String)
    /// The stored head contradicts itself, or its signature is not the log's. Nothing is signed on top of it.
    case headDamaged(size: Int64, problem: String)
    /// The new head came out differently when it was derived a second time. Nothing is signed.
    case unstableHash(size: Int64)
    /// Text that is no C2SP signed note, or a note that is no checkpoint.
    case malformedNote(problem: String)
    /// Text that is no C2SP verifier key, or a name that cannot be one's.
    case malformedKey(problem: String)
    /// A note whose signature by the log's key is missing or wrong.
    case unverifiedNote(problem: String)
    /// Text that is no C2SP proof file.
    case malformedProof(problem: String)
    /// A proof that does not lead to the root it should.
    case proofFails
    /// A place that the tree does not have.
    case outOfRange(index: Int64, size: Int64)

    /// The stable slug.
    public var code: String {
        switch self {
        case .entryTooLong: "log-entry-too-long"
        case .entryRefused: "log-entry-refused"
        case .headDamaged: "log-head-damaged"
        case .unstableHash: "log-hash-unstable"
        case .malformedNote: "malformed-note"
        case .malformedKey: "malformed-verifier-key"
        case .unverifiedNote: "unverified-note"
        case .malformedProof: "malformed-proof"
        case .proofFails: "proof-fails"
        case .outOfRange: "not-in-the-log"
        }
    }

    /// The sentence.
    public var message: String {
        switch self {
        case .entryTooLong(let type, let bytes):
            "a \(type.rawValue) entry would have \(bytes) bytes; the log takes \(LogEntry.maximumBytes)"
        case .entryRefused(let type, let problem): "the log does not take this \(type.rawValue) entry: \(problem)"
        case .headDamaged(let size, let problem): "the log's head at size \(size) is damaged: \(problem)"
        case .unstableHash(let size): "the root at size \(size) came out differently when computed again"
        case .malformedNote(let problem): "this is no checkpoint: \(problem)"
        case .malformedKey(let problem): "this is no verifier key: \(problem)"
        case .unverifiedNote(let problem): "the checkpoint does not verify: \(problem)"
        case .malformedProof(let problem): "this is no proof file: \(problem)"
        case .proofFails: "the proof does not lead to the root of the checkpoint"
        case .outOfRange(let index, let size): "there is no entry \(index) in a log of \(size)"
        }
    }

    /// The next step.
    public var hint: String? {
        switch self {
        case .entryRefused:
            "the log holds no personal data and no secret: leave addresses and keys out of names and reasons"
        case .headDamaged: "nothing was signed or sent; run 'waybill log verify' and restore the database from a copy"
        case .unstableHash: "nothing was signed or sent; suspect this machine's memory or disk"
        case .entryTooLong: "give fewer or shorter names"
        case .malformedNote, .unverifiedNote: "give a file that 'waybill log checkpoint' wrote, unchanged"
        case .malformedKey: "copy it whole, as 'waybill init' printed it"
        case .malformedProof: "give a file that 'waybill log prove' wrote, unchanged"
        case .proofFails: "keep the proof and the database as they are, and fetch an auditor"
        case .outOfRange: "entries are counted from 0; see 'waybill log list'"
        }
    }

    /// The class of failure.
    public var failure: FailureClass {
        switch self {
        case .entryTooLong, .entryRefused, .malformedProof: .badInput
        case .unstableHash: .io
        case .malformedKey: .configuration
        case .headDamaged, .malformedNote, .unverifiedNote, .proofFails: .verification
        case .outOfRange: .usage
        }
    }
}
