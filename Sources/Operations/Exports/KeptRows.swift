internal import Engine
internal import Governance
internal import Model
internal import Store

/// The profiles that an export left out or SendGrid refused: where each stands, and nothing that is in it.
public struct KeptRows: Encodable, Sendable {
    /// One of them.
    public struct Row: Encodable, Sendable {
        /// `rejected` by the export's own checks, or `refused` by SendGrid.
        public let kind: String
        /// The source it is from.
        public let source: String
        /// The number of the profile in its source, from 1.
        public let row: Int
        /// The file of the source that it stands in.
        public let file: String
        /// The line in the file where it starts.
        public let line: Int
        /// The contact field that is at fault, if one is.
        public let field: String?
        /// A stable slug.
        public let reason: String
    }

    /// The export.
    public let export: String
    /// Its destination.
    public let destination: String
    /// How it ended, or `running`.
    public let state: String
    /// How many profiles it rejected in all; null if it has not ended, or its process died.
    public let rejected: Int?
    /// How many contacts SendGrid refused in all; null likewise.
    public let refused: Int?
    /// How many of each kind are kept at most.
    public let limit: Int
    /// Whether there were more than are kept.
    public let truncated: Bool
    /// Those that are kept.
    public let rows: [Row]

    init(_ export: Workspace.ExportSummary, _ rows: [ExportedRow]) {
        self.export = export.export
        destination = export.destination
        state = export.state
        rejected = export.counts?.rejected
        refused = export.counts?.refused
        limit = SQLiteTransaction.keptRows
        self.rows = rows.map { row in
            Row(
                kind: row.kind.rawValue, source: row.source, row: row.row, file: row.file, line: row.line,
                field: row.field, reason: row.reason)
        }
        truncated = [(ExportedRow.Kind.rejected, rejected), (.refused, refused)].contains { kind, total in
            let kept = rows.count { $0.kind == kind }
            return total.map { $0 > kept } ?? (kept >= SQLiteTransaction.keptRows)
        }
    }
}

extension Workspace {
    /// The rejected and refused rows of an export, as far as they are kept: of the newest ten exports to a destination
    /// that is not removed, a thousand of each kind.
    /// - Throws: ``OperationError/unknownExport(_:)``.
    public func keptRows(of export: String) throws -> KeptRows {
        let summary = try self.export(export)
        let id = try ExportID(summary.export)
        return KeptRows(summary, try store.reading { try $0.rows(of: id) } ?? [])
    }

    /// Keeps the rows that an export rejects, before anything of it leaves; false if they cannot be kept.
    ///
    /// An export does not fail for want of them: they help to mend the source, and prove nothing.
    func keep(_ rejections: [Rejection], of session: ExportSession) async -> Bool {
        let rows = rejections.map { rejection in
            ExportedRow(
                kind: .rejected, source: rejection.source.text, row: rejection.row, file: rejection.file,
                line: rejection.line, field: rejection.field, reason: rejection.reason.rawValue)
        }
        do {
            try await store.transaction {
                try $0.keep(rejected: rows, of: session.export, to: session.destination.id)
            }
            return true
        } catch {
            return false
        }
    }

    /// Keeps the rows that SendGrid refused; false if they cannot be kept.
    func keep(_ refusals: [RejectionReport], of session: ExportSession) async -> Bool {
        guard !refusals.isEmpty else { return true }
        let rows = refusals.map { refusal in
            ExportedRow(
                kind: .refused, source: refusal.source, row: refusal.row, file: refusal.file, line: refusal.line,
                field: refusal.field, reason: refusal.reason)
        }
        do {
            try await store.transaction { try $0.keep(refused: rows, of: session.export) }
            return true
        } catch {
            return false
        }
    }
}
