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
        _ = try await log.commit { transaction, appender in
            try transaction.requireAdministrator(administrator)
            guard let record = try transaction.consents().first(where: { $0.index == index }) else {
                throw OperationError.unknownConsent(index)
            }
            guard record.withdrawn == nil else { throw ConsentError.withdrawn(index: index) }
            let entry = LogEntry(
                .consentWithdrawn, actor: administrator.text,
                [
                    "consent_index": .integer(index), "destination": .string(record.destination.text),
                    "administrator": .string(record.administrator.text),
                ])
            try transaction.withdraw(consent: index, at: try appender.append(entry))
        }
        return try consent(index).report
    }
}
