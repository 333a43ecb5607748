internal import Engine
internal import FoundationEssentials
internal import Governance
internal import Ledger
public import Model
internal import Store

/// Every transfer that carried one person.
public struct SubjectReport: Encodable, Sendable {
    /// In how many transfers the person's tag stands.
    public let tagged: Int
    /// The transfers, oldest first.
    public let transfers: [SubjectTransfer]
}

/// One transfer that carried the person.
public struct SubjectTransfer: Encodable, Sendable {
    /// The log index of the intent.
    public let intent: Int64
    /// The log index of the outcome, if it has one.
    public let outcome: Int64?
    /// When the intent was written.
    public let time: String
    /// The destination.
    public let destination: String
    /// The host it went to.
    public let host: String
    /// The contact list.
    public let listId: String
    /// The fields that were sent.
    public let fields: [String]
    /// The segments of the export.
    public let segments: [String]
    /// The log index of the consent it was made under.
    public let consent: Int64
    /// Who gave that consent.
    public let consentBy: String
    /// What became of the request: `accepted`, `refused` and so on; `open` without outcome.
    public let status: String
}

extension Workspace {
    /// Finds every transfer that carried an address.
    ///
    /// That somebody looked is logged, whom they looked for is not.
    /// - Throws: an error of class I/O if the log cannot be read or written.
    public func findSubject(_ address: Personal<String>) async throws -> SubjectReport {
        let wanted = Personal(address.reveal().trimmed.lowercased())
        // A slip of the pen must not become the answer that nothing was sent.
        guard ContactAddress.isSendable(wanted) else { throw OperationError.noAddress }
        let transfers = try store.reading { transaction in
            try transaction.destinations().flatMap { destination -> [SubjectTransfer] in
                // At the end of its retention the subject key is destroyed, and nobody can be found by it any more.
                guard let secret = try transaction.secret(.subjectKey, of: destination.id) else { return [] }
                let tag = try Manifest.tag(of: wanted, key: try keys.open(secret))
                var found: [SubjectTransfer] = []
                try transaction.forEachTransfer(of: destination.id) { intent, outcome, tags in
                    guard Manifest.contains(tag, in: tags) else { return }
                    found.append(try Self.transfer(intent, outcome, destination, transaction))
                }
                return found
            }
        }
        let entry = LogEntry(.subjectReported, actor: "system", ["transfers": .integer(Int64(transfers.count))])
        _ = try await log.commit { _, appender in try appender.append(entry) }
        return SubjectReport(tagged: transfers.count, transfers: transfers.sorted { $0.intent < $1.intent })
    }

    private static func transfer(
        _ intent: Int64, _ outcome: Int64?, _ destination: Destination, _ transaction: SQLiteTransaction
    ) throws -> SubjectTransfer {
        func entry(_ index: Int64) throws -> CanonicalJSON {
            guard let bytes = try transaction.entry(at: index) else {
                throw StoreError.damaged(what: "log entry \(index) is missing")
            }
            return try CanonicalJSON(bytes: bytes)
        }
        let sent = try entry(intent)
        let end = try outcome.map(entry)
        let consent = try sent.integer("consent_index")
        return SubjectTransfer(
            intent: intent, outcome: outcome, time: try sent.string("time"), destination: destination.id.text,
            host: try sent.string("host"), listId: destination.listID.text, fields: try sent.strings("fields"),
            segments: try sent.strings("segments"), consent: consent,
            consentBy: try entry(consent).string("administrator"), status: end?.optionalString("status") ?? "open")
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
