internal import Ledger
public import Model

extension Gate {
    /// Says of what a process that is gone left open that its fate is unknown, and of its exports that they were
    /// interrupted.
    ///
    /// Only for who holds the claim to the destination's exports: then whoever opened them is gone.
    func closeAbandoned(of id: DestinationID, state: String = "interrupted") async throws {
        let isClean = try await storage.transaction { transaction in
            try transaction.openTransfers(of: id).isEmpty && transaction.unfinishedExports(of: id).isEmpty
        }
        if isClean { return }
        _ = try await log.commit { transaction, appender in
            try closeAbandoned(of: id, state: state, transaction, &appender)
        }
    }

    func closeAbandoned(
        of id: DestinationID, state: String, _ transaction: Storage.Transaction, _ appender: inout LogAppender
    ) throws {
        for open in try transaction.openTransfers(of: id) {
            let outcome = TransferOutcome(status: .unknown, reason: "process-ended")
            let index = try appender.append(
                try outcomeEntry(outcome, intent: open.intent, export: open.export, destination: id, contacts: nil))
            try transaction.conclude(transfer: open.intent, outcome: index, job: nil, isUnknown: true)
        }
        for export in try transaction.unfinishedExports(of: id) {
            let entry = finishedEntry(export, of: id, state: state, counts: [:], jobs: [])
            try transaction.finish(export: export, state: state, at: try appender.append(entry))
        }
    }

    /// Ends an export that no process runs any more, as cancelled.
    /// - Throws: ``Refusal/exportRunning(_:)`` if one does; `LedgerError` or a storage error.
    public func cancelAbandoned(_ export: ExportID, of id: DestinationID) async throws {
        guard let lease = try storage.exportLease(for: id) else { throw Refusal.exportRunning(id) }
        defer { lease.release() }
        try await closeAbandoned(of: id, state: "cancelled")
    }
}
