import Testing

@testable import Engine

@Suite("Segment rules")
struct SegmentRuleTests {
    @Test(
        "the table of meanings",
        arguments: [
            (#"country == "SE""#, true), (#"country == "se""#, false), (#"country = 'SE'"#, true),
            (#"country != "SE""#, false),
            (#"country != "NO""#, true), (#"country < "SF""#, true), (#"country >= "SE""#, true),
            (#"country <= "SD""#, false),
            (#"country contains "E""#, true), (#"country starts with "S""#, true), (#"country startsWith "E""#, false),
            (#"country ends with "E""#, true), (#"country endswith "SEE""#, false), (#"country in ("NO", "SE")"#, true),
            (#"country in ("NO")"#, false), ("value == 100.50", true), ("value == 100.5", true),
            (#"value == "100.5""#, false),
            ("value > 100", true), ("value < 100.49", false), ("value between 100 and 101", true),
            ("value in (1, 100.5)", true),
            ("value != 3", true), ("value > -5", true), ("value < 1e3", true), ("country > 5", false),
            ("country != 5", false),
            (#"date >= "2026-01-01" and date < "2027-01-01""#, true), (#"`Full Name` == "Åsa \"Å\" O'Brien""#, true),
            ("flag == true", true), ("flag == TRUE", true), ("flag == false", false), ("NOT flag == false", true),
            (#"country == "NO" or country == "SE" and value > 500"#, false),
            (#"(country == "SE" or country == "NO") and value > 100"#, true), ("not not country is null", false),
            (#"not (country == "SE" and value > 500)"#, true), ("country is not null", true),
            // What came with Customer Insights.
            (#"country == "se" ignoring case"#, true), (#"country in ("no", "sE") ignoring case"#, true),
            (#"`Full Name` contains "åSA" ignoring case"#, true), (#"country starts with "s" ignoring case"#, true),
            (#"country between "sa" and "sf" ignoring case"#, true), (#"country != "se" ignoring case"#, false),
            ("value not between 1 and 100", true), ("value not between 100 and 101", false),
            ("flag is true", true), ("flag is false", false), ("flag is not true", false),
            (#"date == date "2026-11-23T11:00:00+01:00""#, true), (#"date < date "2026-11-24""#, true),
            (#"date between date "2026-01-01" and date "2026-12-31""#, true), ("day of date == 23", true),
            ("month of date in (10, 11)", true), ("year of date >= 2026", true), ("day of week of date == 1", true),
            (#"time of date == time "10:00""#, true), (#"time of date > time "10:00:00""#, false),
            ("date within last 3 hours", true), ("date within last 1 hour", false), ("date within year to date", true),
        ])
    func meanings(rule: String, expected: Bool) throws {
        let values = [
            "country": "SE", "value": "100.50", "date": "2026-11-23T10:00:00Z", "Full Name": "Åsa \"Å\" O'Brien",
            "flag": "true",
        ]
        #expect(try RuleTable.matches(rule, values) == expected)
    }

    @Test(
        "with no value every comparison is unknown, and so is its opposite",
        arguments: [
            (#"v == """#, false), (#"v != "SE""#, false), ("v != 3", false), ("v < 3", false),
            (#"v contains """#, false),
            (#"v in ("")"#, false), ("v is null", true), ("v is not null", false), (#"not v == "SE""#, false),
            ("v between 0 and 1", false), ("v not between 0 and 1", false), ("v is true", false), ("v is false", false),
            ("v is not true", false), (#"v != date "2026-01-01""#, false), ("v within last 1 year", false),
            ("v within year to date", false), ("day of v != 1", false), (#"time of v < time "23:00""#, false),
            (#"v != guid "00000000000000000000000000000000""#, false), (#"v != "se" ignoring case"#, false),
            ("not v within last 1 year", false), (#"not (v == "a" or v == "b")"#, false),
            (#"not (v == "a" and v is null)"#, false), (#"not (v == "a" and v is not null)"#, true),
            (#"not v contains "a""#, false), (#"not v in ("a", 1)"#, false), ("not day of v == 1", false),
        ])
    func missing(rule: String, expected: Bool) throws {
        #expect(try RuleTable.holds(rule, "") == expected)
    }

    @Test("'and', 'or' and 'not' lead to the verdict of their truth table, at any nesting", arguments: 0..<8)
    func logic(bits: Int) throws {
        let (a, b, c) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0)
        let values = ["a": "\(a)", "b": "\(b)", "c": "\(c)"]
        let rules: [(String, Bool)] = [
            ("a is true and b is true and c is true", a && b && c),
            ("a is true or b is true or c is true", a || b || c),
            ("not (a is true and b is true) or c is true", !(a && b) || c),
            ("a is true and not (b is true or not c is true)", a && !(b || !c)),
            ("not (not (a is true or b is true) and not c is true)", a || b || c),
            ("(a is true or b is true) and (b is true or c is true)", (a || b) && (b || c)),
        ]
        for (rule, expected) in rules { #expect(try RuleTable.matches(rule, values) == expected, "\(rule)") }
    }

    @Test("words that came later are fields where they always were")
    func contextualWords() throws {
        let values = [
            "day": "1", "of": "2", "week": "2026-11-23", "date": "3", "within": "4", "last": "5", "ignoring": "6",
            "guid": "7", "time": "8", "year": "9", "case": "10",
        ]
        let rule =
            "day == 1 and of == 2 and date == 3 and within == 4 and last == 5 and ignoring == 6 and guid == 7"
            + " and time == 8 and year == 9 and case == 10 and day of week == 23 and day of week of week == 1"
        #expect(try RuleTable.matches(rule, values))
    }

    @Test("a field that the source does not have is refused when the rule is bound")
    func unknownField() throws {
        let rule = try SegmentRule(parsing: "nothing is null")
        #expect(throws: EngineError.self) { _ = try RuleProgram(rule, columns: ["country"], now: 0) }
    }
}
