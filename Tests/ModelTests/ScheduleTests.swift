import Model
import Support
import Testing

@Suite("Schedules: cron expressions and what is due")
struct ScheduleTests {
    private static func time(_ text: String) throws -> Timestamp { try Timestamp(text) }

    @Test(
        "the next time is the one that crontab(5) says",
        arguments: [
            ("* * * * *", "2026-11-24T10:00:30Z", "2026-11-24T10:01:00Z"),
            ("*/15 * * * *", "2026-11-24T10:00:00Z", "2026-11-24T10:15:00Z"),
            ("0 6 * * MON-FRI", "2026-11-27T06:00:00Z", "2026-11-30T06:00:00Z"),
            ("0 6 * * 7", "2026-11-24T00:00:00Z", "2026-11-29T06:00:00Z"),
            ("30 4 1,15 * 5", "2026-11-24T00:00:00Z", "2026-11-27T04:30:00Z"),
            ("@monthly", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
            ("0 0 29 2 *", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"),
            ("5/20 0 * jan *", "2026-11-24T00:00:00Z", "2027-01-01T00:05:00Z"),
            ("10-30/10 * * * *", "2026-11-24T10:10:00Z", "2026-11-24T10:20:00Z"),
            ("@Hourly", "2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z"),
            ("@midnight", "2026-11-24T10:00:00Z", "2026-11-25T00:00:00Z"),
            ("@daily", "2026-11-24T23:59:59Z", "2026-11-25T00:00:00Z"),
            ("@weekly", "2026-11-24T10:00:00Z", "2026-11-29T00:00:00Z"),
            ("@annually", "2026-11-24T10:00:00Z", "2027-01-01T00:00:00Z"),
            ("0 0 31 2 SUN", "2026-11-24T10:00:00Z", "2027-02-07T00:00:00Z"),
            ("0 0 * * 5-7", "2026-11-24T10:00:00Z", "2026-11-27T00:00:00Z"),
            ("* * * * *", "1969-12-31T23:58:59Z", "1970-01-01T00:00:00Z"),
        ])
    func next(expression: String, after: String, expected: String) throws {
        #expect(try CronExpression(expression).next(after: Self.time(after)) == Self.time(expected))
    }

    @Test(
        "what is no expression is refused with the field at fault",
        arguments: [
            ("", "expression"), ("* * * *", "expression"), ("60 * * * *", "minute"), ("* 24 * * *", "hour"),
            ("* * 0 * *", "day of month"), ("* * * 13 *", "month"), ("* * * * 8", "day of week"),
            ("5-1 * * * *", "minute"), ("*/0 * * * *", "minute"), ("*-5 * * * *", "minute"), ("1,,2 * * * *", "minute"),
            ("0 0 31 2 *", "day of month"), ("a b c d e", "minute"), ("1/2/3 * * * *", "minute"),
            ("*/+5 * * * *", "minute"), ("*/ * * * *", "minute"), ("/5 * * * *", "minute"),
            ("* * * * \u{17F}un", "expression"), ("@wee\u{212A}ly", "expression"), ("@reboot", "expression"),
            ("0 0 30 FEB *", "day of month"), ("0 0 31 4,6,9,11 *", "day of month"),
        ])
    func refused(text: String, field: String) {
        #expect {
            _ = try CronExpression(text)
        } throws: { error in
            if case ModelError.cron(field, _) = error { return true }
            return false
        }
    }

    /// Whether a minute matches, worked out from the fields by themselves.
    private static func matches(_ fields: [Set<Int>], isEither: Bool, _ minute: Int64) -> Bool {
        fields[0].contains(Int(minute % 60)) && fields[1].contains(Int(minute / 60 % 24))
            && matches(fields, isEither: isEither, day: minute / 1440)
    }

    private static func matches(_ fields: [Set<Int>], isEither: Bool, day: Int64) -> Bool {
        var (year, left) = (1970, Int(day))
        func length(_ year: Int) -> Int {
            year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 366 : 365
        }
        while left >= length(year) {
            left -= length(year)
            year += 1
        }
        let months = [31, length(year) - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var month = 0
        while left >= months[month] {
            left -= months[month]
            month += 1
        }
        let isDay = fields[2].contains(left + 1)
        let isWeekday = fields[4].contains(Int((day + 4) % 7))
        return fields[3].contains(month + 1) && (isEither ? isDay || isWeekday : isDay && isWeekday)
    }

    @Test("the next time agrees with looking at every minute", arguments: 0..<40)
    func oracle(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let ranges = [0...59, 0...23, 1...31, 1...12, 0...6]
        var fields: [Set<Int>] = []
        var texts: [String] = []
        for range in ranges {
            if Int.random(in: 0..<3, using: &random) == 0 {
                fields.append(Set(range))
                texts.append("*")
            } else {
                let values = Set((0..<3).map { _ in Int.random(in: range, using: &random) })
                fields.append(values)
                texts.append(values.sorted().map(String.init).joined(separator: ","))
            }
        }
        guard let expression = try? CronExpression(texts.joined(separator: " ")) else { return }
        #expect(try CronExpression(expression.text) == expression)
        let isEither = texts[2] != "*" && texts[4] != "*"
        let start = Int64.random(in: 0..<4_000_000_000, using: &random)
        let found = expression.next(after: Timestamp(seconds: start))
        var minute = start / 60 + 1
        let bound = minute + 400 * 1440
        while minute < bound, !Self.matches(fields, isEither: isEither, minute) { minute += 1 }
        if minute < bound {
            #expect(found?.seconds == minute * 60)
        } else {
            #expect((found?.seconds ?? .max) >= bound * 60)
        }
    }

    @Test("garbage is refused and never crashes")
    func garbage() {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("0123456789*/,-@ abJANSUN")
        for _ in 0..<5000 {
            let text = String(
                (0..<Int.random(in: 0...20, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? " "
                })
            if let expression = try? CronExpression(text) {
                #expect(expression.next(after: Timestamp(seconds: 0)) != nil)
            }
        }
    }

    @Test("runs that were missed are made up for by one; one too long ago is not")
    func missed() throws {
        let schedule = Schedule.cron(try CronExpression("0 * * * *"))
        var state = ScheduleState(setAt: try Self.time("2026-11-24T00:30:00Z"))
        func decide(_ text: String, isRunning: Bool = false) throws -> ScheduleDecision {
            state.decide(schedule, now: try Self.time(text), source: nil, isRunning: isRunning)
        }
        #expect(try decide("2026-11-24T00:59:59Z") == .idle)
        #expect(try decide("2026-11-24T01:00:00Z") == .due(at: Self.time("2026-11-24T01:00:00Z"), missed: 0))
        #expect(try decide("2026-11-24T01:00:05Z") == .idle)
        #expect(try decide("2026-11-24T05:10:00Z") == .due(at: Self.time("2026-11-24T05:00:00Z"), missed: 3))
        #expect(try decide("2026-11-24T02:10:00Z") == .idle, "the clock jumped back")
        #expect(try decide("2026-11-24T06:00:01Z", isRunning: true) == .overlap(at: Self.time("2026-11-24T06:00:00Z")))
        #expect(try decide("2026-11-24T06:00:02Z") == .idle)
        var yearly = ScheduleState(setAt: try Self.time("2026-11-24T00:30:00Z"))
        let late = yearly.decide(
            .cron(try CronExpression("@yearly")), now: try Self.time("2027-01-05T00:00:00Z"), source: nil,
            isRunning: false)
        #expect(late == .missed(at: try Self.time("2027-01-01T00:00:00Z"), count: 1))
        #expect(try ScheduleState(canonical: yearly.canonical).handled == Self.time("2027-01-01T00:00:00Z"))
    }

    @Test("however the clock jumps, no due time is run twice, and none in a running export", arguments: 0..<20)
    func clock(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let schedule = Schedule.cron(try CronExpression("*/7 * * * *"))
        var now = Timestamp(seconds: 1_790_000_000)
        var state = ScheduleState(setAt: now)
        var handled: [Timestamp] = []
        for _ in 0..<500 {
            now = now.adding(seconds: Int64.random(in: -2000...4000, using: &random))
            let isRunning = Bool.random(using: &random)
            switch state.decide(schedule, now: now, source: nil, isRunning: isRunning) {
            case .idle: continue
            case .due(let at, let missed):
                #expect(!isRunning && at <= now && missed >= 0)
                handled.append(at)
            case .overlap(let at), .missed(let at, _): handled.append(at)
            }
        }
        #expect(handled.count > 20)
        #expect(handled == handled.sorted() && Set(handled).count == handled.count)
    }

    @Test("a refresh is exported once it has come to rest, and once only; a failed run is tried again later")
    func refresh() throws {
        let (one, two) = (try Digest([UInt8](repeating: 1, count: 32)), try Digest([UInt8](repeating: 2, count: 32)))
        var state = ScheduleState(setAt: Timestamp(seconds: 0))
        func decide(_ seconds: Int64, _ source: Digest?, isRunning: Bool = false) -> ScheduleDecision {
            state.decide(.onRefresh, now: Timestamp(seconds: seconds), source: source, isRunning: isRunning)
        }
        #expect(decide(100, one) == .idle)
        #expect(decide(105, two) == .idle, "still being written")
        #expect(decide(114, two) == .idle)
        #expect(decide(115, two) == .due(at: Timestamp(seconds: 115), missed: 0))
        #expect(decide(200, two) == .idle)
        #expect(decide(300, nil) == .idle, "away is not changed")
        #expect(decide(310, two) == .idle)
        #expect(decide(400, one) == .idle)
        #expect(decide(420, one, isRunning: true) == .idle)
        #expect(decide(430, one) == .due(at: Timestamp(seconds: 430), missed: 0))
        state.runFailed(at: Timestamp(seconds: 440))
        #expect(decide(500, one) == .idle)
        #expect(decide(740, one) == .due(at: Timestamp(seconds: 740), missed: 0))
    }

    @Test("however long nothing ran, one decision clears it: the latest due time, and how many came before it")
    func backlog() throws {
        func decide(_ cron: String, _ from: String, _ now: String) throws -> [ScheduleDecision] {
            let schedule = Schedule.cron(try CronExpression(cron))
            var state = ScheduleState(setAt: try Self.time(from))
            let now = try Self.time(now)
            return (0..<3).map { _ in state.decide(schedule, now: now, source: nil, isRunning: false) }
        }
        let (hour, friday) = (try Self.time("2026-11-27T00:00:00Z"), try Self.time("2026-11-27T06:00:00Z"))
        #expect(
            try decide("@hourly", "2026-11-24T00:00:00Z", "2026-11-27T00:30:00Z")
                == [.due(at: hour, missed: 71), .idle, .idle])
        #expect(
            try decide("0 6 * * MON-FRI", "2026-11-23T00:00:00Z", "2026-11-29T12:00:00Z")
                == [.missed(at: friday, count: 5), .idle, .idle])
        #expect(
            try decide("* * * * *", "2020-01-01T00:00:00Z", "2026-11-27T06:00:59Z")
                == [.due(at: friday, missed: 3_632_039), .idle, .idle])
        // Exactly as long ago as is still made up for, and a second longer.
        #expect(
            try decide("0 6 * * FRI", "2026-11-01T00:00:00Z", "2026-11-28T06:00:00Z")
                == [.due(at: friday, missed: 3), .idle, .idle])
        #expect(
            try decide("0 6 * * FRI", "2026-11-01T00:00:00Z", "2026-11-28T06:00:01Z")
                == [.missed(at: friday, count: 4), .idle, .idle])
    }

    @Test("what is decided agrees with looking at every minute since, however the clock jumps", arguments: 0..<20)
    func decisionOracle(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let ranges = [0...59, 0...23, 1...31, 1...12, 0...6]
        let fields = ranges.map { range in
            Bool.random(using: &random)
                ? Set(range) : Set((0..<4).map { _ in Int.random(in: range, using: &random) })
        }
        let texts = zip(fields, ranges).map { field, range in
            field.count == range.count ? "*" : field.sorted().map(String.init).joined(separator: ",")
        }
        guard let expression = try? CronExpression(texts.joined(separator: " ")) else { return }
        let isEither = texts[2] != "*" && texts[4] != "*"
        var now = Int64.random(in: 0..<4_000_000_000, using: &random)
        var state = ScheduleState(setAt: Timestamp(seconds: now))
        var from = now
        var days: [Int64: Bool] = [:]
        func isDue(_ minute: Int64) -> Bool {
            guard fields[0].contains(Int(minute % 60)), fields[1].contains(Int(minute / 60 % 24)) else { return false }
            let isDay = days[minute / 1440] ?? Self.matches(fields, isEither: isEither, day: minute / 1440)
            days[minute / 1440] = isDay
            return isDay
        }
        for _ in 0..<12 {
            now += Int64.random(in: -90_000...400_000, using: &random)
            let isRunning = Int.random(in: 0..<4, using: &random) == 0
            var due: [Int64] = []
            if now > from {
                due = (from / 60 + 1..<max(from, now) / 60 + 1).filter(isDue)
            }
            var expected = ScheduleDecision.idle
            if let last = due.last.map({ $0 * 60 }) {
                let at = Timestamp(seconds: last)
                from = last
                expected =
                    isRunning
                    ? .overlap(at: at)
                    : now - last > 86_400
                        ? .missed(at: at, count: due.count)
                        : .due(at: at, missed: due.count - 1)
            }
            let decision = state.decide(
                .cron(expression), now: Timestamp(seconds: now), source: nil, isRunning: isRunning)
            #expect(decision == expected, "\(expression.text) at \(now)")
            // What is stored says as much as what is in memory.
            state = try ScheduleState(canonical: state.canonical)
        }
    }

    @Test("schedules read back from their text; a long expression is called long")
    func texts() throws {
        for text in ["on-refresh", "cron 0 6 * * *", "cron @daily"] {
            #expect(try Schedule(text: text).text == text)
        }
        for text in ["", "cron", "cron ", "On-Refresh", "refresh", "cron 0 6 * *"] {
            #expect(throws: ModelError.self) { _ = try Schedule(text: text) }
        }
        #expect {
            _ = try CronExpression(String(repeating: "0,", count: 200) + "0 * * * *")
        } throws: { error in
            error as? ModelError == .cron(field: "expression", problem: "it is longer than 200 bytes")
        }
    }

    @Test("times beyond every calendar are never due and never crash", arguments: [Int64.min, -1 << 60, 1 << 60, .max])
    func extremes(seconds: Int64) throws {
        let (edge, epoch) = (Timestamp(seconds: seconds), Timestamp(seconds: 0))
        let expression = try CronExpression("* * * * *")
        #expect(expression.next(after: edge) == nil)
        for (set, now) in [(edge, epoch), (epoch, edge), (edge, edge)] {
            var state = ScheduleState(setAt: set)
            #expect(state.decide(.cron(expression), now: now, source: nil, isRunning: false) == .idle)
        }
    }
}
