/// When something is done again and again, as crontab(5) writes it: minute, hour, day of month, month, day of week.
///
/// Lists, ranges, steps and names as POSIX and Vixie's cron have them; if both days are restricted, either will do. Times
/// are UTC, so that no change to daylight saving time skips a run or makes two of it.
public struct CronExpression: Hashable, Sendable {
    /// As it was written.
    public let text: String
    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    private let weekdays: UInt64
    private let isEitherDay: Bool

    private static let nicknames = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
    private static let monthNames = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ]
    private static let dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

    /// Reads an expression.
    /// - Throws: ``ModelError/cron(field:problem:)``, also for one that no day ever matches.
    public init(_ text: String) throws(ModelError) {
        // ASCII alone: the upper case of other letters may be one of these, as with "ſun".
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw .cron(field: "expression", problem: "has characters that are not ASCII")
        }
        guard text.utf8.count <= 200 else { throw .cron(field: "expression", problem: "is longer than 200 bytes") }
        let spelled = Self.nicknames[text.lowercased()] ?? text
        let fields = spelled.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard fields.count == 5 else {
            throw .cron(field: "expression", problem: "has \(fields.count) fields instead of five")
        }
        self.text = text
        minutes = try Self.bits(fields[0], "minute", 0...59)
        hours = try Self.bits(fields[1], "hour", 0...23)
        days = try Self.bits(fields[2], "day of month", 1...31)
        months = try Self.bits(fields[3], "month", 1...12, names: Self.monthNames, firstName: 1)
        let weekdays = try Self.bits(fields[4], "day of week", 0...7, names: Self.dayNames, firstName: 0)
        // 7 is Sunday too.
        self.weekdays = (weekdays | (weekdays >> 7 & 1)) & 0x7F
        isEitherDay = !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
        guard next(after: Timestamp(seconds: 0)) != nil else {
            throw .cron(field: "day of month", problem: "is on no day of the months")
        }
    }

    private static func bits(
        _ text: String, _ field: String, _ range: ClosedRange<Int>, names: [String] = [], firstName: Int = 0
    ) throws(ModelError) -> UInt64 {
        func number(_ part: Substring) throws(ModelError) -> Int {
            if let place = names.firstIndex(of: part.uppercased()) { return place + firstName }
            guard (1...2).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let value = Int(part), range.contains(value)
            else {
                throw .cron(
                    field: field, problem: "'\(part.prefix(20))' is not within \(range.lowerBound)-\(range.upperBound)")
            }
            return value
        }
        var bits: UInt64 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let stepped = part.split(separator: "/", omittingEmptySubsequences: false)
            let ends = stepped.first?.split(separator: "-", omittingEmptySubsequences: false) ?? []
            guard (1...2).contains(stepped.count), (1...2).contains(ends.count), let first = ends.first else {
                throw .cron(field: field, problem: "'\(part.prefix(20))' is no value, range or step")
            }
            var values = range
            if first != "*" {
                let low = try number(first)
                // `5/10` is as `5-59/10`.
                let high = ends.count == 2 ? try number(ends[1]) : stepped.count == 2 ? range.upperBound : low
                guard low <= high else { throw .cron(field: field, problem: "'\(part.prefix(20))' runs backwards") }
                values = low...high
            } else if ends.count == 2 {
                throw .cron(field: field, problem: "'\(part.prefix(20))' is no value, range or step")
            }
            var step = 1
            if stepped.count == 2 {
                guard stepped[1].first != "+", let value = Int(stepped[1]), (1...range.upperBound).contains(value)
                else {
                    throw .cron(
                        field: field, problem: "the step '\(stepped[1].prefix(20))' is not within 1-\(range.upperBound)"
                    )
                }
                step = value
            }
            for value in stride(from: values.lowerBound, through: values.upperBound, by: step) {
                bits |= 1 << UInt64(value)
            }
        }
        return bits
    }

    /// The first time after `time` that it matches; nil if there is none within nine years, in which every day of the
    /// calendar comes at least once (29 February is eight years away around 2100).
    public func next(after time: Timestamp) -> Timestamp? {
        guard Self.isUsable(time) else { return nil }
        let start = time.seconds - floorRemainder(time.seconds, 60) + 60
        var day = (start - floorRemainder(start, 86_400)) / 86_400
        var earliest = Int(floorRemainder(start, 86_400) / 60)
        for _ in 0..<(9 * 366) {
            if matches(day: day) {
                for minute in earliest..<1440
                where hours >> UInt64(minute / 60) & 1 == 1 && minutes >> UInt64(minute % 60) & 1 == 1 {
                    return Timestamp(seconds: day * 86_400 + Int64(minute) * 60)
                }
            }
            day += 1
            earliest = 0
        }
        return nil
    }

    /// The last time up to `time` that it matches; nil if there is none after `bound`.
    func latest(upTo time: Timestamp, after bound: Timestamp) -> Timestamp? {
        guard Self.isUsable(time), Self.isUsable(bound) else { return nil }
        var day = (time.seconds - floorRemainder(time.seconds, 86_400)) / 86_400
        var latest = Int(floorRemainder(time.seconds, 86_400) / 60)
        while (day + 1) * 86_400 > bound.seconds {
            if matches(day: day) {
                for minute in stride(from: latest, through: 0, by: -1)
                where hours >> UInt64(minute / 60) & 1 == 1 && minutes >> UInt64(minute % 60) & 1 == 1 {
                    let found = Timestamp(seconds: day * 86_400 + Int64(minute) * 60)
                    return found > bound ? found : nil
                }
            }
            day -= 1
            latest = 1439
        }
        return nil
    }

    /// Whether a time can be stored, which leaves room to reckon with it.
    static func isUsable(_ time: Timestamp) -> Bool {
        (-CanonicalJSON.maximumInteger...CanonicalJSON.maximumInteger).contains(time.seconds)
    }

    private func floorRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }

    private func matches(day: Int64) -> Bool {
        let (month, dayOfMonth) = Self.calendar(day)
        guard months >> UInt64(month) & 1 == 1 else { return false }
        let isDay = days >> UInt64(dayOfMonth) & 1 == 1
        // 1970-01-01 was a Thursday.
        let isWeekday = weekdays >> UInt64(floorRemainder(day + 4, 7)) & 1 == 1
        return isEitherDay ? isDay || isWeekday : isDay && isWeekday
    }

    /// Month and day of a day since 1970-01-01: the algorithm of Hinnant's `civil_from_days`.
    private static func calendar(_ day: Int64) -> (month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        return (Int(month < 10 ? month + 3 : month - 9), Int(dayOfYear - (153 * month + 2) / 5 + 1))
    }
}
