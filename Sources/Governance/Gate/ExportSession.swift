internal import Consent
internal import Ledger
public import Model
internal import Vault

/// Evidence that an export was cleared and begun.
///
/// Made by ``Gate/begin(_:_:)`` and ``Gate/resume(_:_:_:)``; every transfer of the export needs it, and is cleared again
/// by itself.
public struct ExportSession: Sendable {
    /// The identifier of the export.
    public let export: ExportID
    /// What it is about; fixed for as long as it runs.
    public let scope: ExportScope
    /// The log index of the consent it runs under.
    public let consent: Int64
    /// Under whose consent alone it may run; nil if anybody's will do.
    let administrator: AdministratorName?
    let keys: DeliveryKeys
    let lease: any Lease
    /// Intents of this export whose outcome nobody knows, each with its sorted tags: what is sent again cites them.
    let unresolved: [(intent: Int64, tags: [UInt8])]

    /// Its destination, as it was when the export began.
    public var destination: Destination { scope.destination }
}

/// What an export is begun for.
public struct ExportTerms: Sendable {
    /// How many contacts it would send.
    public var profiles: Int
    /// How many contacts it would take off the list.
    public var removals: Int
    /// Files that had rows at the last export and have none now, in words; somebody would be taken off for it.
    public var emptied: [String]
    /// Whether somebody said that so many may be taken off, and that files may be empty.
    public var allowsRemovals: Bool
    /// Under whose consent alone it may run: of a scheduled export, the export user's.
    public var administrator: AdministratorName?
    /// What started it: `demand`, `cron`, `refresh`.
    public var trigger: String
    /// The digest of the plan it carries out, if it does.
    public var plan: Digest?

    /// Terms of these parts.
    public init(
        profiles: Int, removals: Int = 0, emptied: [String] = [], allowsRemovals: Bool = false,
        administrator: AdministratorName? = nil,
        trigger: String = "demand"
    ) {
        self.profiles = profiles
        self.removals = removals
        self.emptied = emptied
        self.allowsRemovals = allowsRemovals
        self.administrator = administrator
        self.trigger = trigger
    }
}

extension Gate {
    /// Says whether an export to this destination would be cleared now, without beginning one.
    ///
    /// Returns what it would be about, to be read for and then begun with. What a process that died left open is closed
    /// first, whether the export is cleared or not.
    /// - Throws: ``Refusal`` or `ConsentError` if not; the refusal is logged. ``Refusal/exportRunning(_:)`` too.
    public func preflight(_ id: DestinationID, under administrator: AdministratorName? = nil) async throws
        -> ExportScope
    {
        guard let lease = try storage.exportLease(for: id) else { throw Refusal.exportRunning(id) }
        defer { lease.release() }
        try await closeAbandoned(of: id)
        let scope = try await recordingRefusals(of: id, export: nil) {
            try await storage.transaction { try clear(id, under: administrator, $0).scope }
        }
        try await makeRecordKey(of: id)
        return scope
    }

    /// A destination that was connected before there was a delivery record gets its key now.
    private func makeRecordKey(of id: DestinationID) async throws {
        guard try await storage.transaction({ try $0.secret(.recordKey, of: id) == nil }) else { return }
        let secret = try sealed(try SecretBytes.random(count: 32), .recordKey, for: id)
        _ = try await log.commit { transaction, appender in
            _ = try standingDestination(id, transaction)
            guard try transaction.secret(.recordKey, of: id) == nil else { return }
            try keep(secret, .recordKey, of: id, actor: "system", transaction, &appender)
        }
    }

    /// Why an export of `profiles` profiles would not be cleared now, or nil.
    ///
    /// Nothing is logged: nobody asked for an export.
    /// - Throws: a storage error.
    public func objection(to id: DestinationID, _ terms: ExportTerms) async throws -> (any ReportableError)? {
        do {
            try await storage.transaction { transaction in
                try require(
                    terms, of: id, try clear(id, under: terms.administrator, transaction).policy, transaction)
            }
            return nil
        } catch let error as any ReportableError where error.failure == .refused {
            return error
        }
    }

    /// What an export would rest on now; the consent is nil if none holds.
    /// - Throws: a storage error.
    public func basis(of id: DestinationID) async throws -> (policy: Digest, consent: Int64?) {
        try await storage.transaction { transaction in
            let policy = try policyInForce(transaction).digest()
            do {
                return (policy, try clear(id, transaction).consent.index)
            } catch let error as any ReportableError where error.failure == .refused {
                return (policy, nil)
            }
        }
    }

    /// Clears and begins an export.
    /// - Parameter scope: what the profiles were selected for, as ``preflight(_:under:)`` returned it.
    /// - Throws: ``Refusal`` or `ConsentError`, logged; `LedgerError` or a storage error if the log cannot be written.
    public func begin(_ scope: ExportScope, _ terms: ExportTerms) async throws -> ExportSession {
        try await claiming(scope.destination.id) { lease in
            let begun = try await open(scope, terms, resuming: nil)
            return try session(begun, scope, terms, lease, unresolved: [])
        }
    }

    /// Clears an export that did not come to its end, and goes on with it.
    ///
    /// What it had sent without learning the outcome is sent again, under new intents that cite the old ones.
    /// - Throws: as ``begin(_:_:)``.
    public func resume(_ export: ExportID, _ scope: ExportScope, _ terms: ExportTerms) async throws -> ExportSession {
        try await claiming(scope.destination.id) { lease in
            let begun = try await open(scope, terms, resuming: export)
            let unresolved = try await storage.transaction { try $0.unknownTransfers(of: export) }
            return try session(begun, scope, terms, lease, unresolved: unresolved)
        }
    }

    private func claiming(
        _ id: DestinationID, _ body: (any Lease) async throws -> ExportSession
    ) async throws -> ExportSession {
        guard let lease = try storage.exportLease(for: id) else { throw Refusal.exportRunning(id) }
        do {
            try await closeAbandoned(of: id)
            return try await recordingRefusals(of: id, export: nil) { try await body(lease) }
        } catch {
            lease.release()
            throw error
        }
    }

    /// What one transaction found and wrote when an export was begun.
    private struct Begun: Sendable {
        let export: ExportID
        let consent: Int64
        let subjectKey: SealedSecret
        let recordKey: SealedSecret
    }

    private func session(
        _ begun: Begun, _ scope: ExportScope, _ terms: ExportTerms, _ lease: any Lease,
        unresolved: [(intent: Int64, tags: [UInt8])]
    ) throws -> ExportSession {
        let deliveryKeys = try DeliveryKeys(
            scope.destination.id, subject: keys.open(begun.subjectKey), record: keys.open(begun.recordKey))
        return ExportSession(
            export: begun.export, scope: scope, consent: begun.consent, administrator: terms.administrator,
            keys: deliveryKeys, lease: lease, unresolved: unresolved)
    }

    private func open(_ scope: ExportScope, _ terms: ExportTerms, resuming: ExportID?) async throws -> Begun {
        let id = scope.destination.id
        return try await log.commit { transaction, appender in
            let clearance = try clear(id, under: terms.administrator, transaction)
            guard clearance.scope == scope else { throw Refusal.scopeChanged(id) }
            try require(terms, of: id, clearance.policy, transaction)
            guard let subjectKey = try transaction.secret(.subjectKey, of: id),
                let recordKey = try transaction.secret(.recordKey, of: id)
            else { throw Refusal.keyMissing(id) }
            let export = try resuming ?? transaction.nextExportID()
            let destination = clearance.destination
            var fields: [String: CanonicalJSON] = [
                "export": .string(export.text), "destination": .string(id.text),
                "consent_index": .integer(clearance.consent.index),
                "policy_sha256": .string(try clearance.policy.digest().hex),
                "fields": .strings(clearance.matching.fields.map(\.name)),
                "segments": .strings(destination.segments.map(\.text)),
                "profiles": .integer(Int64(terms.profiles)), "removals": .integer(Int64(terms.removals)),
                "trigger": .string(terms.trigger), "rehearsal": .flag(destination.endpoint.isLoopback),
            ]
            if let plan = terms.plan { fields["plan_sha256"] = .string(plan.hex) }
            if terms.allowsRemovals { fields["removals_allowed"] = .flag(true) }
            let actor = clearance.consent.parts.administrator.text
            if let resuming {
                try appender.append(LogEntry(.exportResumed, actor: actor, fields))
                try transaction.reopen(export: resuming)
            } else {
                let index = try appender.append(LogEntry(.exportStarted, actor: actor, fields))
                try transaction.insert(export: export, destination: id, startedAt: index)
            }
            return Begun(
                export: export, consent: clearance.consent.index, subjectKey: subjectKey, recordKey: recordKey)
        }.value
    }

    private func require(
        _ terms: ExportTerms, of id: DestinationID, _ policy: Policy, _ transaction: Storage.Transaction
    ) throws {
        guard terms.profiles <= policy.maximumProfiles else {
            throw Refusal.tooManyProfiles(count: Int64(terms.profiles), maximum: policy.maximumProfiles)
        }
        guard terms.removals > 0, !terms.allowsRemovals else { return }
        guard terms.emptied.isEmpty else { throw Refusal.filesEmptied(terms.emptied, removals: terms.removals) }
        let delivered = try transaction.recordCount(of: id)
        let share = policy.maximumRemovalPercent
        guard terms.removals <= policy.maximumRemovals, terms.removals * 100 <= Int(share) * delivered else {
            throw Refusal.tooManyRemovals(
                count: terms.removals, of: delivered, maximum: policy.maximumRemovals, percent: share)
        }
    }

    /// Records how an export ended, and gives up the claim to the destination's exports.
    /// - Parameter counts: what the export's counts are, by the names of the command line's JSON.
    /// - Throws: `LedgerError` or a storage error if the log cannot be written.
    public func finish(
        _ session: ExportSession, state: String, counts: [String: Int64], jobs: [CanonicalJSON]
    ) async throws {
        defer { session.lease.release() }
        let entry = finishedEntry(
            session.export, of: session.destination.id, state: state, counts: counts, jobs: jobs)
        _ = try await log.commit { transaction, appender in
            try transaction.finish(export: session.export, state: state, at: try appender.append(entry))
        }
    }

    func finishedEntry(
        _ export: ExportID, of id: DestinationID, state: String, counts: [String: Int64], jobs: [CanonicalJSON]
    ) -> LogEntry {
        LogEntry(
            .exportFinished, actor: "system",
            [
                "export": .string(export.text), "destination": .string(id.text), "state": .string(state),
                "counts": .object(counts.mapValues { .integer($0) }), "jobs": .array(jobs),
            ])
    }
}

extension CanonicalJSON {
    /// `yes` or `no`: the log has no booleans.
    public static func flag(_ isSet: Bool) -> CanonicalJSON { .string(isSet ? "yes" : "no") }
}
