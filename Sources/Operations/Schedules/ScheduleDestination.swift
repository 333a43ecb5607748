internal import Governance
internal import Ledger
public import Model
internal import Store

/// A schedule, as commands show it.
public struct ScheduleReport: Encodable, Sendable {
    /// The destination.
    public let id: String
    /// `on-refresh`, `cron 0 6 * * *`, `cron 0 6 * * * Europe/Stockholm`, or `off`.
    public let schedule: String
    /// Under whose consent exports go out.
    public let exportUser: String
    /// The next time it is due, if that can be told.
    public let next: String?
    /// What clocks in the schedule's time zone show then, `2026-03-29 06:00`; null without a time zone.
    public let nextLocal: String?
    /// The time zone of a cron schedule, `UTC` or its name; null for others.
    public let timeZone: String?
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
        let next = schedule?.next(after: now)
        var zone: CronZone?
        if case .cron(let expression) = schedule { zone = expression.zone }
        // Somebody else's consent is of no use to it, and that shows only when it is due.
        let objection = try store.reading { try $0.objection(to: id, under: administrator, now: now) }
        let warnings =
            schedule == nil
            ? [] : objection.map { ["as things stand, its exports will be refused: \($0.message)"] } ?? []
        return ScheduleReport(
            id: id.text, schedule: schedule?.text ?? "off", exportUser: administrator.text, next: next.map { "\($0)" },
            nextLocal: next.flatMap { next in zone.map { $0.clock(at: next) } },
            timeZone: schedule?.trigger == "cron" ? zone?.name ?? "UTC" : nil, warnings: warnings)
    }
}
