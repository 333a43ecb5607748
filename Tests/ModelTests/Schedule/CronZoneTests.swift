import Model
import Testing

@Suite("Cron expressions in a time zone")
struct CronZoneTests {
    private static func due(_ text: String, _ zone: String, from: String, count: Int) throws -> [String] {
        let cron = try CronExpression(text, zone: try CronZone(zone))
        var times: [String] = []
        var time = try Timestamp(from).adding(seconds: -1)
        while times.count < count, let next = cron.next(after: time) {
            times.append("\(next)".replacing(":00Z", with: ""))
            time = next
        }
        return times
    }

    @Test(
        "a fixed time that is skipped in spring comes at once after it, one that comes twice in autumn counts once",
        arguments: [
            ("30 2 * * *", "2026-03-29T00:00:00Z", ["2026-03-29T01:00", "2026-03-30T00:30"]),
            ("0 6 * * *", "2026-03-28T00:00:00Z", ["2026-03-28T05:00", "2026-03-29T04:00", "2026-03-30T04:00"]),
            ("0,15,30 2 * * *", "2026-03-29T00:00:00Z", ["2026-03-29T01:00", "2026-03-30T00:00"]),
            ("0 2,3 * * *", "2026-03-29T00:00:00Z", ["2026-03-29T01:00", "2026-03-30T00:00"]),
            ("30 1-4 * * *", "2026-03-29T00:00:00Z", ["2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30"]),
            ("30 2 * * *", "2026-10-24T12:00:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]),
            ("0 3 * * *", "2026-10-24T12:00:00Z", ["2026-10-25T02:00", "2026-10-26T02:00"]),
            ("0 6 * * *", "2026-10-24T00:00:00Z", ["2026-10-24T04:00", "2026-10-25T05:00"]),
            ("@daily", "2026-10-24T12:00:00Z", ["2026-10-24T22:00", "2026-10-25T23:00"]),
        ])
    func fixed(text: String, from: String, expected: [String]) throws {
        #expect(try Self.due(text, "Europe/Stockholm", from: from, count: expected.count) == expected)
    }

    @Test(
        "where minute or hour is a wildcard, runs go on by real time",
        arguments: [
            ("30 * * * *", "2026-03-29T00:00:00Z", ["2026-03-29T00:30", "2026-03-29T01:30"]),
            ("30 * * * *", "2026-10-25T00:00:00Z", ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"]),
            ("*/30 2 * * *", "2026-03-29T00:00:00Z", ["2026-03-30T00:00", "2026-03-30T00:30"]),
            (
                "*/30 2 * * *", "2026-10-25T00:00:00Z",
                ["2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30", "2026-10-26T01:00"]
            ),
            ("@hourly", "2026-03-29T00:00:00Z", ["2026-03-29T00:00", "2026-03-29T01:00", "2026-03-29T02:00"]),
        ])
    func wildcards(text: String, from: String, expected: [String]) throws {
        #expect(try Self.due(text, "Europe/Stockholm", from: from, count: expected.count) == expected)
    }

    @Test("a midnight that does not exist, and a whole day that does not, are made up for at once")
    func odd() throws {
        // Cairo went from 00:00 to 01:00 on 2024-04-26; Apia had no 2011-12-30.
        #expect(
            try Self.due("@daily", "Africa/Cairo", from: "2024-04-25T00:00:00Z", count: 2)
                == ["2024-04-25T22:00", "2024-04-26T21:00"])
        #expect(
            try Self.due("0 6 * * *", "Pacific/Apia", from: "2011-12-29T00:00:00Z", count: 3)
                == ["2011-12-29T16:00", "2011-12-30T10:00", "2011-12-30T16:00"])
    }

    @Test("next, previous and count say what an oracle says that looks at every minute", arguments: 0..<60)
    func everyMinute(seed: Int) throws {
        var random = SeededRandom(seed: seed)
        let fields = CronOracle.random(starOneIn: seed % 2 == 0 ? 2 : 6, using: &random)
        let clock = ZoneOracle.all[seed % ZoneOracle.all.count]
        let zone = try CronZone(clock.name)
        guard let cron = try? CronExpression(fields.text, zone: zone) else { return }
        // Around both changes of a year, and between.
        let year = random.number(2008...2037)
        let start = Int64(ZoneOracle.day(year, [3, 4, 9, 10, 11][random.number(0...4)], 1)) * 86_400
        let end = start + 40 * 86_400
        let expected = clock.due(fields, from: start, to: end)
        var found: [Int64] = []
        var time = Timestamp(seconds: start - 1)
        while let next = cron.next(after: time), next.seconds < end {
            guard next > time else {
                Issue.record("\(fields.text) \(zone): \(next) after \(time)")
                return
            }
            found.append(next.seconds)
            time = next
        }
        #expect(found == expected, "\(fields.text) \(zone) \(year)")
        #expect(
            cron.count(after: Timestamp(seconds: start - 1), through: Timestamp(seconds: end - 1)) == expected.count,
            "\(fields.text) \(zone) \(year)")
        for _ in 0..<8 {
            let time = start + Int64(random.number(1...(40 * 86_400 - 1)))
            let count = expected.firstIndex { $0 > time } ?? expected.count
            #expect(cron.count(after: Timestamp(seconds: start - 1), through: Timestamp(seconds: time)) == count)
            if count > 0 {
                #expect(cron.previous(atOrBefore: Timestamp(seconds: time))?.seconds == expected[count - 1])
            }
        }
    }

    @Test("clocks that are years off are answered, whatever the zone")
    func farAway() throws {
        for name in ["Europe/Stockholm", "Asia/Kolkata"] {
            let cron = try CronExpression("0 6 29 2 *", zone: try CronZone(name))
            for text in [
                "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "9999-12-31T23:59:59Z",
            ] {
                let time = try Timestamp(text)
                #expect((cron.next(after: time) != nil) == (text < "9999"), "\(name) \(text)")
                #expect((cron.previous(atOrBefore: time) != nil) == (text > "1971"), "\(name) \(text)")
            }
            for seconds in [Int64.min, .min / 2, .max / 2, .max] {
                let time = Timestamp(seconds: seconds)
                #expect(cron.next(after: time) == nil && cron.previous(atOrBefore: time) == nil)
                #expect(cron.count(after: Timestamp(seconds: 0), through: time) == (seconds > 0 ? 1947 : 0))
            }
        }
    }

    @Test(
        "a zone that is not known is refused with near names",
        arguments: [
            ("europe/stockholm", "Europe/Stockholm"), ("Stockholm", "Europe/Stockholm"),
            ("Europe/Stokholm", "Europe/Stockholm"), ("America/NewYork", "America/New_York"),
            ("Europe/Stockholm ", "Europe/Stockholm"), ("CET", "a region and a place"), ("EST5EDT", "a region"),
            ("", "a region"), ("GMT+1", "a region"), ("../etc/passwd", "a region"), ("Europe/\u{0}", "a region"),
            (String(repeating: "Europe/", count: 5000), "a region"),
        ])
    func refused(name: String, hint: String) {
        do throws(ModelError) {
            _ = try CronZone(name)
            Issue.record("\(name) was taken")
        } catch {
            #expect(error.code == "unknown-time-zone" && error.failure == .usage && error.hint != nil)
            #expect(error.message.contains(hint), "\(error.message)")
        }
    }

    @Test("a schedule's text has the zone, and reads back")
    func text() throws {
        for expression in ["0 6 * * MON-FRI", "@daily"] {
            let schedule = Schedule.cron(try CronExpression(expression, zone: try CronZone("Europe/Stockholm")))
            #expect(schedule.text == "cron \(expression) Europe/Stockholm")
            #expect(try Schedule(text: schedule.text) == schedule)
            let plain = try Schedule(text: "cron \(expression)")
            #expect(plain.text == "cron \(expression)" && plain != schedule)
        }
        #expect(throws: ModelError.self) { try Schedule(text: "cron 0 6 * * * Mars/Olympus") }
        #expect(throws: ModelError.self) { try Schedule(text: "cron 0 6 * * * Europe/Stockholm Europe/Stockholm") }
        #expect(throws: ModelError.self) { try Schedule(text: "cron 0 6 * *") }
    }

    @Test("a run that is due at the change is made up for by one, and not repeated when clocks are set back")
    func decisions() throws {
        let schedule = Schedule.cron(try CronExpression("30 2 * * *", zone: try CronZone("Europe/Stockholm")))
        var state = ScheduleState(setAt: try Timestamp("2026-10-24T12:00:00Z"))
        var runs: [String] = []
        var now = try Timestamp("2026-10-24T12:00:00Z")
        while now < (try Timestamp("2026-10-26T12:00:00Z")) {
            if case .due(let time, _) = state.decide(schedule, now: now, source: nil, isRunning: false) {
                runs.append("\(time)")
            }
            now = now.adding(seconds: 300)
        }
        #expect(runs == ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])
    }
}

/// A second opinion on clocks: the rules as laws have them, and cron as one that looks at its clock every minute.
struct ZoneOracle {
    let name: String
    /// Minutes ahead of UTC.
    let offset: @Sendable (Int64) -> Int64

    static let all = [
        // The last Sundays of March and October at 01:00 UTC (directive 2000/84/EC).
        ZoneOracle(name: "Europe/Stockholm") { time in
            let (year, _) = civil(time)
            let start = Int64(lastSunday(year, 3)) * 86_400 + 3600
            return time >= start && time < Int64(lastSunday(year, 10)) * 86_400 + 3600 ? 120 : 60
        },
        // The second Sunday of March and the first of November at 2 a.m. (Energy Policy Act of 2005).
        ZoneOracle(name: "America/New_York") { time in
            let (year, _) = civil(time)
            let start = Int64(firstSunday(year, 3) + 7) * 86_400 + 7 * 3600
            return time >= start && time < Int64(firstSunday(year, 11)) * 86_400 + 6 * 3600 ? -240 : -300
        },
        // Half an hour, from the first Sunday of October at 2 a.m. to that of April.
        ZoneOracle(name: "Australia/Lord_Howe") { time in
            let (year, _) = civil(time)
            let end = Int64(firstSunday(year, 4)) * 86_400 - 9 * 3600
            return time < end || time >= Int64(firstSunday(year, 10)) * 86_400 - 8 * 3600 - 1800 ? 660 : 630
        },
        ZoneOracle(name: "Asia/Kolkata") { _ in 330 },
    ]

    /// The due times from `start` up to and without `end`.
    func due(_ fields: CronOracle, from start: Int64, to end: Int64) -> [Int64] {
        let isFixed = !fields.minute.text.hasPrefix("*") && !fields.hour.text.hasPrefix("*")
        func minute(_ time: Int64) -> Int { Int(time / 60 + offset(time)) }
        let days = (minute(start) / 1440 - 1)..<(minute(end) / 1440 + 2)
        let meant = Set(fields.minutes(fromDay: days.lowerBound, toDay: days.upperBound))
        // A day earlier, so that what the clock has shown is known.
        var furthest = minute(start - 86_400)
        var due: [Int64] = []
        for time in stride(from: start - 86_400, to: end, by: 60) {
            let shown = minute(time)
            let isDue =
                isFixed
                ? shown > furthest && (furthest + 1...shown).contains(where: meant.contains) : meant.contains(shown)
            if isDue, time >= start { due.append(time) }
            furthest = max(furthest, shown)
        }
        return due
    }

    static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        CronOracle.calendar.firstIndex { $0.year == year && $0.month == month && $0.day == day } ?? 0
    }

    private static func civil(_ time: Int64) -> (year: Int, month: Int) {
        let day = CronOracle.calendar[Int(time / 86_400)]
        return (day.year, day.month)
    }

    private static func firstSunday(_ year: Int, _ month: Int) -> Int {
        let first = firstDays[year * 12 + month] ?? 0
        return first + (7 - CronOracle.calendar[first].weekday) % 7
    }

    private static func lastSunday(_ year: Int, _ month: Int) -> Int {
        let last = (firstDays[year * 12 + month + 1] ?? 0) - 1
        return last - CronOracle.calendar[last].weekday
    }

    /// The first day of each month, by year times twelve and month.
    private static let firstDays: [Int: Int] = Dictionary(
        uniqueKeysWithValues: CronOracle.calendar.enumerated().compactMap { index, day in
            day.day == 1 ? (day.year * 12 + day.month, index) : nil
        })
}
