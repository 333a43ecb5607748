internal import Model

extension RuleTree {
    /// The one way this tree is printed; parses to the same tree.
    var printed: String {
        switch self {
        case .compare(let subject, let comparison, let literal, let ignoringCase):
            "\(subject.printed) \(comparison.rawValue) \(literal.printed)\(Self.suffix(ignoringCase))"
        case .isIn(let subject, let literals, let ignoringCase):
            "\(subject.printed) in (\(literals.map(\.printed).joined(separator: ", ")))\(Self.suffix(ignoringCase))"
        case .isNull(let field): "\(RuleText.name(field)) is null"
        case .isBoolean(let field, let value): "\(RuleText.name(field)) is \(value)"
        case .isWithinLast(let field, let count, let unit):
            "\(RuleText.name(field)) within last \(count) \(unit.rawValue)\(count == 1 ? "" : "s")"
        case .isYearToDate(let field): "\(RuleText.name(field)) within year to date"
        case .not(.isNull(let field)): "\(RuleText.name(field)) is not null"
        case .not(.isBoolean(let field, let value)): "\(RuleText.name(field)) is not \(value)"
        case .not(let part): "not \(part.wrapped(above: 2))"
        case .all(let parts): parts.map { $0.wrapped(above: 2) }.joined(separator: " and ")
        case .any(let parts): parts.map { $0.wrapped(above: 1) }.joined(separator: " or ")
        }
    }

    private static func suffix(_ ignoringCase: Bool) -> String { ignoringCase ? " ignoring case" : "" }

    private var strength: Int {
        switch self {
        case .any: 1
        case .all: 2
        default: 3
        }
    }

    private func wrapped(above strength: Int) -> String { self.strength > strength ? printed : "(\(printed))" }
}

extension RuleTree.Subject {
    fileprivate var printed: String {
        switch self {
        case .field(let field): RuleText.name(field)
        case .part(let part, let field): "\(part.rawValue) \(RuleText.name(field))"
        }
    }
}

extension RuleTree.Literal {
    /// As it stands in a rule.
    var printed: String {
        switch self {
        case .text(let text): RuleText.quoted(text, by: "\"")
        case .number(let text): text
        case .date(let text): "date " + RuleText.quoted(text, by: "\"")
        case .time(let text): "time " + RuleText.quoted(text, by: "\"")
        case .guid(let text): "guid " + RuleText.quoted(text, by: "\"")
        }
    }
}

/// How names and texts stand in a rule.
enum RuleText {
    /// Words that are no field unless they stand in backticks.
    ///
    /// The words that came later (`day`, `of`, `within`, `date` and so on) are none of these: they mean something only
    /// where no field can stand, so that rules with fields of these names go on to work.
    static let keywords: Set<String> = [
        "and", "or", "not", "is", "null", "in", "contains", "starts", "ends", "with", "startswith", "endswith",
        "between", "true", "false",
    ]

    /// A field's name, bare where it can be.
    static func name(_ field: String) -> String {
        let isBare =
            !keywords.contains(field.lowercased())
            && field.utf8.first.map { $0 != UInt8(ascii: ".") && !(0x30...0x39).contains($0) } == true
            && field.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "_"), UInt8(ascii: "."), 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: false
                }
            }
        return isBare ? field : quoted(field, by: "`")
    }

    /// `text` between quotes, whatever is in it, on one line.
    static func quoted(_ text: String, by quote: Unicode.Scalar) -> String {
        var result = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote, "\\": result.append(contentsOf: ["\\", scalar])
            case "\n": result.append(contentsOf: ["\\", "n"])
            case "\r": result.append(contentsOf: ["\\", "r"])
            case "\t": result.append(contentsOf: ["\\", "t"])
            default:
                if VisibleText.isHidden(scalar) {
                    result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
                } else {
                    result.append(scalar)
                }
            }
        }
        result.append(quote)
        return String(result)
    }
}
