internal import Consent
internal import Ledger
public import Model
internal import Vault

/// What a removal did.
public struct Removal: Sendable {
    /// The log index of the `destination.removed` entry; nil if that is still to be written.
    public let index: Int64?
    /// How many transfers the destination ever had.
    public let transfers: Int64
    /// How many requests were open when it was removed.
    public let aborted: Int64
    /// Whether the destroyed keys are gone from every file; if not, because somebody reads, that follows.
    public internal(set) var isScrubbed = true
}

extension Gate {
    /// Removes a destination: from the return of this on, not one more byte leaves for it, from any process.
    ///
    /// The standing flips, the sealed key is destroyed and the entry is written in one transaction (I4, I9). After the
    /// commit no new intent can be written; requests that are open see the standing before their next chunk, and this
    /// waits until every process has closed theirs.
    ///
    /// It needs no consent, no API key and no SendGrid. Removing what is removed already changes nothing, waits all the
    /// same, and answers as the first time.
    /// - Throws: ``Refusal/unknownDestination(_:)``; ``Refusal/stillInFlight(_:)`` if a process does not let go of its
    ///   request within `patience` seconds (the removal itself stands); `LedgerError` or a storage error if the log
    ///   cannot be written.
    public func remove(
        _ id: DestinationID, by administrator: AdministratorName, reason: String?, patience: Int = 30
    ) async throws -> Removal {
        // Held only for the transaction; a running export has it, and then its requests are its own to close.
        let lease = try storage.exportLease(for: id)
        var removal: Removal
        do {
            defer { lease?.release() }
            removal = try await recordRemoval(id, by: administrator, reason: reason, isIdle: lease != nil)
        }
        // The commit point: nothing can be cleared for it any more. What is left is to wait for what was open before.
        let isQuiet = try await storage.waitUntilQuiet(id, seconds: patience)
        removal.isScrubbed = try await storage.scrub()
        guard isQuiet else { throw Refusal.stillInFlight(id) }
        return removal
    }

    private func recordRemoval(
        _ id: DestinationID, by administrator: AdministratorName, reason: String?, isIdle: Bool
    ) async throws -> Removal {
        let now = time.now()
        return try await log.commit { transaction, appender in
            guard let destination = try transaction.destination(id) else { throw Refusal.unknownDestination(id.text) }
            try transaction.requireAdministrator(administrator)
            let transfers = try transaction.transferCount(of: id)
            let open = try transaction.openTransfers(of: id)
            // Nobody runs exports to it, so what is open was left by a process that is gone.
            if isIdle { try closeAbandoned(of: id, state: "interrupted", transaction, &appender) }
            if case .removed = destination.standing, let index = try transaction.standingIndex(of: id) {
                return Removal(index: index, transfers: transfers, aborted: Int64(open.count))
            }
            var fields: [String: CanonicalJSON] = [
                "destination": .string(id.text), "transfers_total": .integer(transfers),
            ]
            if let reason { fields["reason"] = .string(reason) }
            let index = try appender.append(LogEntry(.destinationRemoved, actor: administrator.text, fields))
            try transaction.set(standing: .removed(by: administrator, at: now), of: id, at: index)
            for field in SecretField.destroyedOnRemoval {
                guard let secret = try transaction.destroySecret(field, of: id) else { continue }
                _ = try appender.append(
                    LogEntry(.secretDestroyed, actor: administrator.text, try secret.logged(of: id)))
            }
            return Removal(index: index, transfers: transfers, aborted: isIdle ? 0 : Int64(open.count))
        }.value
    }

    /// Suspends or resumes a destination.
    /// - Throws: ``Refusal`` if it is unknown or removed or `administrator` is none; `LedgerError` or a storage error if
    ///   the log cannot be written.
    public func set(suspended: Bool, _ id: DestinationID, by administrator: AdministratorName) async throws -> Int64 {
        let now = time.now()
        return try await log.commit { transaction, appender in
            guard let destination = try transaction.destination(id) else { throw Refusal.unknownDestination(id.text) }
            if case .removed(let name, let time) = destination.standing {
                throw Refusal.removed(id, by: name, at: time)
            }
            try transaction.requireAdministrator(administrator)
            let index = try appender.append(
                LogEntry(
                    suspended ? .destinationSuspended : .destinationResumed, actor: administrator.text,
                    ["destination": .string(id.text)]))
            try transaction.set(
                standing: suspended ? .suspended(by: administrator, at: now) : .active, of: id, at: index)
            return index
        }.value
    }
}
