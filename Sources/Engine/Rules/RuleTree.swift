/// A rule as a tree: what it means, whatever way it was written.
indirect enum RuleTree: Sendable, Hashable {
    enum Comparison: String, Sendable, CaseIterable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case contains = "contains"
        case startsWith = "starts with"
        case endsWith = "ends with"
    }

    enum Literal: Sendable, Hashable {
        case text(String)
        case number(String)

        var printed: String {
            switch self {
            case .number(let text): text
            case .text(let text): "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
            }
        }
    }

    case compare(String, Comparison, Literal)
    case isNull(String)
    case isIn(String, [Literal])
    case not(RuleTree)
    case and(RuleTree, RuleTree)
    case or(RuleTree, RuleTree)

    /// The one way this tree is printed; parses to the same tree.
    var printed: String {
        switch self {
        case .compare(let field, let comparison, let literal):
            "\(Self.name(field)) \(comparison.rawValue) \(literal.printed)"
        case .isNull(let field): "\(Self.name(field)) is null"
        case .isIn(let field, let literals):
            "\(Self.name(field)) in (\(literals.map(\.printed).joined(separator: ", ")))"
        case .not(.isNull(let field)): "\(Self.name(field)) is not null"
        case .not(let rule): "not \(rule.wrapped(inside: 3))"
        case .and(let left, let right): "\(left.wrapped(inside: 2)) and \(right.wrapped(inside: 3))"
        case .or(let left, let right): "\(left.wrapped(inside: 1)) or \(right.wrapped(inside: 2))"
        }
    }

    private var strength: Int {
        switch self {
        case .or: 1
        case .and: 2
        default: 3
        }
    }

    private func wrapped(inside strength: Int) -> String { self.strength < strength ? "(\(printed))" : printed }

    static let keywords: Set<String> = [
        "and", "or", "not", "is", "null", "in", "contains", "starts", "ends", "with", "startswith", "endswith",
        "between",
        "true", "false",
    ]

    private static func name(_ field: String) -> String {
        let isBare =
            !keywords.contains(field.lowercased()) && field.first.map { !$0.isNumber && $0 != "." } == true
            && field.allSatisfy { $0 == "_" || $0 == "." || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return isBare ? field : "`\(field)`"
    }

    /// The fields it names, each once, in order.
    var fields: [String] {
        var found: [String] = []
        collect(&found)
        return found
    }

    private func collect(_ found: inout [String]) {
        switch self {
        case .compare(let field, _, _), .isNull(let field), .isIn(let field, _):
            if !found.contains(field) { found.append(field) }
        case .not(let rule): rule.collect(&found)
        case .and(let left, let right), .or(let left, let right):
            left.collect(&found)
            right.collect(&found)
        }
    }
}
