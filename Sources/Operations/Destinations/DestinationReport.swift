internal import Consent
internal import Governance
internal import Model
internal import Store

/// A destination, as commands show it.
public struct DestinationReport: Encodable, Sendable {
    /// A consent that counts for it, or would: of each administrator the newest.
    public struct ConsentSummary: Encodable, Sendable {
        /// Its index in the log.
        public let index: Int64
        /// Whose it is.
        public let administrator: String
        /// What it is worth now; see ``ConsentReport/state``.
        public let state: String
        /// Until when it was given.
        public let validUntil: String?
        /// Whole days that are left of it, if it is in force.
        public let daysLeft: Int64?
    }

    /// A refusal that an export would meet.
    public struct Objection: Encodable, Sendable {
        /// Its stable slug.
        public let code: String
        /// What is wrong, in a sentence.
        public let message: String
        /// What to do about it.
        public let hint: String?

        init(_ error: any ReportableError) {
            (code, message, hint) = (error.code, error.message, error.hint)
        }
    }

    /// Its identifier.
    public let id: String
    /// `active`, `suspended` or `removed`.
    public let state: String
    /// Its display name.
    public let name: String
    /// The contact list.
    public let listId: String
    /// Where SendGrid's API is.
    public let baseUrl: String
    /// Contact field to profile field.
    public let fields: [String: String]
    /// Profile fields that keep a profile from being sent when they are set, beside the ones known by name.
    public let doNotContact: [String]
    /// Profile fields that look like an opt-out and were declared harmless.
    public let ignoredFlags: [String]
    /// The segments that are exported.
    public let segments: [String]
    /// Who suspended or removed it.
    public let changedBy: String?
    /// When it was suspended or removed.
    public let changedAt: String?
    /// When exports run by themselves: `on-refresh`, `cron 0 6 * * *` (UTC, or the time zone that follows), or `off`.
    public let schedule: String
    /// The next time one is due; null if there is none, or it depends on the sources.
    public let nextRun: String?
    /// Under whose consent scheduled exports go out.
    public let exportUser: String?
    /// The consents to it.
    public let consents: [ConsentSummary]
    /// The newest export to it.
    public let lastExport: Workspace.ExportSummary?
    /// What an export would meet now; null if it would be cleared.
    ///
    /// What only reading the sources can tell, such as too many profiles, `export plan` says.
    public let wouldMeet: Objection?
    /// What a scheduled export would meet now; null if it would be cleared, or there is no schedule.
    public let scheduleWouldMeet: Objection?
    /// What the administrator should know.
    public let warnings: [String]
}

extension DestinationReport {
    /// A destination as it stands in one transaction.
    /// - Parameter keys: why the workspace's keys cannot be had, if they cannot.
    init(
        _ destination: Destination, _ transaction: SQLiteTransaction, now: Timestamp, keys: (any ReportableError)?,
        warnings: [String]
    ) throws {
        id = destination.id.text
        name = destination.displayName
        listId = destination.listID.text
        baseUrl = destination.endpoint.description
        fields = Dictionary(
            uniqueKeysWithValues: (destination.matching?.pairs ?? []).map { ($0.field.name, $0.column) })
        doNotContact = destination.doNotContact
        ignoredFlags = destination.ignoredFlags
        segments = destination.segments.map(\.text)
        switch destination.standing {
        case .active: (state, changedBy, changedAt) = ("active", nil, nil)
        case .suspended(let by, let at): (state, changedBy, changedAt) = ("suspended", by.text, at.description)
        case .removed(let by, let at): (state, changedBy, changedAt) = ("removed", by.text, at.description)
        }
        // A schedule of a removed destination never comes to anything.
        let isRemoved = state == "removed"
        let row = try transaction.schedules().first { $0.destination == destination.id && !isRemoved }
        schedule = row?.schedule.text ?? "off"
        exportUser = row?.exportUser.text
        nextRun = row?.schedule.next(after: now).map { "\($0)" }
        var seen: Set<String> = []
        consents = try transaction.worths(ofConsentsTo: destination.id, now: now)
            .filter { seen.insert($0.record.administrator.text).inserted }.map { ConsentSummary($0, now: now) }
        lastExport = try transaction.lastExport(to: destination.id).map {
            try Workspace.ExportSummary($0, transaction)
        }
        let objection = try transaction.objection(to: destination.id, now: now)
        wouldMeet = (objection ?? keys).map(Objection.init)
        scheduleWouldMeet = try row.flatMap { row in
            try transaction.objection(to: destination.id, under: row.exportUser, now: now) ?? keys
        }.map(Objection.init)
        self.warnings = try warnings + Self.sameList(as: destination, transaction)
    }

    /// Says of other destinations that they are the same list: what one takes off, another may have put there.
    private static func sameList(as destination: Destination, _ transaction: SQLiteTransaction) throws -> [String] {
        if case .removed = destination.standing { return [] }
        return try transaction.destinations().compactMap { other in
            guard other.id != destination.id, other.isSameList(as: destination) else { return nil }
            if case .removed = other.standing { return nil }
            return "destination \(other.id) is the same list at the same host: whoever one of the two takes off the "
                + "list is off it for both"
        }
    }
}

extension DestinationReport.ConsentSummary {
    init(_ worth: ConsentWorth, now: Timestamp) {
        let until = try? Statement(bytes: worth.record.statement).parts.validUntil
        index = worth.record.index
        administrator = worth.record.administrator.text
        state = worth.state
        validUntil = until.map { "\($0)" }
        daysLeft = worth.isInForce ? until.map { $0.wholeDays(since: now) } : nil
    }
}

extension Timestamp {
    /// Whole days from `earlier` until this, at least 0.
    func wholeDays(since earlier: Timestamp) -> Int64 {
        let (seconds, overflow) = self.seconds.subtractingReportingOverflow(earlier.seconds)
        return overflow ? 0 : max(0, seconds / 86_400)
    }
}

extension Schedule {
    /// The next time it is due, if that can be told.
    func next(after now: Timestamp) -> Timestamp? {
        guard case .cron(let expression) = self else { return nil }
        return expression.next(after: now)
    }
}

extension Destination {
    /// Whether it is the same list at the same host, however the two are spelt.
    func isSameList(as other: Destination) -> Bool {
        listID.text.lowercased() == other.listID.text.lowercased() && endpoint.place == other.endpoint.place
    }
}

extension Endpoint {
    /// Host and port, spelt in one way: this machine has many names, and a port may be left to the scheme.
    fileprivate var place: String {
        let name = isLoopback ? "localhost" : host.hasSuffix(".") ? String(host.dropLast()) : host
        return "\(name):\(port ?? (isSecure ? 443 : 80))"
    }
}
