internal import Engine
internal import Governance
internal import Model
internal import Store

// Files that had rows at the last export and have none now.
extension Workspace {
    /// The names of files that were emptied since the last finished export, if somebody would be taken off the list for it.
    ///
    /// Where nobody knows what they had, as in a workspace of an earlier version, every empty file counts.
    func emptiedFiles(_ plan: ExportPlan) throws -> [String] {
        guard !plan.tally.changes.leavers.isEmpty else { return [] }
        let earlier = try earlierParts(plan)
        return (earlier.isEmpty ? plan.selection.parts.filter { $0.rows == 0 } : Self.emptied(plan, earlier))
            .map(Self.words)
    }

    private func earlierParts(_ plan: ExportPlan) throws -> [PartRows] {
        try store.reading { try $0.sourceParts(of: plan.destination.id) }
            .map { PartRows(whole: $0.whole, part: $0.part, rows: $0.rows) }
    }

    private static func emptied(_ plan: ExportPlan, _ earlier: [PartRows]) -> [PartRows] {
        plan.wholes.flatMap { PartRows.emptied(of: $0, earlier: earlier, now: plan.selection.parts) }
    }

    private static func words(_ part: PartRows) -> String {
        (part.part.isEmpty ? "the file of \(part.whole)" : "'\(part.part)' of \(part.whole)")
            + (part.rows == 0 ? " (how many is not known)" : " (\(part.rows) rows)")
    }

    /// Keeps what the files of an export that begins have, and what emptied ones had: if it is interrupted, its next run is
    /// held against that.
    func noteParts(_ plan: ExportPlan) async {
        guard let earlier = try? earlierParts(plan) else { return }
        // That it cannot be kept leaves what was kept before, which is as careful.
        _ = await keep(plan.selection.parts.filter { $0.rows > 0 } + Self.emptied(plan, earlier), plan)
    }

    /// Keeps what the files of a finished export had; false if that cannot be kept, and then the next export is held
    /// against what an earlier one read.
    func keepParts(_ plan: ExportPlan) async -> Bool { await keep(plan.selection.parts, plan) }

    private func keep(_ parts: [PartRows], _ plan: ExportPlan) async -> Bool {
        do {
            try await store.transaction { transaction in
                try transaction.keep(sourceParts: parts.map { ($0.whole, $0.part, $0.rows) }, of: plan.destination.id)
            }
            return true
        } catch {
            return false
        }
    }
}
