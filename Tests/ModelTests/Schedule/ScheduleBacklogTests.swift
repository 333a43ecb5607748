import Model
import Testing

@Suite("What a schedule that fell behind does")
struct ScheduleBacklogTests {
    @Test("a month without a run is counted to the last minute, and is made up for by one")
    func longAway() throws {
        let set = try Timestamp("2026-11-01T00:00:00Z")
        var state = ScheduleState(setAt: set)
        let decision = state.decide(
            .cron(try CronExpression("* * * * *")), now: try Timestamp("2026-12-01T00:00:30Z"), source: nil,
            isRunning: false)
        #expect(decision == .due(at: try Timestamp("2026-12-01T00:00:00Z"), missed: 30 * 1440 - 1))
    }

    @Test("what is too long ago is counted and not run, whatever lies between")
    func tooOld() throws {
        var state = ScheduleState(setAt: try Timestamp("2026-11-01T00:00:00Z"))
        let weekdays = Schedule.cron(try CronExpression("0 6 * * MON-FRI"))
        let now = try Timestamp("2026-11-22T12:00:00Z")
        let decision = state.decide(weekdays, now: now, source: nil, isRunning: false)
        #expect(decision == .missed(at: try Timestamp("2026-11-20T06:00:00Z"), count: 15))
        #expect(state.decide(weekdays, now: now, source: nil, isRunning: false) == .idle)
    }

    @Test("under any steps of the clock each due time is run once, let go by or counted", arguments: 0..<30)
    func clockSteps(seed: Int) throws {
        var random = SeededRandom(seed: seed)
        let texts = ["* * * * *", "*/7 * * * *", "0 */3 * * *", "30 6 * * 1-5", "0 0 1,15 * 3"]
        let cron = try CronExpression(texts[random.number(0...(texts.count - 1))])
        let catchUp = Int64([0, 600, 86_400][random.number(0...2)])
        let start = try Timestamp("2026-11-23T12:00:00Z").adding(seconds: Int64(random.number(0...500_000)))
        var state = ScheduleState(setAt: start)
        var now = start
        var handled: [Timestamp] = [start]
        for _ in 0..<400 {
            let isJump = random.oneIn(8)
            now = now.adding(seconds: Int64(isJump ? random.number(-300_000...300_000) : random.number(0...4000)))
            let isRunning = random.oneIn(3)
            let decision = state.decide(.cron(cron), now: now, source: nil, isRunning: isRunning, catchUp: catchUp)
            let from = handled[handled.count - 1]
            switch decision {
            case .idle:
                #expect(cron.count(after: from, through: now) == 0)
                continue
            case .due(let time, let missed):
                #expect(!isRunning && now.seconds - time.seconds <= catchUp)
                #expect(missed + 1 == cron.count(after: from, through: now))
                handled.append(time)
            case .overlap(let time):
                #expect(isRunning)
                handled.append(time)
            case .missed(let time, let count):
                #expect(!isRunning && now.seconds - time.seconds > catchUp)
                #expect(count == cron.count(after: from, through: now))
                handled.append(time)
            }
            #expect(cron.previous(atOrBefore: now) == handled.last)
            // What is stored decides the same after a start anew.
            if random.oneIn(5) { state = try ScheduleState(canonical: state.canonical) }
        }
        #expect(zip(handled, handled.dropFirst()).allSatisfy { $0 < $1 })
    }
}
