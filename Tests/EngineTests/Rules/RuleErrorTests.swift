import Testing

@testable import Engine

@Suite("Errors of rules")
struct RuleErrorTests {
    @Test(
        "an error points at the column",
        arguments: [
            ("", 1), ("country", 8), ("country ==", 11), ("country == SE", 12), ("country ~ 5", 9),
            (#"country == "SE"#, 12),
            (#"(country == "SE""#, 17), (#"country == "SE" extra"#, 17), ("value > 1.2.3", 9), ("in == 3", 1),
            ("country starts 5", 16), ("value between 1 2", 17), ("country in ()", 13), ("`country == 5", 1),
            ("not", 4), ("``", 1), ("a not 5", 7), ("a not in (5)", 7), ("a is 5", 6), ("a within 5", 10),
            ("a within last x", 15), ("a within last 0 days", 15), ("a within last 1.5 days", 15),
            ("a within last 3 moons", 17), ("a within year", 14), ("a == 5 ignoring case", 8),
            (#"a == "x" ignoring"#, 18), (#"a == date 5"#, 11), (#"a == date "23/11/2026""#, 11),
            (#"a == time "10:30""#, 6), (#"a contains date "2026-01-01""#, 12), (#"a < guid "x""#, 10),
            (#"a < guid "00000000000000000000000000000000""#, 5), ("day of a == 32", 13), ("month of a == 0", 15),
            ("day of a == 1.5", 13), (#"day of a == "1""#, 13), ("day of a contains 1", 19), ("time of a == 10", 14),
            ("day of", 7), ("day of week of", 15), (#"a == "\d""#, 7), (#"a == "\u{110000}""#, 7), (#"a == "å\"#, 8),
            ("`a\\", 3), ("\u{301}a == 5", 1), ("a\u{301} == \"x\" ?", 11),
        ])
    func errors(rule: String, column: Int) {
        let error = #expect(throws: EngineError.self) { _ = try SegmentRule(parsing: rule) }
        guard case .rule(let found, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == column, "\(error?.message ?? "")")
    }

    @Test("depth and length are bounded")
    func bounds() {
        for text in [
            String(repeating: "(", count: 5000) + "a is null", String(repeating: "not ", count: 4000) + "a is null",
            "a == \"" + String(repeating: "x", count: RuleParser.maximumLength) + "\"",
        ] {
            #expect(throws: EngineError.self) { _ = try SegmentRule(parsing: text) }
        }
    }

    @Test("ten thousand parts are no deeper than two")
    func wide() throws {
        let text = (0..<10_000).map { "a == \($0)" }.joined(separator: " or ")
        let rule = try SegmentRule(parsing: text)
        #expect(rule.text == text)
        #expect(rule.fields == ["a"])
        #expect(try RuleTable.matches(rule, ["a": "9999"]))
        #expect(try !RuleTable.matches(rule, ["a": "10000"]))
    }
}
