import Support
import Testing

@testable import Engine

@Suite("Properties of rules")
struct RulePropertyTests {
    @Test("any tree prints to one line that parses to the same tree", arguments: 0..<400)
    func roundTrip(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let tree = RuleTreeSamples.tree(depth: 5, using: &random)
        let rule = try SegmentRule(parsing: tree.printed)
        #expect(rule.tree == tree, "seed \(seed): \(tree.printed)")
        // By bytes: `==` of strings takes texts for one that are spelled differently.
        #expect(Array(rule.text.utf8) == Array(tree.printed.utf8))
        #expect(!tree.printed.unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test("the samples have every kind of node")
    func coverage() {
        var random = SeededGenerator(seed: 1)
        let text = (0..<400).map { _ in RuleTreeSamples.tree(depth: 3, using: &random).printed }.joined(separator: "\n")
        for form in [
            "==", "!=", "<=", ">=", "contains", "starts with", "ends with", " in (", "is null", "is not null",
            "is true",
            "is not false", "within last", "year to date", "day of", "month of", "year of", "day of week of", "time of",
            "date \"", "time \"", "guid \"", "ignoring case", "not (", " and ", " or ",
        ] {
            #expect(text.contains(form), "\(form)")
        }
    }

    @Test("a mutated rule parses or gives an error, and what parses is stable", arguments: 0..<40)
    func mutations(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<60 {
            let text = RuleTreeSamples.tree(depth: 2, using: &random).printed
            let mutated = Mutation.mutate(Array(text.utf8), using: &random)
            do {
                let rule = try SegmentRule(parsing: String(decoding: mutated, as: UTF8.self))
                let again = try SegmentRule(parsing: rule.text)
                #expect(again == rule && Array(again.text.utf8) == Array(rule.text.utf8), "seed \(seed): \(rule.text)")
                _ = try RuleTable.matches(rule, [:])
            } catch let error as EngineError {
                guard case .rule(let column, let problem) = error else {
                    Issue.record("seed \(seed): \(error)")
                    return
                }
                #expect(column >= 1 && !problem.isEmpty)
            }
        }
    }

    @Test("short numbers, long ones and whole ones have one order", arguments: 0..<20)
    func numberOrder(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        /// A number, and the same times ten to the 18th.
        func number() -> (text: String, value: Int128) {
            let scale = Int.random(in: 0...6, using: &random)
            let whole = Int64.random(in: -1000...1000, using: &random)
            let digits = (0..<scale).map { _ in "\(Int.random(in: 0...1, using: &random) * 5)" }.joined()
            let part = digits.isEmpty ? "" : "." + digits
            let value = Int128(digits.padding(18)) ?? 0
            let text = "\(whole)\(part)"
            return (text, Int128(whole) * 1_000_000_000_000_000_000 + (whole < 0 ? -value : value))
        }
        for _ in 0..<200 {
            let (left, right) = (number(), number())
            let expected = left.value < right.value ? -1 : left.value > right.value ? 1 : 0
            let (one, other) = (Array(left.text.utf8), Array(right.text.utf8))
            let zeros =
                Array(left.text.utf8) + Array((left.text.contains(".") ? "" : ".").utf8)
                + Array(repeating: 0x30, count: 30)
            #expect(DecimalText.order(one.span, other.span) == expected, "\(left.text) and \(right.text)")
            #expect(DecimalText.order(zeros.span, other.span) == expected, "\(left.text) and \(right.text)")
            #expect(
                DecimalText.order(Array((left.text + "e-7").utf8).span, Array((right.text + "e-7").utf8).span)
                    == expected)
            guard case .short(let short) = DecimalText.read(one.span),
                case .short(let beside) = DecimalText.read(other.span)
            else {
                Issue.record("\(left.text) or \(right.text) is not short")
                return
            }
            #expect(DecimalText.order(short, beside) == expected, "\(left.text) and \(right.text)")
        }
    }

    @Test("a program says what the tree says, read in the plainest way", arguments: 0..<200)
    func programAgainstTree(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let leaves = ["a", "b", "c", "d"]
        func tree(_ depth: Int) -> RuleTree {
            switch Int.random(in: 0..<(depth > 0 ? 4 : 1), using: &random) {
            case 0: .isBoolean(leaves[Int.random(in: 0..<4, using: &random)], true)
            case 1: .not(tree(depth - 1))
            case 2: .all((0..<Int.random(in: 2...3, using: &random)).map { _ in tree(depth - 1) })
            default: .any((0..<Int.random(in: 2...3, using: &random)).map { _ in tree(depth - 1) })
            }
        }
        func truth(_ tree: RuleTree, _ values: [String: String]) -> Bool {
            switch tree {
            case .not(let part): !truth(part, values)
            case .all(let parts): parts.allSatisfy { truth($0, values) }
            case .any(let parts): parts.contains { truth($0, values) }
            case .isBoolean(let field, _): values[field] == "1"
            default: false
            }
        }
        let sample = tree(4)
        let rule = try SegmentRule(parsing: sample.printed)
        for bits in 0..<16 {
            let values = Dictionary(
                uniqueKeysWithValues: leaves.enumerated().map { ($1, bits >> $0 & 1 == 1 ? "1" : "0") })
            #expect(try RuleTable.matches(rule, values) == truth(sample, values), "seed \(seed): \(rule.text)")
        }
    }
}

extension String {
    fileprivate func padding(_ count: Int) -> String { self + String(repeating: "0", count: count - self.count) }
}

/// Small damage to a text.
enum Mutation {
    static func mutate(_ text: [UInt8], using random: inout some RandomNumberGenerator) -> [UInt8] {
        var text = text
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !text.isEmpty else { return text }
            let place = Int.random(in: 0..<text.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: text.remove(at: place)
            case 1: text[place] = UInt8.random(in: .min ... .max, using: &random)
            case 2: text.insert(Array("(){}[]\"'`\\,:.=<>0-e".utf8).randomElement(using: &random) ?? 0x28, at: place)
            case 3:
                let end = min(text.count, place + Int.random(in: 1...12, using: &random))
                text.insert(contentsOf: text[place..<end], at: Int.random(in: 0...text.count, using: &random))
            default: text.removeSubrange(place..<min(text.count, place + Int.random(in: 1...12, using: &random)))
            }
        }
        return text
    }
}
