import Testing

@testable import Engine

@Suite("What dates mean to rules")
struct DateMeaningTests {
    @Test(
        "dates compare as points in time",
        arguments: [
            (#"v == date "2026-01-01T00:00:00+01:00""#, "2025-12-31T23:00:00Z", true),
            (#"v == date "2026-01-01""#, "2026-01-01 00:00:00", true), (#"v == date "2026-01-01""#, "2026-01-01", true),
            (#"v == date "2026-01-01""#, "2026-01-01T00:00:00.000000000Z", true),
            (#"v == date "2026-01-01""#, "2025-12-31T19:00:00-05:00", true),
            (#"v < date "2026-01-01""#, "2025-12-31T23:59:59.999999999Z", true),
            (#"v > date "2026-01-01T00:00:00.1Z""#, "2026-01-01T00:00:00.11", true),
            (#"v == date "2016-12-31T23:59:60Z""#, "2017-01-01", true), (#"v < date "1970-01-01""#, "1969-12-31", true),
            (#"v > date "0001-01-01""#, "1900-03-01", true), (#"v != date "2026-01-01""#, "2026-02-29", false),
            (#"v != date "2026-01-01""#, "1900-02-29", false), (#"v != date "2026-01-01""#, "2000-02-29", true),
            (#"v != date "2026-01-01""#, "2026-13-01", false),
            (#"v != date "2026-01-01""#, "11/23/2026 10:00:00 AM", false),
            (#"v != date "2026-01-01""#, "2026-11-23T10:00", false),
            (#"v != date "2026-01-01""#, "2026-11-23T24:00:00", false),
            (#"v != date "2026-01-01""#, "2026-11-23T10:00:00.Z", false),
            (#"v != date "2026-01-01""#, "2026-11-23T10:00:00.1234567890Z", false),
            (#"v != date "2026-01-01""#, "2026-11-23T10:00:00+0100", false),
            (#"v != date "2026-01-01""#, "2026-11-23T10:00:00Zx", false),
            (#"v != date "2026-01-01""#, "2026-11-2", false),
            (#"v in (date "2026-01-02", date "2026-01-01")"#, "2026-01-01T01:00:00+01:00", true),
        ])
    func instants(rule: String, value: String, expected: Bool) throws {
        #expect(try RuleTable.holds(rule, value) == expected)
    }

    @Test(
        "parts of dates are of the date in UTC",
        arguments: [
            ("day of v == 31", "2026-01-01T00:30:00+01:00", true),
            ("month of v == 12", "2026-01-01T00:30:00+01:00", true),
            ("year of v == 2025", "2026-01-01T00:30:00+01:00", true), ("day of v == 29", "1964-02-29", true),
            ("day of week of v == 0", "2026-11-22", true), ("day of week of v == 6", "2026-11-21T23:59:59Z", true),
            ("day of week of v == 3", "1969-12-31", true), ("month of v between 6 and 8", "1999-07-15", true),
            ("year of v < 1990", "x", false), ("year of v != 1990", "1990", false),
            ("year of v in (1990, 1985)", "1985-01-01", true),
            (#"time of v == time "22:30""#, "2026-01-01T00:30:00+02:00", true),
            (#"time of v between time "09:00" and time "17:00""#, "2026-01-01T17:00:00Z", true),
            (#"time of v between time "09:00" and time "17:00""#, "17:00:01", false),
            (#"time of v == time "09:05:00""#, "09:05", true), (#"time of v == time "00:00""#, "2026-01-01", true),
            (#"time of v < time "09:05""#, "1969-12-31T09:04:59.9Z", true),
            (#"time of v != time "09:05""#, "9:05", false),
        ])
    func parts(rule: String, value: String, expected: Bool) throws {
        #expect(try RuleTable.holds(rule, value) == expected)
    }

    // Now is 2026-11-23T12:00:00Z.
    @Test(
        "relative dates reach from then to now, both included",
        arguments: [
            ("v within last 24 hours", "2026-11-22T12:00:00Z", true),
            ("v within last 24 hours", "2026-11-22T11:59:59Z", false),
            ("v within last 1 day", "2026-11-23T12:00:00Z", true),
            ("v within last 1 day", "2026-11-23T12:00:00.1Z", false),
            ("v within last 30 days", "2026-10-24T12:00:00Z", true), ("v within last 30 days", "2026-10-24", false),
            ("v within last 2 weeks", "2026-11-10", true), ("v within last 2 weeks", "2026-11-09", false),
            ("v within last 9 months", "2026-02-23T12:00:00Z", true),
            ("v within last 9 months", "2026-02-23T11:59:59Z", false),
            ("v within last 1 year", "2025-11-23T12:00:00Z", true), ("v within last 1 years", "2025-11-23", false),
            ("v within last 100000 years", "0001-01-01", true), ("v within year to date", "2026-01-01", true),
            ("v within year to date", "2025-12-31T23:59:59Z", false), ("v within year to date", "2026-11-24", false),
            ("v within last 1 year", "yesterday", false),
        ])
    func relative(rule: String, value: String, expected: Bool) throws {
        #expect(try RuleTable.holds(rule, value) == expected)
    }

    @Test("a month before the 31st is the last day of a shorter month")
    func shortMonths() throws {
        // 2024-03-31T00:00:00Z
        let now: Int64 = 1_711_843_200
        #expect(try RuleTable.matches("v within last 1 month", ["v": "2024-02-29"], now: now))
        #expect(try !RuleTable.matches("v within last 1 month", ["v": "2024-02-28"], now: now))
        #expect(try RuleTable.matches("v within last 13 months", ["v": "2023-02-28"], now: now))
    }

    @Test("the calendar goes there and back for every day of 0000 to 9999")
    func calendar() {
        var date = CivilDate(year: 0, month: 1, day: 1)
        var days = date.daysSince1970
        #expect(days == -719_528)
        while date.year <= 9999 {
            guard date.daysSince1970 == days, CivilDate(daysSince1970: days) == date else {
                Issue.record("\(date)")
                return
            }
            days += 1
            date.day += 1
            if date.day > CivilDate.days(inMonth: date.month, of: date.year) {
                (date.day, date.month) = (1, date.month + 1)
            }
            if date.month > 12 { (date.month, date.year) = (1, date.year + 1) }
        }
        #expect(CivilDate(year: 2026, month: 11, day: 23).daysSince1970 * 86_400 + 43_200 == RuleTable.now)
    }
}
