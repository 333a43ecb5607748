/// Reads the text form of a rule; the grammar stands at ``SegmentRule``.
struct RuleParser {
    private let tokens: [(token: RuleScanner.Token, column: Int)]
    private var position = 0
    /// Of a text, in bytes: as much as of a definition that is imported, so that lists of some thousand values fit.
    static let maximumLength = 1 << 20
    static let maximumDepth = 64

    init(_ text: String) throws(EngineError) {
        guard text.utf8.count <= Self.maximumLength else {
            throw .rule(column: 1, problem: "it is longer than \(Self.maximumLength) bytes")
        }
        tokens = try RuleScanner.tokens(text)
    }

    mutating func rule() throws(EngineError) -> RuleTree {
        let tree = try alternatives(depth: 0)
        guard token == .end else { throw expected("'and', 'or' or the end") }
        return tree
    }

    // MARK: Tokens

    private var token: RuleScanner.Token { tokens[position].token }
    private var column: Int { tokens[position].column }

    private func expected(_ what: String) -> EngineError { .rule(column: column, problem: "\(what) is expected") }

    /// Whether the token `ahead` of the next one is this word.
    private func sees(_ word: String, ahead: Int = 0) -> Bool {
        guard position + ahead < tokens.count, case .word(let found) = tokens[position + ahead].token else {
            return false
        }
        return found.lowercased() == word
    }

    private mutating func take(_ word: String) -> Bool {
        guard sees(word) else { return false }
        position += 1
        return true
    }

    private mutating func take(symbol: String) -> Bool {
        guard token == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func require(_ word: String) throws(EngineError) {
        guard take(word) else { throw expected("'\(word)'") }
    }

    // MARK: Grammar

    private mutating func alternatives(depth: Int) throws(EngineError) -> RuleTree {
        let first = try conjunction(depth: depth)
        guard sees("or") else { return first }
        var parts = [first]
        while take("or") { parts.append(try conjunction(depth: depth)) }
        return .any(parts)
    }

    private mutating func conjunction(depth: Int) throws(EngineError) -> RuleTree {
        let first = try factor(depth: depth)
        guard sees("and") else { return first }
        var parts = [first]
        while take("and") { parts.append(try factor(depth: depth)) }
        return .all(parts)
    }

    private mutating func factor(depth: Int) throws(EngineError) -> RuleTree {
        guard depth < Self.maximumDepth else {
            throw .rule(column: column, problem: "it is nested more than \(Self.maximumDepth) deep")
        }
        if take("not") { return .not(try factor(depth: depth + 1)) }
        if take(symbol: "(") {
            let tree = try alternatives(depth: depth + 1)
            guard take(symbol: ")") else { throw expected("')'") }
            return tree
        }
        return try condition()
    }

    private mutating func condition() throws(EngineError) -> RuleTree {
        if let part = datePart() { return try comparison(.part(part, try field())) }
        let field = try field()
        if take("is") {
            let isNegated = take("not")
            let tree: RuleTree
            if take("null") {
                tree = .isNull(field)
            } else if take("true") {
                tree = .isBoolean(field, true)
            } else if take("false") {
                tree = .isBoolean(field, false)
            } else {
                throw expected("'null', 'true' or 'false'")
            }
            return isNegated ? .not(tree) : tree
        }
        if take("within") { return try period(field) }
        return try comparison(.field(field))
    }

    /// `day of`, when that is what follows and not a field of that name.
    private mutating func datePart() -> RuleTree.DatePart? {
        guard sees("of", ahead: 1) else { return nil }
        if sees("day"), sees("week", ahead: 2), sees("of", ahead: 3) {
            position += 4
            return .dayOfWeek
        }
        for part in [RuleTree.DatePart.day, .month, .year, .time] where sees(String(part.rawValue.dropLast(3))) {
            position += 2
            return part
        }
        return nil
    }

    private mutating func field() throws(EngineError) -> String {
        switch token {
        case .name(let name):
            position += 1
            return name
        case .word(let word) where !RuleText.keywords.contains(word.lowercased()):
            position += 1
            return word
        default: throw expected("a field")
        }
    }

    private mutating func period(_ field: String) throws(EngineError) -> RuleTree {
        if take("year") {
            try require("to")
            try require("date")
            return .isYearToDate(field)
        }
        guard take("last") else { throw expected("'last' or 'year to date'") }
        guard case .number(let text) = token, let count = Int(text), RuleTree.reach.contains(count) else {
            throw expected("a whole number from 1 to \(RuleTree.reach.upperBound)")
        }
        position += 1
        for unit in RuleTree.Unit.allCases where take(unit.rawValue) || take(unit.rawValue + "s") {
            return .isWithinLast(field, count, unit)
        }
        throw expected("'hours', 'days', 'weeks', 'months' or 'years'")
    }
}

// MARK: Comparisons

extension RuleParser {
    private mutating func comparison(_ subject: RuleTree.Subject) throws(EngineError) -> RuleTree {
        if take("in") {
            let items = try list(subject)
            return .isIn(subject, items, ignoringCase: try ignoringCase(subject, items))
        }
        let isNegated = take("not")
        guard isNegated || sees("between") else {
            let comparison = try comparisonSign()
            if let truth = try truth(subject, comparison) { return truth }
            let literal = try literal(subject, comparison)
            return .compare(subject, comparison, literal, ignoringCase: try ignoringCase(subject, [literal]))
        }
        try require("between")
        let (below, above): (RuleTree.Comparison, RuleTree.Comparison) =
            isNegated ? (.less, .greater) : (.greaterOrEqual, .lessOrEqual)
        let low = try literal(subject, below)
        try require("and")
        let high = try literal(subject, above)
        let ignoringCase = try ignoringCase(subject, [low, high])
        let ends: [RuleTree] = [
            .compare(subject, below, low, ignoringCase: ignoringCase),
            .compare(subject, above, high, ignoringCase: ignoringCase),
        ]
        return isNegated ? .any(ends) : .all(ends)
    }

    /// `field == true` and `field != true`, the words without quotes: the value's truth, whatever way it is spelled.
    private mutating func truth(
        _ subject: RuleTree.Subject, _ comparison: RuleTree.Comparison
    ) throws(EngineError) -> RuleTree? {
        guard case .field(let field) = subject, comparison == .equal || comparison == .notEqual,
            sees("true") || sees("false")
        else { return nil }
        let isTrue = take("true")
        if !isTrue { position += 1 }
        // Which truths always do.
        if take("ignoring") { try require("case") }
        return .isBoolean(field, isTrue == (comparison == .equal))
    }

    private mutating func comparisonSign() throws(EngineError) -> RuleTree.Comparison {
        if take("contains") { return .contains }
        if take("startswith") { return .startsWith }
        if take("endswith") { return .endsWith }
        for (word, comparison) in [("starts", RuleTree.Comparison.startsWith), ("ends", .endsWith)] where take(word) {
            try require("with")
            return comparison
        }
        guard case .symbol(let symbol) = token,
            let comparison = RuleTree.Comparison(rawValue: symbol == "=" ? "==" : symbol)
        else {
            throw expected(
                "a comparison (==, !=, <, <=, >, >=, contains, starts with, ends with, in, between, within, is)")
        }
        position += 1
        return comparison
    }

    private mutating func list(_ subject: RuleTree.Subject) throws(EngineError) -> [RuleTree.Literal] {
        guard take(symbol: "(") else { throw expected("'('") }
        var items = [try literal(subject, .equal)]
        while take(symbol: ",") { items.append(try literal(subject, .equal)) }
        guard take(symbol: ")") else { throw expected("',' or ')'") }
        return items
    }

    private mutating func ignoringCase(
        _ subject: RuleTree.Subject, _ literals: [RuleTree.Literal]
    ) throws(EngineError) -> Bool {
        guard sees("ignoring") else { return false }
        let areTexts = literals.allSatisfy { if case .text = $0 { true } else { false } }
        guard areTexts else { throw .rule(column: column, problem: "only texts compare ignoring case") }
        position += 1
        try require("case")
        return true
    }

    /// A literal that can stand there.
    private mutating func literal(
        _ subject: RuleTree.Subject, _ comparison: RuleTree.Comparison
    ) throws(EngineError) -> RuleTree.Literal {
        let column = column
        let literal = try literal()
        if let problem = RuleTree.problem(subject, comparison, literal) {
            throw .rule(column: column, problem: problem)
        }
        return literal
    }

    private mutating func literal() throws(EngineError) -> RuleTree.Literal {
        switch token {
        case .text(let text):
            position += 1
            return .text(text)
        case .number(let text):
            position += 1
            return .number(text)
        case .word(let word):
            switch word.lowercased() {
            case "true", "false":
                position += 1
                return .text(word.lowercased())
            case "date": return try typed { .date($0) }
            case "time": return try typed { .time($0) }
            case "guid": return try typed { .guid($0) }
            default: break
            }
        default: break
        }
        throw expected("a text in quotes, a number, or a date as in date \"2026-01-31\"")
    }

    private mutating func typed(_ make: (String) -> RuleTree.Literal) throws(EngineError) -> RuleTree.Literal {
        position += 1
        guard case .text(let text) = token else { throw expected("a text in quotes") }
        let literal = make(text)
        if let problem = RuleTree.problem(literal) { throw .rule(column: column, problem: problem) }
        position += 1
        return literal
    }
}
