/// The period of an `isWithinLast`.
enum CriteriaPeriod {
    /// Reads `value` or `listOfValues` of a condition.
    static func read(_ condition: JSONNode) throws(EngineError) -> (Int, RuleTree.Unit) {
        if let list = try condition.member("listOfValues"), list.isFilled {
            var words: [String] = []
            for item in try list.items() { words.append(try word(item)) }
            guard let period = period(words.joined(separator: " ")) else { throw unknown(list) }
            return period
        }
        let value = try condition.require("value")
        guard let period = period(try word(value)) else { throw unknown(value) }
        return period
    }

    private static func word(_ node: JSONNode) throws(EngineError) -> String {
        if case .number(let number) = node.value { return number }
        return try node.text()
    }

    private static func unknown(_ node: JSONNode) -> EngineError {
        node.error("a period is expected, as in \"30 days\" or \"P30D\", up to \(RuleTree.reach.upperBound)")
    }

    private static func period(_ text: String) -> (Int, RuleTree.Unit)? {
        if text.utf8.first == UInt8(ascii: "P") { return duration(text.utf8.dropFirst()) }
        let words = text.split(separator: " ")
        guard let first = words.first, let count = number(first.utf8), words.count <= 2 else { return nil }
        guard words.count == 2 else { return (count, .day) }
        var name = words[1].lowercased()
        if name.utf8.last == UInt8(ascii: "s") { name.removeLast() }
        return RuleTree.Unit(rawValue: name).map { (count, $0) }
    }

    /// An ISO 8601 duration of one component, behind its P.
    private static func duration(_ text: Substring.UTF8View) -> (Int, RuleTree.Unit)? {
        let isTime = text.first == UInt8(ascii: "T")
        let text = isTime ? text.dropFirst() : text
        guard let count = number(text.dropLast()), let letter = text.last else { return nil }
        switch (isTime, Unicode.Scalar(letter)) {
        case (true, "H"): return (count, .hour)
        case (false, "D"): return (count, .day)
        case (false, "W"): return (count, .week)
        case (false, "M"): return (count, .month)
        case (false, "Y"): return (count, .year)
        default: return nil
        }
    }

    private static func number(_ digits: Substring.UTF8View) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(String(Substring(digits))), RuleTree.reach.contains(number)
        else { return nil }
        return number
    }
}
