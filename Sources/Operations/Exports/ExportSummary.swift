internal import Model
internal import Store

extension Workspace {
    /// An export, as commands show it: what the log says of its start and its end.
    public struct ExportSummary: Encodable, Sendable {
        /// Its identifier.
        public let export: String
        /// Its destination.
        public let destination: String
        /// How it ended, or `running`.
        public let state: String
        /// The log index of its first entry.
        public let startedIndex: Int64
        /// The log index of its last entry, if it has ended.
        public let finishedIndex: Int64?
        /// When it began.
        public let started: String?
        /// When it ended, if it has; of one whose process died, when that was found.
        public let ended: String?
        /// What started it: `demand`, `cron` or `refresh`.
        public let trigger: String?
        /// Under whose consent it began.
        public let administrator: String?
        /// The log index of that consent.
        public let consent: Int64?
        /// Whether it went to this machine only.
        public let rehearsal: Bool?
        /// What became of the profiles; null while it runs, and if its process died.
        public let counts: ExportCounts?

        init(_ row: SQLiteTransaction.ExportRow, _ transaction: SQLiteTransaction) throws {
            func entry(_ index: Int64) throws -> CanonicalJSON? {
                // What cannot be read any more is for 'log verify' to say; the list goes on without it.
                try transaction.entry(at: index).flatMap { try? CanonicalJSON(bytes: $0) }
            }
            let start = try entry(row.started)
            let end = try row.finished.flatMap { try entry($0) }
            export = row.id.text
            destination = row.destination.text
            state = row.state
            startedIndex = row.started
            finishedIndex = row.finished
            started = start?.optionalString("time")
            ended = end?.optionalString("time")
            trigger = start?.optionalString("trigger")
            administrator = start?.optionalString("actor")
            consent = start.flatMap { try? $0.integer("consent_index") }
            rehearsal = start?.optionalString("rehearsal").map { $0 == "yes" }
            counts = end?["counts"].flatMap { ExportCounts(logged: $0) }
        }
    }
}

extension ExportCounts {
    /// Reads back what ``logged`` wrote; nil if nothing was counted.
    ///
    /// What an earlier version did not count is 0.
    init?(logged counts: CanonicalJSON) {
        guard case .object(let members) = counts, !members.isEmpty else { return nil }
        func count(_ key: String) -> Int { (try? counts.integer(key)).flatMap { Int(exactly: $0) } ?? 0 }
        source = count("source")
        filteredOut = count("filtered_out")
        selected = count("selected")
        rejected = count("rejected")
        unchanged = count("unchanged")
        sent = count("sent")
        accepted = count("accepted")
        refused = count("refused")
        unknown = count("unknown")
        removed = count("removed")
        new = count("new")
        changed = count("changed")
        leaving = count("leaving")
        unsent = count("unsent")
    }
}
