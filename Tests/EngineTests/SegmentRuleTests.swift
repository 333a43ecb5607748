import Model
import Support
import Testing

@testable import Engine

@Suite("Segment rules")
struct SegmentRuleTests {
    /// A profile with these values, empty where nothing is said.
    private func matches(_ rule: String, _ values: [String: String]) throws -> Bool {
        let columns = ["country", "value", "date", "Full Name", "flag"]
        let texts = columns.map { Array((values[$0] ?? "").utf8) }
        var table = RowTable(columns: columns.count)
        table.fill(rows: 1) { _, fields in
            var end = 0
            for index in texts.indices {
                fields[index] = RowTable.place(end..<(end + texts[index].count))
                end += texts[index].count
            }
            return 1
        }
        table.bytes = texts.flatMap(\.self)
        return try RuleProgram(SegmentRule(parsing: rule), columns: columns, now: 0)
            .matches(0, of: table, table.bytes.span)
    }

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
        ])
    func meanings(rule: String, expected: Bool) throws {
        let values = [
            "country": "SE", "value": "100.50", "date": "2026-11-23T10:00:00Z", "Full Name": "Åsa \"Å\" O'Brien",
            "flag": "true",
        ]
        #expect(try matches(rule, values) == expected)
    }

    @Test(
        "with no value every comparison is false, and 'not' turns that around",
        arguments: [
            (#"country == """#, false), (#"country != "SE""#, false), ("value != 3", false), ("value < 3", false),
            (#"country contains """#, false), (#"country in ("")"#, false), ("country is null", true),
            ("country is not null", false), (#"not country == "SE""#, true), ("value between 0 and 1", false),
        ])
    func missing(rule: String, expected: Bool) throws {
        #expect(try matches(rule, [:]) == expected)
    }

    @Test(
        "an error points at the column",
        arguments: [
            ("", 1), ("country", 8), ("country ==", 11), ("country == SE", 12), ("country ~ 5", 9),
            (#"country == "SE"#, 12),
            (#"(country == "SE""#, 17), (#"country == "SE" extra"#, 17), ("value > 1.2.3", 9), ("in == 3", 1),
            ("country starts 5", 16), ("value between 1 2", 17), ("country in ()", 13), ("`country == 5", 1),
            ("not", 4),
        ])
    func errors(rule: String, column: Int) {
        let error = #expect(throws: EngineError.self) { _ = try SegmentRule(parsing: rule) }
        guard case .rule(let found, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == column)
    }

    @Test("depth and length are bounded")
    func bounds() {
        for text in [
            String(repeating: "(", count: 5000) + "a is null", String(repeating: "not ", count: 4000) + "a is null",
            "a == \"" + String(repeating: "x", count: 20_000) + "\"",
        ] {
            #expect(throws: EngineError.self) { _ = try SegmentRule(parsing: text) }
        }
    }

    @Test("a field that the source does not have is refused when the rule is bound")
    func unknownField() throws {
        let rule = try SegmentRule(parsing: "nothing is null")
        #expect(throws: EngineError.self) { _ = try RuleProgram(rule, columns: ["country"], now: 0) }
    }

    @Test("any tree prints to a text that parses to the same tree", arguments: 0..<300)
    func roundTrip(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let tree = Self.tree(depth: 5, using: &random)
        let rule = try SegmentRule(parsing: tree.printed)
        #expect(rule.tree == tree, "seed \(seed): \(tree.printed)")
        #expect(rule.text == tree.printed)
    }

    private static func tree(depth: Int, using random: inout SeededGenerator) -> RuleTree {
        let fields = ["country", "Full Name", "and", "x.y_z", "1st", "Ålder"]
        let field = fields.randomElement(using: &random) ?? "a"
        func literal() -> RuleTree.Literal {
            let texts = ["", "a", "\"", "\\", "it's", "å 𝄞", "and"]
            let numbers = ["0", "-1.5", "1e10", "100"]
            return Bool.random(using: &random)
                ? .text(texts.randomElement(using: &random) ?? "")
                : .number(numbers.randomElement(using: &random) ?? "0")
        }
        switch Int.random(in: 0..<(depth > 0 ? 6 : 3), using: &random) {
        case 0: return .compare(field, RuleTree.Comparison.allCases.randomElement(using: &random) ?? .equal, literal())
        case 1: return .isNull(field)
        case 2: return .isIn(field, (0..<Int.random(in: 1..<4, using: &random)).map { _ in literal() })
        case 3: return .not(tree(depth: depth - 1, using: &random))
        case 4: return .and(tree(depth: depth - 1, using: &random), tree(depth: depth - 1, using: &random))
        default: return .or(tree(depth: depth - 1, using: &random), tree(depth: depth - 1, using: &random))
        }
    }
}
