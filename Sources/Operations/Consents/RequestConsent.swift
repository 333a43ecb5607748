internal import Consent
internal import Engine
internal import Governance
internal import Ledger
public import Model
internal import Store
internal import Vault

/// A statement to be signed.
public struct ConsentRequestReport: Encodable, Sendable {
    /// The identifier of the request.
    public let consent: String
    /// What it is about.
    public let destination: String
    /// Whom it was issued to.
    public let administrator: String
    /// The exact text to sign, its last line break included.
    public let statement: String
    /// Until when a signature is taken.
    public let expires: String
    /// The namespace to sign in.
    public let namespace: String
}

extension Workspace {
    /// Issues the statement that an administrator signs to consent to a destination as it is configured now.
    /// - Parameter language: `en` or `sv`: the language of the agreement that was read.
    /// - Throws: `Refusal` if the destination is not configured or is removed, or `administrator` is none.
    public func requestConsent(
        _ name: String, by administrator: AdministratorName, language: String
    ) async throws -> ConsentRequestReport {
        guard let language = Language(rawValue: language) else {
            throw OperationError.choice(option: "--language", allowed: Language.allCases.map(\.rawValue))
        }
        let id = try destination(name).id
        let nonce = Hex.encode(try RandomBytes.make(count: 32))
        let now = time.now()
        let fields = try await sourceFields(of: destination(name).segments)
        let request = try await log.commit { transaction, appender in
            try transaction.requireAdministrator(administrator)
            let policy = try policy(transaction)
            let statement = Statement(
                try parts(id, fields, administrator, language, policy, nonce: nonce, now: now, transaction))
            try statement.requireClear()
            let request = ConsentRequest(
                id: try transaction.nextConsentRequestID(), administrator: administrator, destination: id,
                statement: statement.bytes, expires: now.adding(seconds: policy.requestMinutes * 60), answered: nil)
            try transaction.insert(request: request)
            _ = try appender.append(
                LogEntry(
                    .consentRequested, actor: administrator.text,
                    [
                        "consent": .string(request.id), "destination": .string(id.text),
                        "administrator": .string(administrator.text),
                        "statement_sha256": .string(try SHA256.digest(of: statement.bytes).hex),
                        "nonce_sha256": .string(try SHA256.digest(of: Array(nonce.utf8)).hex),
                        "expires": .string("\(request.expires)"),
                    ]))
            return request
        }.value
        return ConsentRequestReport(
            consent: request.id, destination: id.text, administrator: administrator.text,
            statement: String(decoding: request.statement, as: UTF8.self), expires: "\(request.expires)",
            namespace: SSHSignature.namespace)
    }

    private func policy(_ transaction: SQLiteTransaction) throws -> Policy {
        guard let canonical = try transaction.policy() else { throw Refusal.noPolicy }
        return try Policy(canonical: canonical)
    }

    private func parts(
        _ id: DestinationID, _ fields: SourceFields, _ administrator: AdministratorName, _ language: Language,
        _ policy: Policy, nonce: String, now: Timestamp, _ transaction: SQLiteTransaction
    ) throws -> Statement.Parts {
        guard let destination = try transaction.destination(id) else { throw Refusal.unknownDestination(id.text) }
        if case .removed(let by, let at) = destination.standing { throw Refusal.removed(id, by: by, at: at) }
        guard let matching = destination.matching else { throw Refusal.notConfigured(id, missing: "data matching") }
        guard !destination.segments.isEmpty else { throw Refusal.notConfigured(id, missing: "segments") }
        try requireFields(of: destination, fields, transaction)
        guard let agreement = try transaction.agreement() else { throw Refusal.noAgreement }
        guard let head = try transaction.latestHead() else { throw StoreError.damaged(what: "the log has no head") }
        var segments: [SegmentName: Digest] = [:]
        for name in destination.segments {
            guard let digest = try transaction.segmentDigest(name) else { throw OperationError.unknownSegment(name) }
            segments[name] = digest
        }
        var parts = Statement.Parts(
            agreementVersion: agreement.version, agreementDigest: try agreement.digest(language), language: language,
            organization: organization, administrator: administrator, destination: id, listID: destination.listID,
            endpoint: destination.endpoint.description, processor: policy.recipient, country: policy.country,
            purpose: policy.purpose, matching: matching, doNotContact: destination.doNotContact, segments: segments,
            transferMechanism: policy.transferMechanism, validFrom: now,
            validUntil: now.adding(seconds: policy.consentDays * 86_400), nonce: nonce, issued: now,
            logOrigin: origin, logSize: head.size, logRoot: head.root)
        parts.ignoredFlags = destination.ignoredFlags
        // Such names come from a file: what is not seen as what it is must not keep anybody from signing.
        parts.unusedFlags = Set(
            try unusedFlags(of: destination, fields, transaction).map { VisibleText.line($0.field) }
        ).sorted()
        parts.schedule = try transaction.schedules().first { $0.destination == id }?.schedule.text
        return parts
    }
}
