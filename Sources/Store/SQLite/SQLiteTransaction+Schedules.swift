internal import FoundationEssentials
internal import GRDB
public import Model

/// When exports run by themselves.
extension SQLiteTransaction {
    /// A schedule as stored.
    public struct ScheduleRow: Sendable {
        /// The destination.
        public let destination: DestinationID
        /// Under whose consent it runs.
        public let exportUser: AdministratorName
        /// When.
        public let schedule: Schedule
        /// What it remembers.
        public var state: ScheduleState
    }

    /// All schedules.
    public func schedules() throws -> [ScheduleRow] {
        // A database of the first version that cannot be written has none.
        guard try database.tableExists("schedules") else { return [] }
        return try rows("SELECT * FROM schedules ORDER BY destination").map { row in
            let schedule: Data = row["schedule"]
            let state: Data? = row["state"]
            return ScheduleRow(
                destination: try DestinationID(row["destination"]),
                exportUser: try AdministratorName(row["export_user"]),
                schedule: try Schedule(text: String(decoding: schedule, as: UTF8.self)),
                state: try state.map { try ScheduleState(canonical: json($0)) }
                    ?? ScheduleState(setAt: Timestamp(seconds: row["set_at"])))
        }
    }

    /// Sets a schedule, or takes it away.
    public func set(schedule: Schedule?, of id: DestinationID, by user: AdministratorName, at time: Timestamp) throws {
        try execute("DELETE FROM schedules WHERE destination = ?", [id.text])
        guard let schedule else { return }
        try execute(
            "INSERT INTO schedules (destination, export_user, schedule, set_at) VALUES (?, ?, ?, ?)",
            [id.text, user.text, Data(schedule.text.utf8), time.seconds])
    }

    /// Keeps what a schedule remembers, unless it was set anew meanwhile.
    public func update(scheduleState state: ScheduleState, of id: DestinationID) throws {
        try execute(
            "UPDATE schedules SET state = ? WHERE destination = ? AND set_at = ?",
            [Data(state.canonical.bytes), id.text, state.setAt.seconds])
    }
}
