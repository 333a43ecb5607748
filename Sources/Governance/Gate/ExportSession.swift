internal import Consent
internal import Ledger
public import Model
internal import Vault

/// Evidence that an export was cleared and begun.
///
/// Made by ``Gate/begin(_:profiles:)``; every transfer of the export needs it, and is cleared again by itself.
public struct ExportSession: Sendable {
    /// The identifier of the export.
    public let export: ExportID
    /// What it is about; fixed for as long as it runs.
    public let scope: ExportScope
    /// The log index of the consent it runs under.
    public let consent: Int64
    let subjectKey: SubjectKey
    let lease: any Lease

    /// Its destination, as it was when the export began.
    public var destination: Destination { scope.destination }

    init(export: ExportID, scope: ExportScope, consent: Int64, subjectKey: SubjectKey, lease: any Lease) {
        self.export = export
        self.scope = scope
        self.consent = consent
        self.subjectKey = subjectKey
        self.lease = lease
    }
}

/// A subject key, shared by reference because it cannot be copied.
final class SubjectKey: Sendable {
    let bytes: SecretBytes

    init(_ bytes: consuming SecretBytes) {
        self.bytes = bytes
    }
}

extension Gate {
    /// Says whether an export to this destination would be cleared now, without beginning one.
    ///
    /// Returns what it would be about, to be read for and then begun with.
    /// - Throws: ``Refusal`` or `ConsentError` if not; the refusal is logged. ``Refusal/exportRunning(_:)`` too.
    public func preflight(_ id: DestinationID) async throws -> ExportScope {
        let scope = try await recordingRefusals(of: id, export: nil) {
            try await storage.transaction { try clear(id, $0).scope }
        }
        // Before much is read for nothing; the claim itself is made when the export begins.
        guard let lease = try storage.exportLease(for: id) else { throw Refusal.exportRunning(id) }
        lease.release()
        return scope
    }

    /// Why an export of `profiles` profiles would not be cleared now, or nil.
    ///
    /// Nothing is logged: nobody asked for an export.
    /// - Throws: a storage error.
    public func objection(to id: DestinationID, profiles: Int) async throws -> (any ReportableError)? {
        do {
            try await storage.transaction { transaction in
                try requireSize(profiles, try clear(id, transaction).policy)
            }
            return nil
        } catch let error as any ReportableError where error.failure == .refused {
            return error
        }
    }

    /// Clears and begins an export of `profiles` profiles.
    ///
    /// Intents that an earlier process left without outcome are closed first, as *unknown*: the claim to the
    /// destination's exports is exclusive, so whoever opened them is gone.
    /// - Parameter scope: what the profiles were selected for, as ``preflight(_:)`` returned it.
    /// - Throws: ``Refusal`` or `ConsentError`, logged; `LedgerError` or a storage error if the log cannot be written.
    public func begin(_ scope: ExportScope, profiles: Int) async throws -> ExportSession {
        let id = scope.destination.id
        guard let lease = try storage.exportLease(for: id) else { throw Refusal.exportRunning(id) }
        do {
            return try await recordingRefusals(of: id, export: nil) {
                try await begin(scope, profiles: profiles, lease: lease)
            }
        } catch {
            lease.release()
            throw error
        }
    }

    private func begin(_ scope: ExportScope, profiles: Int, lease: any Lease) async throws -> ExportSession {
        let id = scope.destination.id
        let begun = try await log.commit { transaction, appender in
            let clearance = try clear(id, transaction)
            guard clearance.scope == scope else { throw Refusal.scopeChanged(id) }
            try requireSize(profiles, clearance.policy)
            guard let subjectKey = try transaction.secret(.subjectKey, of: id) else { throw Refusal.keyMissing(id) }
            try closeAbandoned(id, transaction, &appender)
            let export = try transaction.nextExportID()
            let destination = clearance.destination
            let started = LogEntry(
                .exportStarted, actor: clearance.consent.parts.administrator.text,
                [
                    "export": .string(export.text), "destination": .string(id.text),
                    "consent_index": .integer(clearance.consent.index),
                    "policy_sha256": .string(try clearance.policy.digest().hex),
                    "fields": .strings(clearance.matching.fields.map(\.name)),
                    "segments": .strings(destination.segments.map(\.text)), "profiles": .integer(Int64(profiles)),
                    "rehearsal": .flag(destination.endpoint.isLoopback),
                ])
            try transaction.insert(export: export, destination: id, startedAt: try appender.append(started))
            return (export, clearance.consent.index, subjectKey)
        }.value
        return ExportSession(
            export: begun.0, scope: scope, consent: begun.1, subjectKey: SubjectKey(try keys.open(begun.2)),
            lease: lease)
    }

    private func requireSize(_ profiles: Int, _ policy: Policy) throws {
        guard profiles <= policy.maximumProfiles else {
            throw Refusal.tooManyProfiles(count: Int64(profiles), maximum: policy.maximumProfiles)
        }
    }

    /// Says of what an earlier process left open that its fate is unknown.
    private func closeAbandoned(
        _ id: DestinationID, _ transaction: Storage.Transaction, _ appender: inout LogAppender
    ) throws {
        for open in try transaction.openTransfers(of: id) {
            let outcome = TransferOutcome(status: .unknown, reason: "process-ended")
            let index = try appender.append(
                outcomeEntry(outcome, intent: open.intent, export: open.export, destination: id, contacts: nil))
            try transaction.conclude(transfer: open.intent, outcome: index)
        }
        for export in try transaction.unfinishedExports(of: id) {
            let entry = finishedEntry(export, of: id, state: "interrupted", counts: [:], jobs: [])
            try transaction.finish(export: export, state: "interrupted", at: try appender.append(entry))
        }
    }

    private func finishedEntry(
        _ export: ExportID, of id: DestinationID, state: String, counts: [String: Int64], jobs: [CanonicalJSON]
    ) -> LogEntry {
        LogEntry(
            .exportFinished, actor: "system",
            [
                "export": .string(export.text), "destination": .string(id.text), "state": .string(state),
                "counts": .object(counts.mapValues { .integer($0) }), "jobs": .array(jobs),
            ])
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
}

extension CanonicalJSON {
    /// `yes` or `no`: the log has no booleans.
    public static func flag(_ isSet: Bool) -> CanonicalJSON { .string(isSet ? "yes" : "no") }
}
