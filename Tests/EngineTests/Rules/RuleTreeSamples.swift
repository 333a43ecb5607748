@testable import Engine

/// Random trees of every kind of node that a rule can have.
enum RuleTreeSamples {
    static let fields = [
        "country", "Full Name", "and", "x.y_z", "1st", "Ålder", "a`b", "a\\b", "line\nbreak", "\u{202E}x", "\"", "day",
        "of", "week", ".x", "\u{301}", "e\u{301}", "naïve", "date", "K",
    ]
    static let texts = [
        "", "a", "\"", "\\", "it's", "å 𝄞", "and", "\u{301}x", "\r\n", "\t\u{0}\u{200D}", "\u{2028}", "x`y", "\\u{41}",
    ]
    static let numbers = ["0", "-1.5", "1e10", "100", "9007199254740993", "-0", "0.1E-7"]
    static let dates = ["2026-01-01", "2026-01-01T00:00:00+01:00", "2025-12-31 23:59:60.123456789", "0000-02-29"]
    static let times = ["10:30", "23:59:59", "00:00:00.000000001"]
    static let guids = ["ce759201f786d590bf2134bff576c369", "{CE759201-F786-D590-BF21-34BFF576C369}"]

    static func tree(depth: Int, using random: inout some RandomNumberGenerator) -> RuleTree {
        let field = pick(fields, &random)
        switch Int.random(in: 0..<(depth > 0 ? 12 : 9), using: &random) {
        case 0, 1, 2: return comparison(field, &random)
        case 3: return list(field, &random)
        case 4: return .isNull(field)
        case 5: return .isBoolean(field, .random(using: &random))
        case 6: return .isWithinLast(field, .random(in: 1...400, using: &random), pick(RuleTree.Unit.allCases, &random))
        case 7: return .isYearToDate(field)
        case 8: return part(field, &random)
        case 9: return .not(tree(depth: depth - 1, using: &random))
        case 10: return .all(parts(depth, &random))
        default: return .any(parts(depth, &random))
        }
    }

    private static func parts(_ depth: Int, _ random: inout some RandomNumberGenerator) -> [RuleTree] {
        var parts: [RuleTree] = []
        for _ in 0..<Int.random(in: 2...4, using: &random) { parts.append(tree(depth: depth - 1, using: &random)) }
        return parts
    }

    private static func pick<Element>(_ elements: [Element], _ random: inout some RandomNumberGenerator) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private static func literal(_ random: inout some RandomNumberGenerator) -> RuleTree.Literal {
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1: .text(pick(texts, &random))
        case 2: .number(pick(numbers, &random))
        case 3: .date(pick(dates, &random))
        default: .guid(pick(guids, &random))
        }
    }

    private static func comparison(_ field: String, _ random: inout some RandomNumberGenerator) -> RuleTree {
        let literal = literal(&random)
        let possible = RuleTree.Comparison.allCases.filter { RuleTree.problem(.field(field), $0, literal) == nil }
        let isText = if case .text = literal { true } else { false }
        return .compare(
            .field(field), pick(possible, &random), literal, ignoringCase: isText && .random(using: &random))
    }

    private static func list(_ field: String, _ random: inout some RandomNumberGenerator) -> RuleTree {
        let count = Int.random(in: 1...4, using: &random)
        if Bool.random(using: &random) {
            var literals: [RuleTree.Literal] = []
            for _ in 0..<count { literals.append(.text(pick(texts, &random))) }
            return .isIn(.field(field), literals, ignoringCase: true)
        }
        var literals: [RuleTree.Literal] = []
        for _ in 0..<count { literals.append(literal(&random)) }
        return .isIn(.field(field), literals, ignoringCase: false)
    }

    private static func part(_ field: String, _ random: inout some RandomNumberGenerator) -> RuleTree {
        let part = pick(RuleTree.DatePart.allCases, &random)
        let comparison = pick(RuleTree.Comparison.allCases.filter { !$0.isTextual }, &random)
        let literal: RuleTree.Literal =
            if let numbers = part.numbers {
                .number("\(Int64.random(in: numbers, using: &random))")
            } else {
                .time(pick(times, &random))
            }
        return Bool.random(using: &random)
            ? .compare(.part(part, field), comparison, literal, ignoringCase: false)
            : .isIn(.part(part, field), [literal, literal], ignoringCase: false)
    }
}
