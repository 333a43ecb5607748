import Model
import Testing

@Suite("Cron expressions (crontab(5))")
struct CronExpressionTests {
    struct Known: CustomTestStringConvertible {
        let text: String
        let after: String
        let next: [String]

        init(_ text: String, after: String, _ next: String...) {
            (self.text, self.after, self.next) = (text, after, next)
        }

        var testDescription: String { "\(text) after \(after)" }
    }

    static let known = [
        Known("* * * * *", after: "2026-11-23T12:00:00Z", "2026-11-23T12:01:00Z", "2026-11-23T12:02:00Z"),
        Known("* * * * *", after: "2026-11-23T12:00:59Z", "2026-11-23T12:01:00Z"),
        Known("* * * * *", after: "2026-12-31T23:59:30Z", "2027-01-01T00:00:00Z"),
        Known("*/15 * * * *", after: "2026-11-23T12:44:59Z", "2026-11-23T12:45:00Z", "2026-11-23T13:00:00Z"),
        Known("*/25 * * * *", after: "2026-11-23T12:49:00Z", "2026-11-23T12:50:00Z", "2026-11-23T13:00:00Z"),
        Known("10-30/10 6,18 * * *", after: "2026-11-23T06:20:00Z", "2026-11-23T06:30:00Z", "2026-11-23T18:10:00Z"),
        Known("30 6 * * MON-FRI", after: "2026-11-20T06:30:00Z", "2026-11-23T06:30:00Z", "2026-11-24T06:30:00Z"),
        Known("0 0 * * 0", after: "2026-11-23T12:00:00Z", "2026-11-29T00:00:00Z", "2026-12-06T00:00:00Z"),
        Known("0 0 * * 7", after: "2026-11-23T12:00:00Z", "2026-11-29T00:00:00Z"),
        Known(
            "0 0 * * fri-sun", after: "2026-11-26T12:00:00Z", "2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z",
            "2026-11-29T00:00:00Z", "2026-12-04T00:00:00Z"),
        Known("0 0 31 * *", after: "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"),
        Known("0 0 1 jan,Jul *", after: "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        // Leap years: 2000 was one, 2100 is none.
        Known("0 0 29 2 *", after: "1999-01-01T00:00:00Z", "2000-02-29T00:00:00Z", "2004-02-29T00:00:00Z"),
        Known("0 0 29 2 *", after: "2095-01-01T00:00:00Z", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"),
        Known("59 23 29 FEB *", after: "2096-02-29T23:58:59Z", "2096-02-29T23:59:00Z", "2104-02-29T23:59:00Z"),
        // The 29th of February as a Sunday: forty years apart around 2100.
        Known("0 0 29 2 */7", after: "2050-01-01T00:00:00Z", "2060-02-29T00:00:00Z", "2088-02-29T00:00:00Z"),
        Known("0 0 29 2 */7", after: "2088-02-29T00:00:00Z", "2128-02-29T00:00:00Z"),
        // Both day fields restricted: either. crontab(5)'s own example, 4:30 on the 1st, the 15th and every Friday.
        Known(
            "30 4 1,15 * 5", after: "2026-10-30T04:30:00Z", "2026-11-01T04:30:00Z", "2026-11-06T04:30:00Z",
            "2026-11-13T04:30:00Z", "2026-11-15T04:30:00Z"),
        Known("0 0 30 2 MON", after: "2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-09T00:00:00Z"),
        // One of them begins with '*': both. The odd days that are Mondays.
        Known("0 0 */2 * 1", after: "2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z", "2026-11-23T00:00:00Z"),
        Known("@hourly", after: "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z"),
        Known("@daily", after: "2026-11-23T12:00:00Z", "2026-11-24T00:00:00Z"),
        Known("@midnight", after: "2026-11-23T12:00:00Z", "2026-11-24T00:00:00Z"),
        Known("@weekly", after: "2026-11-23T12:00:00Z", "2026-11-29T00:00:00Z"),
        Known("@monthly", after: "2026-11-23T12:00:00Z", "2026-12-01T00:00:00Z"),
        Known("@yearly", after: "2026-11-23T12:00:00Z", "2027-01-01T00:00:00Z"),
        Known("@Annually", after: "2026-11-23T12:00:00Z", "2027-01-01T00:00:00Z"),
        // Vixie's cron takes '*/n' in lists, and a step after one number.
        Known("*/30,7 * * * *", after: "2026-11-23T12:00:00Z", "2026-11-23T12:07:00Z", "2026-11-23T12:30:00Z"),
        Known("5/20 * * * *", after: "2026-11-23T12:05:00Z", "2026-11-23T12:25:00Z", "2026-11-23T12:45:00Z"),
        // Daylight saving time begins and ends on these days in Europe: UTC has every hour once.
        Known(
            "30 1,2 * * *", after: "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z",
            "2026-03-30T01:30:00Z"),
        Known("30 0 * * *", after: "2026-10-25T00:30:00Z", "2026-10-26T00:30:00Z"),
    ]

    @Test("known due times come one after the other", arguments: known)
    func knownTimes(known: Known) throws {
        let cron = try CronExpression(known.text)
        var time = try Timestamp(known.after)
        for expected in known.next {
            time = try #require(cron.next(after: time))
            #expect(time.description == expected)
            #expect(cron.previous(atOrBefore: time) == time)
        }
    }

    @Test("the due time before is found backwards, the present one among them")
    func previous() throws {
        let leap = try CronExpression("0 12 29 2 *")
        let before = leap.previous(atOrBefore: try Timestamp("2104-02-29T11:59:59Z"))
        #expect(before?.description == "2096-02-29T12:00:00Z")
        let weekday = try CronExpression("30 6 * * 1-5")
        #expect(
            weekday.previous(atOrBefore: try Timestamp("2026-11-23T06:29:59Z"))?.description == "2026-11-20T06:30:00Z")
        #expect(
            weekday.previous(atOrBefore: try Timestamp("2026-11-23T06:30:00Z"))?.description == "2026-11-23T06:30:00Z")
        #expect(
            weekday.previous(atOrBefore: try Timestamp("2026-11-23T06:30:59Z"))?.description == "2026-11-23T06:30:00Z")
    }

    @Test("the first due time is in 1970 and the last in 9999, however far away the question")
    func ends() throws {
        let cron = try CronExpression("* * * * *")
        let last = try Timestamp("9999-12-31T23:59:00Z")
        #expect(cron.next(after: Timestamp(seconds: -1 << 50)) == Timestamp(seconds: 0))
        #expect(cron.next(after: Timestamp(seconds: -1)) == Timestamp(seconds: 0))
        #expect(cron.next(after: Timestamp(seconds: 0)) == Timestamp(seconds: 60))
        #expect(cron.next(after: last.adding(seconds: -1)) == last)
        #expect(cron.next(after: last) == nil)
        #expect(cron.next(after: Timestamp(seconds: 1 << 50)) == nil)
        #expect(cron.previous(atOrBefore: Timestamp(seconds: 1 << 50)) == last)
        #expect(cron.previous(atOrBefore: Timestamp(seconds: 0)) == Timestamp(seconds: 0))
        #expect(cron.previous(atOrBefore: Timestamp(seconds: -1)) == nil)
        #expect(cron.previous(atOrBefore: Timestamp(seconds: .min)) == nil)
        let minutes = Int(last.seconds / 60) + 1
        #expect(cron.count(after: Timestamp(seconds: .min), through: Timestamp(seconds: .max)) == minutes)
        #expect(cron.count(after: Timestamp(seconds: .max), through: Timestamp(seconds: .min)) == 0)
        #expect(try CronExpression("0 0 29 2 *").previous(atOrBefore: Timestamp("1972-02-28T23:59:59Z")) == nil)
        #expect(try CronExpression("0 0 29 2 *").next(after: Timestamp("9996-02-29T00:00:00Z")) == nil)
    }

    @Test(
        "the text has one space between fields and names in one case",
        arguments: [
            ("  0\t0 * *   mon ", "0 0 * * MON"), ("@DAILY", "@daily"), (" @Weekly ", "@weekly"),
            ("05 0-06/2 1,2 jan-Mar/2 *", "05 0-06/2 1,2 JAN-MAR/2 *"),
        ])
    func text(given: String, expected: String) throws {
        let cron = try CronExpression(given)
        #expect(cron.text == expected)
        #expect("\(cron)" == expected)
        #expect(try CronExpression(cron.text) == cron)
    }
}

@Suite("Refused cron expressions")
struct CronRefusalTests {
    @Test(
        "what cannot stand in a field is named, with the field and what can",
        arguments: [
            ("60 * * * *", "minute", "'60' does not do: it is 0 to 59"),
            ("* 24 * * *", "hour", "'24' does not do: it is 0 to 23"),
            ("* * 0 * *", "day of month", "'0' does not do: it is 1 to 31"),
            ("* * 1-32 * *", "day of month", "'32' does not do: it is 1 to 31"),
            ("* * * 13 *", "month", "'13' does not do: it is 1 to 12 or JAN to DEC"),
            ("* * * mond *", "month", "'MOND' does not do: it is 1 to 12 or JAN to DEC"),
            ("* * * * 8", "day of week", "'8' does not do: it is 0 to 7 or SUN to SAT, where 0 and 7 are Sunday"),
            ("* * * MON *", "month", "'MON' does not do: it is 1 to 12 or JAN to DEC"),
            ("-1 * * * *", "minute", "'-1' does not do: it is 0 to 59"),
            ("+1 * * * *", "minute", "'+1' does not do: it is 0 to 59"),
            ("001 * * * *", "minute", "'001' does not do: it is 0 to 59"),
            ("1-2-3 * * * *", "minute", "'2-3' does not do: it is 0 to 59"),
            ("9999999999999999999999 * * * *", "minute", "'99999999999999999999' does not do: it is 0 to 59"),
            ("5,,6 * * * *", "minute", "'5,,6' does not do: a list has a value on each side of a comma"),
            ("5, * * * *", "minute", "'5,' does not do: a list has a value on each side of a comma"),
            ("*/0 * * * *", "minute", "'*/0' does not do: a step is 1 to 59"),
            ("*/+5 * * * *", "minute", "'*/+5' does not do: a step is 1 to 59"),
            ("*/90 * * * *", "minute", "'*/90' does not do: a step is 1 to 59"),
            ("*/2/3 * * * *", "minute", "'*/2/3' does not do: a step is 1 to 59"),
            ("*/ * * * *", "minute", "'*/' does not do: a step is 1 to 59"),
            ("/5 * * * *", "minute", "'/5' does not do: it is 0 to 59"),
            ("* 22-2 * * *", "hour", "'22-2' does not do: a range goes from the lower to the higher"),
            ("* * * * FRI-MON", "day of week", "'FRI-MON' does not do: a range goes from the lower to the higher"),
            ("*-5 * * * *", "minute", "'*' does not do: it is 0 to 59"),
            ("? * * * *", "minute", "'?' does not do: it is 0 to 59"),
            ("* * L * *", "day of month", "'L' does not do: it is 1 to 31"),
            ("* * * *", "expression", "it needs five fields and has 4"),
            ("0 0 * * * *", "expression", "it needs five fields and has 6"),
            ("", "expression", "it needs five fields and has 0"),
            ("* * * * *\n", "expression", "it has to be one line of printable ASCII characters"),
            ("0 0 * * ſun", "expression", "it has to be one line of printable ASCII characters"),
            ("@wee\u{212A}ly", "expression", "it has to be one line of printable ASCII characters"),
            ("٣ * * * *", "expression", "it has to be one line of printable ASCII characters"),
            ("0 0 31 2 *", "day of month", "it is on no day of the months"),
            ("0 0 30 feb *", "day of month", "it is on no day of the months"),
            ("0 0 31 4,6,9,11 */2", "day of month", "it is on no day of the months"),
            (
                "@reboot", "expression",
                "a nickname is @hourly, @daily, @midnight, @weekly, @monthly, @yearly or @annually"
            ),
        ])
    func refused(text: String, field: String, problem: String) {
        #expect(throws: ModelError.cron(field: field, problem: problem)) { try CronExpression(text) }
    }

    @Test("an expression longer than 200 bytes is refused")
    func length() throws {
        let minutes = Array(repeating: "5", count: 96).joined(separator: ",")
        #expect(try CronExpression("\(minutes) * * *  *").text.utf8.count == 199)
        #expect(throws: ModelError.self) { try CronExpression("\(minutes),5 * * * *") }
    }

    @Test("the message says where and what")
    func message() throws {
        let error = try #require(throws: ModelError.self) { try CronExpression("0 25 * * *") }
        #expect(error.message == "the cron expression's hour: '25' does not do: it is 0 to 23")
    }

    @Test("an address given by mistake does not come back in the message")
    func address() throws {
        for text in ["jane@example.org", "@jane@example.org", "jane@example.org * * * *"] {
            let error = try #require(throws: ModelError.self) { try CronExpression(text) }
            #expect(!error.description.lowercased().contains("jane"))
        }
    }
}
