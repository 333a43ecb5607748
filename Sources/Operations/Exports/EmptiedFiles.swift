internal import Engine
internal import Governance
internal import Model
internal import Store

// Files that had rows at the last export and have none now.
extension Workspace {
    /// The names of files that were emptied since the last finished export, if somebody would be taken off the list for it.
    func emptiedFiles(_ plan: ExportPlan) throws -> [String] {
        guard !plan.tally.changes.leavers.isEmpty else { return [] }
        let earlier = try store.reading { try $0.sourceParts(of: plan.destination.id) }
            .map { PartRows(whole: $0.whole, part: $0.part, rows: $0.rows) }
        return plan.wholes.flatMap { PartRows.emptied(of: $0, earlier: earlier, now: plan.selection.parts) }
            .map { part in
                (part.part.isEmpty ? "the file of \(part.whole)" : "'\(part.part)' of \(part.whole)")
                    + " (\(part.rows) rows)"
            }
    }

    /// Keeps what the files of a finished export had; false if that cannot be kept, and then the next export is held
    /// against what an earlier one read.
    func keepParts(_ plan: ExportPlan) async -> Bool {
        let parts = plan.selection.parts.map { ($0.whole, $0.part, $0.rows) }
        do {
            try await store.transaction { try $0.keep(sourceParts: parts, of: plan.destination.id) }
            return true
        } catch {
            return false
        }
    }
}
