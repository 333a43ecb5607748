internal import Consent
internal import Governance
internal import Model
internal import Store

/// A consent, as commands show it: what was signed, and what it is worth now.
public struct ConsentReport: Encodable, Sendable {
    /// Its index in the log, which is its name.
    public let index: Int64
    /// Who gave it.
    public let administrator: String
    /// For which destination.
    public let destination: String
    /// `in-force` if an export may go out under it now, by the gate's own judgement.
    ///
    /// Else a slug for what keeps it from that: `not-yet`, `expired`, `withdrawn`, `ended-by-withdrawal` (of another
    /// consent to the destination), `superseded` (by a newer one of the same person), `retired`, `agreement-superseded`,
    /// `terms-changed`, `matching-changed`, `segments-changed`, `destination-removed`, or the code of another refusal.
    public let state: String
    /// What keeps it from being in force, in a sentence; null if nothing does.
    public let reason: String?
    /// The version of the agreement.
    public let agreementVersion: Int64
    /// The language of the agreement that was read.
    public let language: String
    /// The contact fields it covers.
    public let fields: [String]
    /// The segments it covers.
    public let segments: [String]
    /// From when it is valid.
    public let validFrom: String
    /// Until when it is valid.
    public let validUntil: String
    /// Whole days that are left of it, if it is in force.
    public let daysLeft: Int64?
    /// The folder with statement, signature, signers and agreement, for `ssh-keygen -Y verify`.
    public let files: String
    /// What the command that changed it has to say.
    public let warnings: [String]

    /// Of a statement that cannot be read any more, `state` says so, and what it said is empty.
    init(_ worth: ConsentWorth, files: String, now: Timestamp, warnings: [String] = []) {
        let parts = try? Statement(bytes: worth.record.statement).parts
        index = worth.record.index
        administrator = worth.record.administrator.text
        destination = worth.record.destination.text
        state = worth.state
        reason = worth.reason
        agreementVersion = parts?.agreementVersion ?? 0
        language = parts?.language.rawValue ?? ""
        fields = parts?.fields.map(\.name) ?? []
        segments = parts?.segments.keys.sorted().map(\.text) ?? []
        validFrom = parts.map { "\($0.validFrom)" } ?? ""
        validUntil = parts.map { "\($0.validUntil)" } ?? ""
        daysLeft = worth.isInForce ? parts?.validUntil.wholeDays(since: now) : nil
        self.files = files
        self.warnings = warnings
    }
}

extension Workspace {
    /// All consents, oldest first.
    /// - Throws: an error of class I/O if the database cannot be read.
    public func consents() throws -> [ConsentReport] {
        let now = time.now()
        let worths = try store.reading { transaction in
            try Set(transaction.consents().map(\.destination))
                .flatMap { try transaction.worths(ofConsentsTo: $0, now: now) }
        }
        return worths.sorted { $0.record.index < $1.record.index }
            .map { ConsentReport($0, files: folder(of: $0.record), now: now) }
    }

    /// What a consent that is stored is worth now.
    func report(on record: ConsentRecord, warnings: [String] = []) throws -> ConsentReport {
        let now = time.now()
        let worths = try store.reading { try $0.worths(ofConsentsTo: record.destination, now: now) }
        guard let worth = worths.first(where: { $0.record.index == record.index }) else {
            throw OperationError.unknownConsent(record.index)
        }
        return ConsentReport(worth, files: folder(of: record), now: now, warnings: warnings)
    }

    func folder(of record: ConsentRecord) -> String { "\(files.consents)/\(record.index)" }
}
