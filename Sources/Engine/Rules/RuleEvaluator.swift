/// A rule bound to the places of its fields in a record.
struct RuleEvaluator {
    private indirect enum Node: Sendable {
        case compareText(Int, RuleTree.Comparison, [UInt8])
        case compareNumber(Int, RuleTree.Comparison, Double)
        case isNull(Int)
        case isIn(Int, texts: [[UInt8]], numbers: [Double])
        case not(Node)
        case and(Node, Node)
        case or(Node, Node)
    }

    private let root: Node

    /// Binds `rule`; `columns` must have all its fields.
    init(_ rule: SegmentRule, columns: [String]) throws(EngineError) {
        root = try Self.bind(rule.tree, columns)
    }

    func matches(_ row: Int, _ table: borrowing RowTable) -> Bool { Self.evaluate(root, row, table) }

    private static func bind(_ tree: RuleTree, _ columns: [String]) throws(EngineError) -> Node {
        func place(_ field: String) throws(EngineError) -> Int {
            guard let place = columns.firstIndex(of: field) else {
                throw .rule(column: 1, problem: "there is no field '\(field)'")
            }
            return place
        }
        switch tree {
        case .compare(let field, let comparison, .text(let text)):
            return .compareText(try place(field), comparison, Array(text.utf8))
        case .compare(let field, let comparison, .number(let text)):
            switch comparison {
            case .contains, .startsWith, .endsWith: return .compareText(try place(field), comparison, Array(text.utf8))
            default: return .compareNumber(try place(field), comparison, Double(text) ?? .nan)
            }
        case .isNull(let field): return .isNull(try place(field))
        case .isIn(let field, let literals):
            var texts: [[UInt8]] = []
            var numbers: [Double] = []
            for literal in literals {
                switch literal {
                case .text(let text): texts.append(Array(text.utf8))
                case .number(let text): numbers.append(Double(text) ?? .nan)
                }
            }
            return .isIn(try place(field), texts: texts, numbers: numbers)
        case .not(let rule): return .not(try bind(rule, columns))
        case .and(let left, let right): return .and(try bind(left, columns), try bind(right, columns))
        case .or(let left, let right): return .or(try bind(left, columns), try bind(right, columns))
        }
    }

    private static func evaluate(_ node: Node, _ row: Int, _ record: borrowing RowTable) -> Bool {
        switch node {
        case .and(let left, let right): return evaluate(left, row, record) && evaluate(right, row, record)
        case .or(let left, let right): return evaluate(left, row, record) || evaluate(right, row, record)
        case .not(let inner): return !evaluate(inner, row, record)
        case .isNull(let place): return record.bytes[record.field(row, place)].isEmpty
        case .compareText(let place, let comparison, let text):
            let value = record.bytes[record.field(row, place)]
            return !value.isEmpty && compare(value, comparison, text)
        case .compareNumber(let place, let comparison, let number):
            guard let value = DecimalText.value(record.bytes[record.field(row, place)]) else { return false }
            return compare(value, comparison, number)
        case .isIn(let place, let texts, let numbers):
            let value = record.bytes[record.field(row, place)]
            guard !value.isEmpty else { return false }
            if texts.contains(where: { value.elementsEqual($0) }) { return true }
            return !numbers.isEmpty && DecimalText.value(value).map(numbers.contains) == true
        }
    }

    private static func compare(_ value: ArraySlice<UInt8>, _ comparison: RuleTree.Comparison, _ text: [UInt8]) -> Bool
    {
        switch comparison {
        case .equal: value.elementsEqual(text)
        case .notEqual: !value.elementsEqual(text)
        case .less: value.lexicographicallyPrecedes(text)
        case .lessOrEqual: !text.lexicographicallyPrecedes(value)
        case .greater: text.lexicographicallyPrecedes(value)
        case .greaterOrEqual: !value.lexicographicallyPrecedes(text)
        case .startsWith: value.starts(with: text)
        case .endsWith: value.count >= text.count && value.suffix(text.count).elementsEqual(text)
        case .contains: contains(value, text)
        }
    }

    private static func contains(_ value: ArraySlice<UInt8>, _ text: [UInt8]) -> Bool {
        guard !text.isEmpty else { return true }
        guard value.count >= text.count else { return false }
        return (value.startIndex...(value.endIndex - text.count)).contains { start in
            value[start..<(start + text.count)].elementsEqual(text)
        }
    }

    private static func compare(_ value: Double, _ comparison: RuleTree.Comparison, _ number: Double) -> Bool {
        switch comparison {
        case .equal: value == number
        case .notEqual: value != number
        case .less: value < number
        case .lessOrEqual: value <= number
        case .greater: value > number
        case .greaterOrEqual: value >= number
        case .contains, .startsWith, .endsWith: false
        }
    }
}

/// Decimal numbers in profiles.
enum DecimalText {
    /// The number that `text` spells, or nil.
    ///
    /// Plain decimals of up to 15 digits are read exactly and fast; anything else goes through the standard library.
    static func value(_ text: ArraySlice<UInt8>) -> Double? {
        guard let first = text.first else { return nil }
        var mantissa: Int64 = 0
        var scale = 0
        var digits = 0
        var hasPoint = false
        let isNegative = first == UInt8(ascii: "-")
        for byte in isNegative ? text.dropFirst() : text {
            if (0x30...0x39).contains(byte), digits < 15 {
                mantissa = mantissa * 10 + Int64(byte - 0x30)
                digits += 1
                if hasPoint { scale += 1 }
            } else if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                return Double(String(decoding: text, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
            }
        }
        guard digits > 0 else { return nil }
        let value = Double(mantissa) / powers[scale]
        return isNegative ? -value : value
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]
}
