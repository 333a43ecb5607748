internal import Consent
internal import Ledger
public import Model
public import Vault

extension Gate {
    /// Records a destination that answered, and seals its API key.
    /// - Throws: ``Refusal`` if the host is not allowed or `administrator` is none; `LedgerError` or a storage error if
    ///   the log cannot be written.
    public func connect(
        _ destination: Destination, key: borrowing SecretBytes, by administrator: AdministratorName
    ) async throws {
        let apiKey = try sealed(key, .apiKey, for: destination.id)
        let subjectKey = try sealed(try SecretBytes.random(count: 32), .subjectKey, for: destination.id)
        let recordKey = try sealed(try SecretBytes.random(count: 32), .recordKey, for: destination.id)
        let connected = LogEntry(
            .destinationConnected, actor: administrator.text,
            [
                "destination": .string(destination.id.text), "kind": .string("sendgrid"),
                "display_name": .string(destination.displayName), "host": .string(destination.endpoint.host),
                "list_id": .string(destination.listID.text), "rehearsal": .flag(destination.endpoint.isLoopback),
            ])
        _ = try await log.commit { transaction, appender in
            try transaction.requireAdministrator(administrator)
            let policy = try policyInForce(transaction)
            guard policy.allows(destination.endpoint) else { throw Refusal.hostNotAllowed(destination.endpoint.host) }
            try transaction.insert(destination: destination)
            _ = try appender.append(connected)
            for (field, secret) in [
                (SecretField.apiKey, apiKey), (.subjectKey, subjectKey), (.recordKey, recordKey),
            ] {
                try keep(secret, field, of: destination.id, actor: administrator.text, transaction, &appender)
            }
        }
    }

    /// Keeps a sealed secret and logs that.
    func keep(
        _ secret: SealedSecret, _ field: SecretField, of id: DestinationID, actor: String,
        _ transaction: Storage.Transaction, _ appender: inout LogAppender
    ) throws {
        try transaction.insert(secret: secret, field: field, of: id)
        var fields = try secret.logged(of: id)
        fields["key_version"] = .integer(Int64(secret.box.keyVersion))
        _ = try appender.append(LogEntry(.secretSealed, actor: actor, fields))
    }

    func sealed(
        _ secret: borrowing SecretBytes, _ field: SecretField, for id: DestinationID
    ) throws -> SealedSecret {
        let record = try RandomBytes.make(count: 16)
        let label = SealedSecret.label(field: field, destination: id, record: record, version: 1)
        return SealedSecret(
            field: field, destination: id, record: record, version: 1, box: try keys.seal(secret, label: label))
    }
}

extension SealedSecret {
    /// What is logged of it: which secret it is, never what is in it.
    func logged(of id: DestinationID) throws -> [String: CanonicalJSON] {
        [
            "destination": .string(id.text), "record": .string(Hex.encode(record)),
            "version": .integer(Int64(version)), "envelope_sha256": .string(try SHA256.digest(of: box.bytes).hex),
        ]
    }
}
