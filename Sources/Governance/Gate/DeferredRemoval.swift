internal import Consent
internal import Ledger
public import Model

/// A removal that is in force but not on the log yet, because the key that signs the log could not be opened.
///
/// Removal must always work (I9), also without the workspace's key file. Without that file no API key can be opened
/// either, so nothing new can leave; what runs elsewhere sees the standing. The entry follows with the next opening of
/// the workspace that has the key.
public struct DeferredRemoval: Sendable {
    /// What was removed.
    public let destination: DestinationID
    /// By whom.
    public let administrator: AdministratorName
    /// Why, if that was said.
    public let reason: String?
    /// When.
    public let time: Timestamp
    /// What is logged of the keys that were destroyed with it.
    public let secrets: [[String: CanonicalJSON]]

    init(
        destination: DestinationID, administrator: AdministratorName, reason: String?, time: Timestamp,
        secrets: [[String: CanonicalJSON]]
    ) {
        self.destination = destination
        self.administrator = administrator
        self.reason = reason
        self.time = time
        self.secrets = secrets
    }

    /// As stored.
    public var canonical: CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "destination": .string(destination.text), "administrator": .string(administrator.text),
            "time": .string("\(time)"),
        ]
        if let reason { members["reason"] = .string(reason) }
        members["secrets"] = .array(secrets.map { .object($0) })
        return .object(members)
    }

    /// Reads back what ``canonical`` wrote.
    /// - Throws: `ModelError` if it has another shape.
    public init(canonical: CanonicalJSON) throws {
        var items: [CanonicalJSON] = []
        if case .array(let found) = canonical["secrets"] { items = found }
        // As it was written while there was one key.
        if let only = canonical["secret"] { items.append(only) }
        let secrets = items.compactMap { item -> [String: CanonicalJSON]? in
            guard case .object(let members) = item else { return nil }
            return members
        }
        self.init(
            destination: try DestinationID(canonical.string("destination")),
            administrator: try AdministratorName(canonical.string("administrator")),
            reason: canonical.optionalString("reason"), time: try Timestamp(canonical.string("time")), secrets: secrets)
    }
}

extension GovernanceStorage {
    /// Removes a destination without the log: see ``DeferredRemoval``.
    /// - Throws: ``Refusal``, or a storage error.
    public func removeUnlogged(
        _ id: DestinationID, by administrator: AdministratorName, reason: String?, now: Timestamp, patience: Int = 30
    ) async throws -> Removal {
        var removal = try await transaction { transaction in
            guard let destination = try transaction.destination(id) else { throw Refusal.unknownDestination(id.text) }
            try transaction.requireAdministrator(administrator)
            let transfers = try transaction.transferCount(of: id)
            let open = Int64(try transaction.openTransfers(of: id).count)
            if case .removed = destination.standing {
                return Removal(index: try transaction.standingIndex(of: id), transfers: transfers, aborted: open)
            }
            let secrets = try SecretField.destroyedOnRemoval.compactMap { try transaction.destroySecret($0, of: id) }
            try transaction.set(standing: .removed(by: administrator, at: now), of: id, at: nil)
            try transaction.insert(
                deferred: DeferredRemoval(
                    destination: id, administrator: administrator, reason: reason, time: now,
                    secrets: try secrets.map { try $0.logged(of: id) }))
            return Removal(index: nil, transfers: transfers, aborted: open)
        }
        let isQuiet = try await waitUntilQuiet(id, seconds: patience)
        removal.isScrubbed = try await scrub()
        guard isQuiet else { throw Refusal.stillInFlight(id) }
        return removal
    }
}

extension Gate {
    /// Puts on the log the removals that could not be put there when they were made.
    /// - Throws: `LedgerError` or a storage error.
    public func settleRemovals() async throws {
        _ = try await log.commit { transaction, appender in
            for removal in try transaction.deferredRemovals() {
                let id = removal.destination
                var fields: [String: CanonicalJSON] = [
                    "destination": .string(id.text), "removed_at": .string("\(removal.time)"),
                    "transfers_total": .integer(try transaction.transferCount(of: id)),
                ]
                if let reason = removal.reason { fields["reason"] = .string(reason) }
                let index = try appender.append(
                    LogEntry(.destinationRemoved, actor: removal.administrator.text, fields))
                for secret in removal.secrets {
                    try appender.append(LogEntry(.secretDestroyed, actor: removal.administrator.text, secret))
                }
                try transaction.set(
                    standing: .removed(by: removal.administrator, at: removal.time), of: id, at: index)
                try transaction.settle(deferredRemovalOf: id)
            }
        }
    }
}

extension GovernanceTransaction {
    /// Makes sure that `name` is enrolled as administrator and not retired.
    /// - Throws: ``Refusal/unknownAdministrator(_:)``, ``Refusal/notAdministrator(_:)``.
    public func requireAdministrator(_ name: AdministratorName) throws {
        guard let administrator = try administrator(name) else { throw Refusal.unknownAdministrator(name) }
        guard administrator.role == .administrator, administrator.retired == nil else {
            throw Refusal.notAdministrator(name)
        }
    }
}
