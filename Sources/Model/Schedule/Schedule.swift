/// When exports to a destination run by themselves.
public enum Schedule: Hashable, Sendable {
    /// Whenever the files of its sources have changed.
    case onRefresh
    /// At the times of a cron expression, UTC or of its time zone.
    case cron(CronExpression)

    /// As commands, statements and the log show it, and as stored: `on-refresh`, `cron 0 6 * * *`, or
    /// `cron 0 6 * * * Europe/Stockholm`.
    public var text: String {
        switch self {
        case .onRefresh: "on-refresh"
        case .cron(let expression): "cron \(expression.text)" + (expression.zone.map { " \($0)" } ?? "")
        }
    }

    /// Reads back what ``text`` gave.
    /// - Throws: ``ModelError``.
    public init(text: String) throws(ModelError) {
        if text == "on-refresh" {
            self = .onRefresh
        } else if text.hasPrefix("cron ") {
            let words = text.dropFirst(5).split(separator: " ")
            // A time zone follows the five fields, or the nickname that stands for them.
            let fields = words.first?.first == "@" ? 1 : 5
            let zone: CronZone? = words.count == fields + 1 ? try CronZone(String(words[fields])) : nil
            let expression = words.prefix(zone == nil ? words.count : fields).joined(separator: " ")
            self = .cron(try CronExpression(expression, zone: zone))
        } else {
            throw .configuration(key: "schedule")
        }
    }

    /// What starts an export by it, for the log.
    public var trigger: String {
        switch self {
        case .onRefresh: "refresh"
        case .cron: "cron"
        }
    }
}

/// What a schedule has to do now.
public enum ScheduleDecision: Hashable, Sendable {
    /// Nothing.
    case idle
    /// Run an export, for the time it was due; so many due times before it went by unused.
    case due(at: Timestamp, missed: Int)
    /// A due time came while an export was still running: it is let go by.
    case overlap(at: Timestamp)
    /// So many due times went by too long ago to be made up for, the last of them at this time.
    case missed(at: Timestamp, count: Int)
}

/// What a schedule remembers between decisions.
public struct ScheduleState: Hashable, Sendable {
    /// When it was set.
    public let setAt: Timestamp
    /// The last due time that was run, let go by or missed: no due time up to here is ever run again.
    public private(set) var handled: Timestamp?
    /// How the sources were when they were exported last.
    public private(set) var exported: Digest?
    /// How the sources were when they were looked at last, and since when they are so.
    private var seen: Digest?
    private var seenSince: Timestamp?
    /// Nothing is tried before this time.
    private var notBefore: Timestamp?

    /// The state of a schedule that was just set.
    public init(setAt: Timestamp) {
        self.setAt = setAt
    }

    /// Decides what to do now, and remembers that it did.
    ///
    /// Runs that were missed, because nothing was running or the clock jumped ahead, are made up for by one, unless the
    /// last is longer ago than `catchUp`. A clock that jumps back repeats nothing.
    /// - Parameters:
    ///   - source: the digest of how the sources are; nil if they cannot be read.
    ///   - isRunning: whether an export to the destination is running.
    ///   - settle: for how many seconds sources must be as they are: what is still being written is not read halfway.
    ///   - catchUp: in seconds.
    public mutating func decide(
        _ schedule: Schedule, now: Timestamp, source: Digest?, isRunning: Bool, settle: Int64 = 10,
        catchUp: Int64 = 86_400
    ) -> ScheduleDecision {
        switch schedule {
        case .cron(let expression): decide(expression, now, isRunning, catchUp)
        case .onRefresh: decide(source, now, isRunning, settle)
        }
    }

    private mutating func decide(
        _ expression: CronExpression, _ now: Timestamp, _ isRunning: Bool, _ catchUp: Int64
    ) -> ScheduleDecision {
        let from = max(handled ?? setAt, setAt)
        guard CronExpression.isUsable(from), let due = expression.previous(atOrBefore: now), due > from else {
            return .idle
        }
        let count = expression.count(after: from, through: due)
        handled = due
        if isRunning { return .overlap(at: due) }
        guard now.seconds - due.seconds <= catchUp else { return .missed(at: due, count: count) }
        return .due(at: due, missed: count - 1)
    }

    private mutating func decide(
        _ source: Digest?, _ now: Timestamp, _ isRunning: Bool, _ settle: Int64
    ) -> ScheduleDecision {
        guard let source else {
            (seen, seenSince) = (nil, nil)
            return .idle
        }
        if seen != source || now < seenSince ?? now { (seen, seenSince) = (source, now) }
        // A clock that jumped back must not hold it up for longer than it was meant to.
        if let wait = notBefore, now < wait, wait.seconds - now.seconds <= 3600 { return .idle }
        guard source != exported, !isRunning, let since = seenSince, now.seconds - since.seconds >= settle else {
            return .idle
        }
        exported = source
        handled = now
        return .due(at: now, missed: 0)
    }

    /// Says that the run it decided on failed for a reason that passes.
    ///
    /// A changed source stays to be exported, and is tried again after `pause` seconds. A cron schedule waits for its next
    /// time.
    public mutating func runFailed(at now: Timestamp, pause: Int64 = 300) {
        exported = nil
        notBefore = now.adding(seconds: pause)
    }

    // MARK: Stored form

    /// As stored.
    public var canonical: CanonicalJSON {
        var members: [String: CanonicalJSON] = ["set_at": .integer(setAt.seconds)]
        if let handled { members["handled"] = .integer(handled.seconds) }
        if let exported { members["exported"] = .string(exported.hex) }
        return .object(members)
    }

    /// Reads back what ``canonical`` wrote.
    /// - Throws: ``ModelError``.
    public init(canonical: CanonicalJSON) throws(ModelError) {
        setAt = Timestamp(seconds: try canonical.integer("set_at"))
        if let seconds = try? canonical.integer("handled") { handled = Timestamp(seconds: seconds) }
        if let hex = canonical.optionalString("exported") { exported = try Digest(hex: hex) }
    }
}
