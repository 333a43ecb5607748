import Model
import Testing

@Suite("Cron expressions against an oracle that looks at every minute")
struct CronPropertyTests {
    @Test("next, previous and count say what the oracle says", arguments: 0..<60)
    func everyMinute(seed: Int) throws {
        var random = SeededRandom(seed: seed)
        let oracle = CronOracle.random(starOneIn: 2, using: &random)
        guard let cron = try? CronExpression(oracle.text) else {
            #expect(oracle.minutes(fromDay: 0, toDay: 12_000).isEmpty, "\(oracle.text)")
            return
        }
        let start = random.number(0...80_000)
        try compare(cron, oracle, days: start..<(start + 45), using: &random)
    }

    @Test("over a century and more they agree on rare days", arguments: 0..<12)
    func rareDays(seed: Int) throws {
        var random = SeededRandom(seed: 1000 + seed)
        let any = CronOracle.random(starOneIn: 4, using: &random)
        let oracle = CronOracle(
            minute: .init(text: "7", numbers: [7]), hour: .init(text: "23", numbers: [23]),
            dayOfMonth: any.dayOfMonth, month: any.month, dayOfWeek: any.dayOfWeek)
        guard let cron = try? CronExpression(oracle.text) else {
            #expect(oracle.minutes(fromDay: 0, toDay: CronOracle.calendar.count).isEmpty, "\(oracle.text)")
            return
        }
        let start = random.number(0...40_000)
        try compare(cron, oracle, days: start..<(start + 43_000), using: &random)
    }

    private func compare(
        _ cron: CronExpression, _ oracle: CronOracle, days: Range<Int>, using random: inout SeededRandom
    ) throws {
        let expected = oracle.minutes(fromDay: days.lowerBound, toDay: days.upperBound)
        let start = Timestamp(seconds: Int64(days.lowerBound) * 86_400 - 1)
        let end = Timestamp(seconds: Int64(days.upperBound) * 86_400 - 1)
        var found: [Int] = []
        var time = start
        while let next = cron.next(after: time), next <= end {
            guard next > time, next.seconds.isMultiple(of: 60) else {
                Issue.record("\(cron): \(next) after \(time)")
                return
            }
            found.append(Int(next.seconds / 60))
            time = next
        }
        #expect(found == expected, "\(cron)")
        #expect(cron.count(after: start, through: end) == expected.count, "\(cron)")
        for _ in 0..<6 {
            let time = start.adding(seconds: Int64(random.number(1...(days.count * 86_400))))
            let count = expected.firstIndex { $0 * 60 > time.seconds } ?? expected.count
            if count > 0 {
                #expect(cron.previous(atOrBefore: time)?.seconds == Int64(expected[count - 1] * 60), "\(cron)")
            }
            #expect(cron.count(after: start, through: time) == count, "\(cron)")
            if count < expected.count {
                #expect(cron.next(after: time)?.seconds == Int64(expected[count] * 60), "\(cron)")
            }
        }
    }

    @Test("the text of an expression reads back as the same expression", arguments: 0..<300)
    func roundTrip(seed: Int) throws {
        var random = SeededRandom(seed: seed)
        let oracle = CronOracle.random(starOneIn: 3, using: &random)
        guard let cron = try? CronExpression(oracle.text) else { return }
        #expect(try CronExpression(cron.text) == cron)
        #expect(try CronExpression(cron.text.lowercased()).text == cron.text)
        #expect(try Schedule(text: Schedule.cron(cron).text) == .cron(cron))
    }

    @Test("garbage is refused or, if it happens to mean something, reads back", arguments: 0..<40)
    func garbage(seed: Int) throws {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("0123456789*/-,  \tJANSUNmonfeb@hourlyé\u{301}٣\0\n".unicodeScalars)
        for _ in 0..<250 {
            let text: String
            if random.oneIn(3) {
                text = String(decoding: random.bytes(random.number(0...24)), as: UTF8.self)
            } else {
                var scalars = String.UnicodeScalarView()
                for _ in 0..<random.number(0...24) { scalars.append(alphabet[random.number(0...(alphabet.count - 1))]) }
                text = String(scalars)
            }
            do throws(ModelError) {
                let cron = try CronExpression(text)
                #expect(try CronExpression(cron.text) == cron)
                #expect(cron.next(after: Timestamp(seconds: 0)) != nil)
            } catch {
                #expect(error.code == "bad-cron-expression")
            }
        }
    }
}
