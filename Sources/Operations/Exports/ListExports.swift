internal import Governance
internal import Model
internal import Store

extension Workspace {
    /// All exports, oldest first.
    ///
    /// One that is neither running nor finished was interrupted.
    /// - Throws: an error of class I/O if the database cannot be read.
    public func exports() throws -> [ExportSummary] {
        try store.reading { transaction in try transaction.exports().map { try ExportSummary($0, transaction) } }
    }

    /// One export.
    /// - Throws: ``OperationError/unknownExport(_:)``.
    public func export(_ id: String) throws -> ExportSummary {
        try store.reading { transaction in
            guard let row = try transaction.export(id) else { throw OperationError.unknownExport(id) }
            return try ExportSummary(row, transaction)
        }
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
