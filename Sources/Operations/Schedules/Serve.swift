internal import Engine
internal import FoundationEssentials
internal import Governance
internal import Model
internal import Store
internal import Vault

/// Something that happened while schedules were served.
public struct ServeEvent: Encodable, Sendable {
    /// When.
    public let time: String
    /// The destination.
    public let destination: String
    /// `started`, `ended`, `refused`, `failed`, `missed`, `overlap`, `silent`, `abandoned`.
    public let event: String
    /// The export, once there is one.
    public var export: String?
    /// How it ended, or the code of what kept it from running.
    public var state: String?
    /// In words, where there is more to say.
    public var message: String?
    /// How many runs were missed.
    public var missed: Int?
    /// What became of the profiles.
    public var counts: ExportCounts?
}

extension Workspace {
    /// Runs exports at their times until the task is cancelled.
    ///
    /// One export a destination at a time; several destinations side by side, each on threads of its own: one whose disk
    /// or source does not answer holds up nobody else, nor the end. A cancelled export concludes the requests it has under
    /// way, and is resumed by its next run, here or on another start.
    /// - Parameters:
    ///   - interval: how often it is looked whether something is due.
    ///   - settle: for how many seconds sources must be as they are before they count as refreshed.
    ///   - report: told what happens.
    /// - Returns: whether all exports that were under way have ended.
    /// - Throws: an error of class I/O if the workspace cannot be read any more.
    public func serve(
        interval: Duration = .seconds(5), settle: Int64 = 10, report: @escaping @Sendable (ServeEvent) -> Void
    ) async throws -> Bool {
        let lanes = Lanes()
        var failure: (any Error)?
        do {
            // The workspace may lie on a disk that does not answer, too; then nothing runs, but a signal is heard.
            try await withTaskExecutorPreference(OwnThreads(count: 1)) {
                var memory = ServeMemory()
                while true {
                    try Task.checkCancellation()
                    try await serveOnce(&memory, lanes, settle: settle, report)
                    try await Task.sleep(for: interval)
                }
            }
        } catch is CancellationError {
            // The one good end.
        } catch {
            failure = error
        }
        // In a task of its own, because this one is cancelled and could not wait.
        let left = await Task { await lanes.end(within: Self.endPatience) }.value
        for id in left {
            report(event(id, "abandoned", message: "its export did not end in time; the next start goes on with it"))
        }
        if let failure { throw failure }
        return left.isEmpty
    }

    /// For how long exports may conclude what they have under way once they are told to end.
    private static var endPatience: Duration { .seconds(7) }

    /// Looks once at all schedules, and starts what is due.
    private func serveOnce(
        _ memory: inout ServeMemory, _ lanes: Lanes, settle: Int64, _ report: @escaping @Sendable (ServeEvent) -> Void
    ) async throws {
        let rows = try store.reading { try $0.schedules() }
        // A cron schedule does not ask how its sources are.
        let waiting = rows.filter { $0.schedule == .onRefresh }.map(\.destination)
        let (sources, silent) = await lanes.look(at: waiting) { sourceDigest($0) }
        for id in memory.newlySilent(silent) {
            report(event(id, "silent", message: "its sources do not answer; it is looked at again once they do"))
        }
        for row in rows {
            let id = row.destination
            var state = row.state
            // What is in memory knows since when the sources are as they are.
            if let known = memory.states[id], known.setAt == state.setAt { state = known }
            if await lanes.takeFailure(id) { state.runFailed(at: time.now()) }
            // What an earlier start left in the middle is due at once, though the source is the same.
            if memory.states[id] == nil, try openExport(of: id) != nil { state.runFailed(at: time.now(), pause: 0) }
            let before = state
            let decision = state.decide(
                row.schedule, now: time.now(), source: sources[id], isRunning: await lanes.isRunning(id),
                settle: settle)
            memory.states[id] = state
            if state.canonical != before.canonical {
                try await store.transaction { [state] in try $0.update(scheduleState: state, of: id) }
            }
            guard let missed = note(decision, id, report) else { continue }
            report(event(id, "started", missed: missed))
            await lanes.run(id) { await runScheduled(row, report) }
        }
    }

    /// Reports what a decision says; how many runs were missed if one is due.
    private func note(
        _ decision: ScheduleDecision, _ id: DestinationID, _ report: (ServeEvent) -> Void
    ) -> Int? {
        switch decision {
        case .idle: return nil
        case .due(_, let missed): return missed
        case .overlap(let at):
            report(event(id, "overlap", message: "the run due at \(at) is let go by: an export is still running"))
        case .missed(let at, let count):
            report(event(id, "missed", message: "the last was due at \(at)", missed: count))
        }
        return nil
    }

    private func event(
        _ id: DestinationID, _ name: String, message: String? = nil, missed: Int? = nil
    ) -> ServeEvent {
        ServeEvent(
            time: "\(time.now())", destination: id.text, event: name, message: message,
            missed: missed == 0 ? nil : missed)
    }

    /// Runs the export of a schedule, or goes on with the one that was interrupted; true unless it should be tried again.
    private func runScheduled(
        _ row: SQLiteTransaction.ScheduleRow, _ report: @Sendable (ServeEvent) -> Void
    ) async -> Bool {
        var options = ExportOptions()
        options.administrator = row.exportUser
        options.trigger = row.schedule.trigger
        var ended = event(row.destination, "ended")
        do {
            let result =
                if let open = try openExport(of: row.destination) {
                    try await resumeExport(open, options) { _ in }
                } else {
                    try await runExport(row.destination.text, options) { _ in }
                }
            ended.export = result.export
            ended.state = result.state.rawValue
            ended.counts = result.counts
            report(ended)
            return true
        } catch {
            var cause = error
            if let stopped = error as? ExportStopped {
                ended.export = stopped.progress.export
                ended.counts = stopped.progress.counts
                cause = stopped.error
            }
            let known = cause as? any ReportableError
            let isRefused = known?.failure == .refused
            ended = ServeEvent(
                time: "\(time.now())", destination: row.destination.text, event: isRefused ? "refused" : "failed",
                export: ended.export, state: known?.code ?? (cause is CancellationError ? "interrupted" : "internal"),
                message: known?.message, counts: ended.counts)
            report(ended)
            // A refusal stands until a person changes something; what is away comes back.
            return isRefused
        }
    }

    /// The newest export to a destination, if it did not come to its end.
    private func openExport(of id: DestinationID) throws -> String? {
        guard let last = try store.reading({ try $0.lastExport(to: id) }),
            ["running", "interrupted"].contains(last.state)
        else { return nil }
        return last.id.text
    }

    /// What the sources of a destination's segments look like now; nil if they cannot be read, or it has none.
    private func sourceDigest(_ id: DestinationID) -> Digest? {
        guard let destination = try? destination(id.text),
            let segments = try? destination.segments.map({ try segment($0) }), !segments.isEmpty
        else { return nil }
        var parts: [CanonicalJSON] = []
        for name in Set(segments.map(\.source)).sorted() {
            guard let source = try? self.source(name),
                let files = try? SourceInspection.fingerprints(of: source, segments: segments)
            else { return nil }
            parts += files.map { .strings([$0.path, "\($0.size)", "\($0.modified)", "\($0.inode)"]) }
        }
        return try? SHA256.digest(of: CanonicalJSON.array(parts).bytes)
    }
}

/// What serving schedules remembers from one look to the next.
private struct ServeMemory {
    var states: [DestinationID: ScheduleState] = [:]
    private var silent: Set<DestinationID> = []

    /// Of those whose sources do not answer, the ones that did before.
    mutating func newlySilent(_ now: Set<DestinationID>) -> [DestinationID] {
        defer { silent = now }
        return now.subtracting(silent).sorted { $0.text < $1.text }
    }
}
