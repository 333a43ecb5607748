/// What a rule may compare fields of a declared type with.
///
/// A text in quotes that is a value of the type counts as one: letter by letter `"6/28/2021"` would come after
/// `"2030-01-01"`, and `"True"` would not be `"true"`. One that is none is refused: no value of the field is ever equal to
/// it, so that whoever wrote `!= "yes"` of what is true or false would be given everybody.
extension FieldType {
    /// Whether values of this type compare as texts.
    var isText: Bool { self == .string || self == .json }

    /// The literal as a value of this type; nil if it is none.
    func literal(_ literal: RuleTree.Literal) -> RuleTree.Literal? {
        let typed: RuleTree.Literal? =
            switch (self, literal) {
            case (.string, _), (.json, _): literal
            case (.int64, .text(let text)), (.double, .text(let text)), (.decimal, .text(let text)): .number(text)
            case (.int64, .number), (.double, .number), (.decimal, .number): literal
            case (.dateTime, .text(let text)), (.dateTimeOffset, .text(let text)), (.date, .text(let text)): .date(text)
            case (.dateTime, .date), (.dateTimeOffset, .date), (.date, .date): literal
            case (.guid, .text(let text)): .guid(text)
            case (.guid, .guid): literal
            case (.time, .text(let text)): .time(text)
            case (.time, .time): literal
            case (.boolean, .text(let text)), (.boolean, .number(let text)):
                BooleanText.key(Array(text.utf8).span) == nil ? nil : .text(text)
            default: nil
            }
        return typed.flatMap { RuleTree.problem($0) == nil ? $0 : nil }
    }

    /// What is wrong with comparing a field of this type so, or nil.
    func problem(_ field: String, _ comparison: RuleTree.Comparison, _ literal: RuleTree.Literal) -> String? {
        guard !isText, !comparison.isTextual else { return nil }
        let name = "\(RuleText.quoted(field, by: "'")) is a \(rawValue), and "
        guard self.literal(literal) != nil else {
            return name + "\(literal.printed) is none to compare it with; \(spelling)"
        }
        let hasOrder = self != .boolean && self != .guid
        if !hasOrder, comparison != .equal, comparison != .notEqual {
            return name + "those have no order; == and != are possible"
        }
        return nil
    }

    private var spelling: String {
        switch self {
        case .int64, .double, .decimal: "a number is expected, for example 100 or 1.5"
        case .dateTime, .dateTimeOffset, .date:
            "a date is expected, for example date \"2026-01-31\" or date \"2026-01-31T10:00:00Z\""
        case .time: "a time of day is expected, for example \"10:30\""
        case .boolean: "true or false is expected"
        case .guid: "an identifier of 32 hexadecimal digits is expected"
        case .string, .json: "a text is expected"
        }
    }
}

extension RuleProgram.Kind {
    /// Whether a test of this kind reads only what values of a declared type are, so that they need no further look.
    func implies(_ type: FieldType, _ reading: RuleProgram.Reading) -> Bool {
        switch self {
        case .isNull: return true
        case .numberOrder, .numberIn: return type == .double || type == .decimal
        case .keyOrder, .keyIn, .keyBetween:
            switch reading {
            case .instant, .day, .month, .year, .dayOfWeek: return type.isDate
            case .guid: return type == .guid
            case .boolean: return type == .boolean
            case .time: return false
            }
        default: return false
        }
    }
}
