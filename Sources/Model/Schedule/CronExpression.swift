/// When something is to run, written as in crontab(5): minute, hour, day of month, month, day of week.
///
/// A field is `*`, or numbers, ranges `a-b` and lists of those (POSIX, crontab), with steps `*/n`, `a-b/n` and `a/n`
/// and names `JAN` to `DEC` and `SUN` to `SAT` (crontab(5)). If both day fields are restricted, which is to say neither
/// begins with `*`, a day that either of them has is meant; else it must be in both. A day must always be in one of the
/// months: POSIX joins months and days of the week by "or" as well, which no cron does.
///
/// Times are UTC, where no change to or from daylight saving time skips a run or repeats one, or of a time zone, see
/// ``CronZone``. Times before 1970 and after 9999, which RFC 3339 cannot write, are never meant.
public struct CronExpression: Hashable, Sendable, CustomStringConvertible {
    /// The expression as given, with names in upper case, nicknames in lower case and one space between fields.
    public let text: String
    /// The time zone that its times are of; nil for UTC.
    public let zone: CronZone?
    /// Whether neither minute nor hour begins with `*`, which decides what a change of the clock does.
    let isFixed: Bool

    // A bit for each number that is meant.
    private let minutes: UInt64
    private let hours: UInt64
    private let daysOfMonth: UInt64
    private let months: UInt64
    private let daysOfWeek: UInt64
    private let isEitherDay: Bool

    /// Reads five fields, or a nickname of crontab(5).
    ///
    /// Those are `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually`; `@reboot` is none
    /// of them, because it names no time.
    /// - Throws: ``ModelError/cron(field:problem:)`` for anything else, and for a day that never comes, as in
    ///   `0 0 31 2 *`: a schedule that cannot run is a mistake.
    public init(_ text: String, zone: CronZone? = nil) throws(ModelError) {
        self.zone = zone
        // ASCII alone, because in Unicode other letters have the upper case of these: "ſun".
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 }) else {
            throw .cron(field: "expression", problem: "it has to be one line of printable ASCII characters")
        }
        guard text.utf8.count <= 200 else { throw .cron(field: "expression", problem: "it is longer than 200 bytes") }
        let given = text.split { $0 == " " || $0 == "\t" }
        var written = given.joined(separator: " ").uppercased()
        var meaning = written
        if written.hasPrefix("@") {
            written = written.lowercased()
            guard let five = Self.nicknames[written] else {
                throw .cron(
                    field: "expression",
                    problem: "a nickname is @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually")
            }
            meaning = five
        }
        let fields = meaning.split(separator: " ")
        guard fields.count == CronField.allCases.count else {
            throw .cron(field: "expression", problem: "it needs five fields and has \(fields.count)")
        }
        minutes = try CronField.minute.parse(fields[0])
        hours = try CronField.hour.parse(fields[1])
        daysOfMonth = try CronField.dayOfMonth.parse(fields[2])
        months = try CronField.month.parse(fields[3])
        daysOfWeek = try CronField.dayOfWeek.parse(fields[4])
        isFixed = !fields[0].hasPrefix("*") && !fields[1].hasPrefix("*")
        isEitherDay = !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
        self.text = written
        guard firstDay(from: 0, through: CivilMonth.cycle) != nil else {
            throw .cron(field: "day of month", problem: "it is on no day of the months")
        }
    }

    /// The same as ``text``.
    public var description: String { text }

    private static let nicknames = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
}

extension CronExpression {
    /// The first due time after `time`, never `time` itself; nil if there is none before the year 10000.
    public func next(after time: Timestamp) -> Timestamp? {
        guard Self.isUsable(time) else { return nil }
        if let zone { return next(after: max(time, Timestamp(seconds: -1)), in: zone) }
        return firstLocalMinute(from: Self.minute(of: time) + 1).map(Self.timestamp)
    }

    /// The last due time that is not after `time`; nil if there is none since 1970.
    public func previous(atOrBefore time: Timestamp) -> Timestamp? {
        guard time.seconds >= 0, Self.isUsable(time) else { return nil }
        if let zone { return previous(atOrBefore: time, in: zone) }
        return lastLocalMinute(through: Self.minute(of: time)).map(Self.timestamp)
    }

    /// How many due times lie after `start`, up to and including `end`; counted by months and not one by one, so that
    /// a clock that is years off does not stop whoever asks.
    public func count(after start: Timestamp, through end: Timestamp) -> Int {
        guard let zone else { return countLocal(after: Self.minute(of: start), through: Self.minute(of: end)) }
        let bounds = Timestamp(seconds: -1)...Timestamp(seconds: Int64(Self.lastMinute) * 60)
        func clamped(_ time: Timestamp) -> Timestamp { min(max(time, bounds.lowerBound), bounds.upperBound) }
        return count(after: clamped(start), through: clamped(end), in: zone)
    }
}

// MARK: - Minutes since 1970, on the clock that it goes by

extension CronExpression {
    /// The first minute from `minute` on that is meant.
    func firstLocalMinute(from minute: Int) -> Int? {
        let (day, rest) = max(0, minute).quotientAndRemainder(dividingBy: Self.minutesPerDay)
        if has(day: day), let found = firstMinute(from: rest) { return day * Self.minutesPerDay + found }
        guard let later = firstDay(from: day + 1, through: Self.lastDay), let found = firstMinute(from: 0) else {
            return nil
        }
        return later * Self.minutesPerDay + found
    }

    /// The last minute up to `minute` that is meant.
    func lastLocalMinute(through minute: Int) -> Int? {
        guard minute >= 0 else { return nil }
        let (day, rest) = min(minute, Self.lastMinute).quotientAndRemainder(dividingBy: Self.minutesPerDay)
        if has(day: day), let found = lastMinute(through: rest) { return day * Self.minutesPerDay + found }
        guard let earlier = lastDay(through: day - 1), let found = lastMinute(through: Self.minutesPerDay - 1) else {
            return nil
        }
        return earlier * Self.minutesPerDay + found
    }

    /// How many minutes after `first`, up to and including `last`, are meant.
    func countLocal(after first: Int, through last: Int) -> Int {
        let (first, last) = (max(first, -1), min(last, Self.lastMinute))
        guard first < last else { return 0 }
        let month = CivilMonth.containing(day: max(0, first) / Self.minutesPerDay).month
        return count(from: month, throughMinute: last) - count(from: month, throughMinute: first)
    }
}

// MARK: - Minutes of a day

extension CronExpression {
    /// Whether a time can be stored; one that cannot is a mistake, and nothing is due by it.
    static func isUsable(_ time: Timestamp) -> Bool {
        (-CanonicalJSON.maximumInteger...CanonicalJSON.maximumInteger).contains(time.seconds)
    }
}

extension CronExpression {
    private static let minutesPerDay = 1440
    private static let lastDay = CivilMonth.last.firstDay + CivilMonth.last.length - 1
    private static let lastMinute = lastDay * minutesPerDay + minutesPerDay - 1

    /// The minute since 1970 that `time` lies in: -1 for all before, the last of 9999 for all after.
    private static func minute(of time: Timestamp) -> Int {
        guard time.seconds >= 0 else { return -1 }
        return Int(min(time.seconds / 60, Int64(lastMinute)))
    }

    private static func timestamp(_ minute: Int) -> Timestamp { Timestamp(seconds: Int64(minute) * 60) }

    /// The first minute of a day, at or after `minute`, that is meant.
    private func firstMinute(from minute: Int) -> Int? {
        let (hour, rest) = minute.quotientAndRemainder(dividingBy: 60)
        if hours.has(hour), let found = minutes.first(from: rest) { return hour * 60 + found }
        guard let later = hours.first(from: hour + 1), let found = minutes.first(from: 0) else { return nil }
        return later * 60 + found
    }

    /// The last minute of a day, at or before `minute`, that is meant.
    private func lastMinute(through minute: Int) -> Int? {
        let (hour, rest) = minute.quotientAndRemainder(dividingBy: 60)
        if hours.has(hour), let found = minutes.last(through: rest) { return hour * 60 + found }
        guard let earlier = hours.last(through: hour - 1), let found = minutes.last(through: 59) else { return nil }
        return earlier * 60 + found
    }

    /// How many minutes from the beginning of a month up to and including `minute` are meant.
    private func count(from start: CivilMonth, throughMinute minute: Int) -> Int {
        guard minute >= 0 else { return 0 }
        let (day, rest) = minute.quotientAndRemainder(dividingBy: Self.minutesPerDay)
        let (month, dayOfMonth) = CivilMonth.containing(day: day)
        var days = (matchingDays(month) & .bits(through: dayOfMonth - 1)).nonzeroBitCount
        var earlier = start
        while earlier < month {
            days += matchingDays(earlier).nonzeroBitCount
            earlier = earlier.next
        }
        let full = days * hours.nonzeroBitCount * minutes.nonzeroBitCount
        guard matchingDays(month).has(dayOfMonth) else { return full }
        let (hour, within) = rest.quotientAndRemainder(dividingBy: 60)
        return full + (hours & .bits(through: hour - 1)).nonzeroBitCount * minutes.nonzeroBitCount
            + (hours.has(hour) ? (minutes & .bits(through: within)).nonzeroBitCount : 0)
    }
}

// MARK: - Days

extension CronExpression {
    /// The days of `month` that are meant, a bit for each from bit 1 on.
    private func matchingDays(_ month: CivilMonth) -> UInt64 {
        guard months.has(month.month) else { return 0 }
        // The week, turned so that bit 0 is the weekday of the first, and laid out five times.
        let first = UInt64(month.firstWeekday)
        let week = (daysOfWeek >> first | daysOfWeek << (7 - first)) & .bits(through: 6)
        let byWeek = (0..<5).reduce(UInt64(0)) { $0 | week << UInt64(7 * $1) } << 1
        let days = isEitherDay ? byWeek | daysOfMonth : byWeek & daysOfMonth
        return days & .bits(through: month.length) & ~1
    }

    private func has(day: Int) -> Bool {
        guard day <= Self.lastDay else { return false }
        let (month, dayOfMonth) = CivilMonth.containing(day: day)
        return matchingDays(month).has(dayOfMonth)
    }

    /// The first day from `day` on that is meant.
    private func firstDay(from day: Int, through end: Int) -> Int? {
        guard day <= end else { return nil }
        var (month, dayOfMonth) = CivilMonth.containing(day: day)
        while month.firstDay <= end {
            if let found = matchingDays(month).first(from: dayOfMonth) {
                let day = month.firstDay + found - 1
                return day <= end ? day : nil
            }
            (month, dayOfMonth) = (month.next, 1)
        }
        return nil
    }

    /// The last day up to `day` that is meant.
    private func lastDay(through day: Int) -> Int? {
        guard day >= 0 else { return nil }
        var (month, dayOfMonth) = CivilMonth.containing(day: day)
        while month.year >= 1970 {
            if let found = matchingDays(month).last(through: dayOfMonth) { return month.firstDay + found - 1 }
            (month, dayOfMonth) = (month.previous, 31)
        }
        return nil
    }
}

// MARK: - Small sets of numbers

extension UInt64 {
    /// The bits 0 to `number`; none below 0.
    fileprivate static func bits(through number: Int) -> UInt64 { (1 << UInt64(Swift.max(0, number + 1))) - 1 }

    fileprivate func has(_ number: Int) -> Bool { self & 1 << UInt64(number) != 0 }

    fileprivate func first(from number: Int) -> Int? {
        let left = self & ~.bits(through: number - 1)
        return left == 0 ? nil : left.trailingZeroBitCount
    }

    fileprivate func last(through number: Int) -> Int? {
        let left = self & .bits(through: number)
        return left == 0 ? nil : 63 - left.leadingZeroBitCount
    }
}
