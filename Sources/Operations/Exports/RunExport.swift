internal import Delivery
internal import Engine
internal import Governance
internal import Model
internal import Store

extension Workspace {
    /// Runs an export: reads and counts first, then sends batch by batch through the gate, then follows SendGrid's jobs
    /// to their end.
    /// - Parameters:
    ///   - jobPatience: how long to wait for the jobs after the last batch.
    ///   - progress: told how far it is, now and then.
    /// - Throws: ``ExportStopped`` with what ended it if it had begun; else `Refusal` or `ConsentError` if governance does
    ///   not clear it; an error of class bad-input if a source is malformed; `DeliveryError` if SendGrid cannot be reached or refuses the key or the
    ///   list; an error of class I/O if the log cannot be written.
    public func runExport(
        _ name: String, jobPatience: Duration = .seconds(900),
        progress: @escaping @Sendable (ExportProgress) -> Void
    ) async throws -> ExportReport {
        let start = ContinuousClock.now
        let id = try destination(name).id
        let scope = try await gate.preflight(id)
        return try await SendGrid.withConnection { sendGrid in
            let plan = try await plan(id, sendGrid, progress)
            guard plan.tally.prepared > 0 else { throw OperationError.emptySelection }
            let session = try await gate.begin(scope, profiles: plan.tally.prepared)
            let run = ExportRun(gate: try gate, sendGrid: sendGrid, session: session, plan: plan, progress: progress)
            let end = await run.run(jobPatience: jobPatience)
            try await gate.finish(
                session, state: end.stateName, counts: end.counts.logged, jobs: end.unfinishedJobs)
            if let error = end.error {
                throw ExportStopped(
                    error: error,
                    progress: StoppedExport(
                        export: session.export.text, destination: id.text, state: end.stateName, counts: end.counts))
            }
            return ExportReport(
                export: session.export.text, destination: id.text, state: end.state, counts: end.counts,
                batches: end.batches, bytes: end.bytes,
                durationMs: Int64((ContinuousClock.now - start) / .milliseconds(1)),
                rejections: plan.selection.rejections.map(RejectionReport.init), rejectedBy: plan.tally.rejectedBy,
                members: plan.selection.memberCounts,
                overlaps: plan.selection.overlaps.map(OverlapReport.init), warnings: plan.warnings)
        }
    }

    /// An export, as commands show it.
    public struct ExportSummary: Encodable, Sendable {
        /// Its identifier.
        public let export: String
        /// Its destination.
        public let destination: String
        /// How it ended, or `running`.
        public let state: String
        /// The log indices of its first and last entry.
        public let startedIndex: Int64
        /// The log index of its last entry, if it has ended.
        public let finishedIndex: Int64?
    }

    /// All exports, oldest first.
    ///
    /// One that is neither running nor finished was interrupted.
    public func exports() throws -> [ExportSummary] {
        try store.reading { try $0.exports() }.map {
            ExportSummary(
                export: $0.id.text, destination: $0.destination.text, state: $0.state, startedIndex: $0.started,
                finishedIndex: $0.finished)
        }
    }

    /// One export.
    /// - Throws: ``OperationError/unknownExport(_:)``.
    public func export(_ id: String) throws -> ExportSummary {
        guard let export = try exports().first(where: { $0.export == id }) else {
            throw OperationError.unknownExport(id)
        }
        return export
    }
}
