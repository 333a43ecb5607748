internal import Model

/// Reads the text form of a rule.
struct RuleParser {
    private enum Token: Equatable {
        case word(String)
        case name(String)
        case text(String)
        case number(String)
        case symbol(String)
        case end
    }

    private let tokens: [(token: Token, column: Int)]
    private var position = 0
    private static let maximumLength = 16_384
    private static let maximumDepth = 64

    init(_ text: String) throws(EngineError) {
        guard text.utf8.count <= Self.maximumLength else {
            throw .rule(column: 1, problem: "it is longer than \(Self.maximumLength) bytes")
        }
        tokens = try Self.tokens(text)
    }

    mutating func rule() throws(EngineError) -> RuleTree {
        let tree = try alternatives(depth: 0)
        guard token == .end else { throw expected("'and', 'or' or the end") }
        return tree
    }

    // MARK: Grammar

    private var token: Token { tokens[position].token }

    private func expected(_ what: String) -> EngineError {
        .rule(column: tokens[position].column, problem: "\(what) is expected")
    }

    private mutating func take(_ word: String) -> Bool {
        guard case .word(let found) = token, found.lowercased() == word else { return false }
        position += 1
        return true
    }

    private mutating func take(symbol: String) -> Bool {
        guard token == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func alternatives(depth: Int) throws(EngineError) -> RuleTree {
        guard depth < Self.maximumDepth else {
            throw .rule(column: tokens[position].column, problem: "it is nested more than \(Self.maximumDepth) deep")
        }
        var tree = try conjunction(depth: depth)
        while take("or") { tree = .or(tree, try conjunction(depth: depth)) }
        return tree
    }

    private mutating func conjunction(depth: Int) throws(EngineError) -> RuleTree {
        var tree = try factor(depth: depth)
        while take("and") { tree = .and(tree, try factor(depth: depth)) }
        return tree
    }

    private mutating func factor(depth: Int) throws(EngineError) -> RuleTree {
        guard depth < Self.maximumDepth else {
            throw .rule(column: tokens[position].column, problem: "it is nested more than \(Self.maximumDepth) deep")
        }
        if take("not") { return .not(try factor(depth: depth + 1)) }
        if take(symbol: "(") {
            let tree = try alternatives(depth: depth + 1)
            guard take(symbol: ")") else { throw expected("')'") }
            return tree
        }
        return try condition(try field())
    }

    private mutating func field() throws(EngineError) -> String {
        switch token {
        case .name(let name):
            position += 1
            return name
        case .word(let word) where !RuleTree.keywords.contains(word.lowercased()):
            position += 1
            return word
        default: throw expected("a field")
        }
    }

    private mutating func condition(_ field: String) throws(EngineError) -> RuleTree {
        if take("is") {
            let isNegated = take("not")
            guard take("null") else { throw expected("'null'") }
            return isNegated ? .not(.isNull(field)) : .isNull(field)
        }
        if take("in") { return .isIn(field, try list()) }
        if take("between") {
            let low = try literal()
            guard take("and") else { throw expected("'and'") }
            return .and(.compare(field, .greaterOrEqual, low), .compare(field, .lessOrEqual, try literal()))
        }
        return .compare(field, try comparison(), try literal())
    }

    private mutating func comparison() throws(EngineError) -> RuleTree.Comparison {
        if take("contains") { return .contains }
        if take("startswith") { return .startsWith }
        if take("endswith") { return .endsWith }
        for (word, comparison) in [("starts", RuleTree.Comparison.startsWith), ("ends", .endsWith)] where take(word) {
            guard take("with") else { throw expected("'with'") }
            return comparison
        }
        guard case .symbol(let symbol) = token,
            let comparison = RuleTree.Comparison(rawValue: symbol == "=" ? "==" : symbol)
        else {
            throw expected("a comparison (==, !=, <, <=, >, >=, contains, starts with, ends with, in, between, is)")
        }
        position += 1
        return comparison
    }

    private mutating func list() throws(EngineError) -> [RuleTree.Literal] {
        guard take(symbol: "(") else { throw expected("'('") }
        var items = [try literal()]
        while take(symbol: ",") { items.append(try literal()) }
        guard take(symbol: ")") else { throw expected("',' or ')'") }
        return items
    }

    private mutating func literal() throws(EngineError) -> RuleTree.Literal {
        defer { position += 1 }
        switch token {
        case .text(let text): return .text(text)
        case .number(let text): return .number(text)
        case .word(let word) where ["true", "false"].contains(word.lowercased()): return .text(word.lowercased())
        default:
            let error = expected("a text in quotes or a number")
            // `defer` moves on; the error has its column already.
            throw error
        }
    }
}

// MARK: Tokens

extension RuleParser {
    private static func tokens(_ text: String) throws(EngineError) -> [(token: Token, column: Int)] {
        let characters = Array(text)
        var tokens: [(token: Token, column: Int)] = []
        var index = 0
        while index < characters.count {
            let character = characters[index]
            let column = index + 1
            if character.isWhitespace {
                index += 1
            } else if character == "\"" || character == "'" {
                tokens.append((.text(try quoted(characters, &index, column)), column))
            } else if character == "`" {
                guard let end = characters[(index + 1)...].firstIndex(of: "`"), end > index + 1 else {
                    throw .rule(column: column, problem: "a name in backticks does not end or is empty")
                }
                tokens.append((.name(String(characters[(index + 1)..<end])), column))
                index = end + 1
            } else if character == "_" || character.isLetter {
                let word = characters[index...].prefix { $0 == "_" || $0 == "." || $0.isLetter || $0.isNumber }
                tokens.append((.word(String(word)), column))
                index += word.count
            } else if character.isASCII, character.isNumber || character == "-" {
                let word = characters[index...].prefix { "+-.eE".contains($0) || ($0.isASCII && $0.isNumber) }
                guard NumberText.isJSONNumber(Array(String(word).utf8)) else {
                    throw .rule(column: column, problem: "this is no number")
                }
                tokens.append((.number(String(word)), column))
                index += word.count
            } else {
                let pair = String(characters[index..<min(index + 2, characters.count)])
                let symbol = ["==", "!=", "<=", ">="].contains(pair) ? pair : String(character)
                guard "()<>,=".contains(character) || symbol.count == 2 else {
                    throw .rule(column: column, problem: "'\(character)' has no meaning here")
                }
                tokens.append((.symbol(symbol), column))
                index += symbol.count
            }
        }
        return tokens + [(.end, characters.count + 1)]
    }

    private static func quoted(
        _ characters: [Character], _ index: inout Int, _ column: Int
    ) throws(EngineError) -> String {
        let quote = characters[index]
        var text = ""
        index += 1
        while index < characters.count {
            let character = characters[index]
            index += 1
            if character == quote { return text }
            if character == "\\", index < characters.count {
                text.append(characters[index])
                index += 1
            } else {
                text.append(character)
            }
        }
        throw .rule(column: column, problem: "a text does not end")
    }
}
