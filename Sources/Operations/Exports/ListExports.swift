internal import Governance
internal import Model
internal import Store

extension Workspace {
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

    /// Ends an export: the process that runs it stops before its next request; if none does, it is closed here.
    ///
    /// What was sent stays sent, and is counted.
    /// - Parameter patience: how long to wait for the process.
    /// - Throws: ``OperationError/notRunning(_:state:)``; `Refusal/exportRunning(_:)` if it has not ended within
    ///   `patience` (it will, before its next request); a storage error.
    public func cancelExport(_ id: String, patience: Duration = .seconds(30)) async throws -> ExportSummary {
        let row = try export(id)
        guard row.state == "running" else { throw OperationError.notRunning(id, state: row.state) }
        let (export, destination) = (try ExportID(id), try DestinationID(row.destination))
        try await store.transaction { try $0.cancel(export: export) }
        let deadline = ContinuousClock.now.advanced(by: patience)
        while try self.export(id).state == "running", ContinuousClock.now < deadline {
            do {
                try await gate.cancelAbandoned(export, of: destination)
            } catch Refusal.exportRunning {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        let ended = try self.export(id)
        guard ended.state != "running" else { throw Refusal.exportRunning(destination) }
        return ended
    }
}
