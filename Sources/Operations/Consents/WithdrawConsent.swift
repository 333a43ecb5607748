internal import Consent
internal import Governance
internal import Ledger
public import Model
internal import Store

extension Workspace {
    /// Withdraws a consent: no transfer is cleared under it from now on.
    /// - Throws: ``OperationError/unknownConsent(_:)``; `ConsentError/withdrawn(index:)`; `Refusal` if `administrator` is
    ///   none.
    public func withdrawConsent(_ index: Int64, by administrator: AdministratorName) async throws -> ConsentReport {
        // That this one ends is what was asked for; what else ends with it is not.
        let lapses = try foresee(except: index) { transaction in
            _ = try Self.requireWithdrawable(index, by: administrator, transaction)
            try transaction.withdraw(consent: index, at: transaction.latestHead()?.size ?? index + 1)
        }
        let record = try await log.commit { transaction, appender in
            let record = try Self.requireWithdrawable(index, by: administrator, transaction)
            let entry = LogEntry(
                .consentWithdrawn, actor: administrator.text,
                [
                    "consent_index": .integer(index), "destination": .string(record.destination.text),
                    "administrator": .string(record.administrator.text),
                ])
            try transaction.withdraw(consent: index, at: try appender.append(entry))
            return record
        }.value
        return try report(on: record, warnings: lapses)
    }

    private static func requireWithdrawable(
        _ index: Int64, by administrator: AdministratorName, _ transaction: SQLiteTransaction
    ) throws -> ConsentRecord {
        try transaction.requireAdministrator(administrator)
        guard let record = try transaction.consents().first(where: { $0.index == index }) else {
            throw OperationError.unknownConsent(index)
        }
        guard record.withdrawn == nil else { throw ConsentError.withdrawn(index: index) }
        return record
    }
}
