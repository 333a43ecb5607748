internal import Governance
internal import Ledger
public import Model
internal import Store

/// A schedule, as commands show it.
public struct ScheduleReport: Encodable, Sendable {
    /// The destination.
    public let id: String
    /// `on-refresh`, `cron 0 6 * * *`, or `off`.
    public let schedule: String
    /// Under whose consent exports go out.
    public let exportUser: String
    /// The next time it is due, if that can be told.
    public let next: String?
    /// What the administrator should know.
    public let warnings: [String]
}

extension Workspace {
    /// Sets when exports to a destination run by themselves; nil for never.
    ///
    /// They go out under the consent of `administrator`, the export user, alone: when that does not hold any more, or they
    /// are retired, the runs are refused.
    /// - Throws: `Refusal` if the destination is removed or `administrator` is none.
    public func schedule(
        _ name: String, _ schedule: Schedule?, by administrator: AdministratorName
    ) async throws -> ScheduleReport {
        let id = try destination(name).id
        let now = time.now()
        _ = try await log.commit { transaction, appender in
            try transaction.requireAdministrator(administrator)
            guard let destination = try transaction.destination(id) else { throw Refusal.unknownDestination(id.text) }
            if case .removed(let by, let at) = destination.standing { throw Refusal.removed(id, by: by, at: at) }
            try transaction.set(schedule: schedule, of: id, by: administrator, at: now)
            try appender.append(
                LogEntry(
                    .destinationScheduled, actor: administrator.text,
                    [
                        "destination": .string(id.text), "schedule": .string(schedule?.text ?? "off"),
                        "export_user": .string(administrator.text),
                    ]))
        }
        var next: Timestamp?
        if case .cron(let expression) = schedule { next = expression.next(after: now) }
        // Somebody else's consent is of no use to it, and that shows only when it is due.
        let objection = try store.reading { try $0.objection(to: id, under: administrator, now: now) }
        let warnings =
            schedule == nil
            ? [] : objection.map { ["as things stand, its exports will be refused: \($0.message)"] } ?? []
        return ScheduleReport(
            id: id.text, schedule: schedule?.text ?? "off", exportUser: administrator.text, next: next.map { "\($0)" },
            warnings: warnings)
    }
}
