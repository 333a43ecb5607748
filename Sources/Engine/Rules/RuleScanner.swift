internal import Model

/// Cuts the text form of a rule into tokens.
///
/// It goes by Unicode scalars and not by characters: a quote followed by a combining accent is one character, and is no
/// quote then. Columns count scalars, from 1.
struct RuleScanner {
    enum Token: Equatable {
        case word(String)
        case name(String)
        case text(String)
        case number(String)
        case symbol(String)
        case end
    }

    private let scalars: [Unicode.Scalar]
    private var index = 0

    private init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    /// The tokens of `text`, the last of which is the end.
    static func tokens(_ text: String) throws(EngineError) -> [(token: Token, column: Int)] {
        var scanner = RuleScanner(text)
        var tokens: [(token: Token, column: Int)] = []
        while let next = try scanner.next() { tokens.append(next) }
        tokens.append((.end, scanner.scalars.count + 1))
        return tokens
    }

    private mutating func next() throws(EngineError) -> (token: Token, column: Int)? {
        while index < scalars.count, scalars[index].properties.isWhitespace { index += 1 }
        guard index < scalars.count else { return nil }
        let column = index + 1
        let scalar = scalars[index]
        switch scalar {
        case "\"", "'": return (.text(try quoted()), column)
        case "`":
            let name = try quoted()
            guard !name.isEmpty else { throw .rule(column: column, problem: "a name in backticks is empty") }
            return (.name(name), column)
        case "-", "0"..."9":
            let word = take { "+-.eE0123456789".unicodeScalars.contains($0) }
            guard NumberText.isJSONNumber(Array(word.utf8)) else {
                throw .rule(column: column, problem: "this is no number")
            }
            return (.number(word), column)
        case _ where Self.isLetter(scalar): return (.word(take(Self.isWordPart)), column)
        default: return (.symbol(try symbol()), column)
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar == "_" || scalar.properties.isAlphabetic }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        guard !isLetter(scalar), scalar != ".", scalar.properties.numericType == nil else { return true }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private mutating func take(_ isWanted: (Unicode.Scalar) -> Bool) -> String {
        var taken = String.UnicodeScalarView()
        while index < scalars.count, isWanted(scalars[index]) {
            taken.append(scalars[index])
            index += 1
        }
        return String(taken)
    }

    private mutating func symbol() throws(EngineError) -> String {
        let first = String(scalars[index])
        if index + 1 < scalars.count, ["==", "!=", "<=", ">="].contains(first + String(scalars[index + 1])) {
            index += 2
            return first + "="
        }
        guard ["(", ")", "<", ">", ",", "="].contains(first) else {
            throw .rule(column: index + 1, problem: "\(RuleText.quoted(first, by: "'")) has no meaning here")
        }
        index += 1
        return first
    }

    /// A text or a name, up to the quote that opened it.
    private mutating func quoted() throws(EngineError) -> String {
        let column = index + 1
        let quote = scalars[index]
        var text = String.UnicodeScalarView()
        index += 1
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar == quote { return String(text) }
            text.append(scalar == "\\" ? try escaped() : scalar)
        }
        throw .rule(column: column, problem: "a \(quote == "`" ? "name in backticks" : "text") does not end")
    }

    /// What stands after a backslash.
    private mutating func escaped() throws(EngineError) -> Unicode.Scalar {
        let error = EngineError.rule(
            column: index,
            problem: #"after a backslash one of \ " ' ` n r t is expected, or u with a character's number, as in u{e5}"#
        )
        guard index < scalars.count else { throw error }
        let scalar = scalars[index]
        index += 1
        switch scalar {
        case "\\", "\"", "'", "`": return scalar
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u":
            guard index < scalars.count, scalars[index] == "{" else { throw error }
            index += 1
            let digits = take { $0.properties.isASCIIHexDigit }
            guard index < scalars.count, scalars[index] == "}", let number = UInt32(digits, radix: 16),
                let named = Unicode.Scalar(number)
            else { throw error }
            index += 1
            return named
        default: throw error
        }
    }
}
