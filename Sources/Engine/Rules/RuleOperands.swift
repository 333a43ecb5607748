internal import Model

extension RuleTree {
    /// What a comparison looks at.
    enum Subject: Sendable, Hashable {
        case field(String)
        case part(DatePart, String)

        var field: String {
            switch self {
            case .field(let field), .part(_, let field): field
            }
        }
    }

    /// A part of a point in time, taken in UTC.
    enum DatePart: String, Sendable, CaseIterable {
        case day = "day of"
        case month = "month of"
        case year = "year of"
        /// 0 is Sunday, 6 is Saturday, as in .NET.
        case dayOfWeek = "day of week of"
        case time = "time of"

        /// The numbers it can be; nil for the time of day, which is no number.
        var numbers: ClosedRange<Int64>? {
            switch self {
            case .day: 1...31
            case .month: 1...12
            case .year: 0...9999
            case .dayOfWeek: 0...6
            case .time: nil
            }
        }
    }

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

        /// Whether it looks into a text, so that order has no part in it.
        var isTextual: Bool { [.contains, .startsWith, .endsWith].contains(self) }
    }

    /// What a value is compared with, as it was spelled; its kind says how.
    enum Literal: Sendable, Hashable {
        case text(String)
        case number(String)
        case date(String)
        case time(String)
        case guid(String)
    }

    enum Unit: String, Sendable, CaseIterable {
        case hour
        case day
        case week
        case month
        case year
    }

    /// How many units a rule may look back.
    static let reach = 1...100_000

    /// What is wrong with comparing so, or nil.
    ///
    /// Both the text form and the import ask here, so that what the one takes can be written in the other.
    static func problem(_ subject: Subject, _ comparison: Comparison, _ literal: Literal) -> String? {
        switch (subject, literal) {
        case (.part, _) where comparison.isTextual: return "a part of a date takes ==, !=, <, <=, > or >="
        case (.part(let part, _), .number(let number)):
            guard let numbers = part.numbers else { return "a time of day is expected, for example time \"10:30\"" }
            guard let value = Int64(number), numbers.contains(value) else {
                return "a whole number from \(numbers.lowerBound) to \(numbers.upperBound) is expected"
            }
            return nil
        case (.part(.time, _), .time): return nil
        case (.part(.time, _), _): return "a time of day is expected, for example time \"10:30\""
        case (.part, _): return "a whole number is expected"
        case (.field, .time): return "only the time of a field compares with a time of day"
        case (.field, .date), (.field, .guid):
            if comparison.isTextual { return "a text in quotes is expected" }
            if case .guid = literal, comparison != .equal, comparison != .notEqual {
                return "identifiers have no order; == and != are possible"
            }
            return nil
        case (.field, .text), (.field, .number): return nil
        }
    }

    /// What is wrong with a literal by itself, or nil.
    static func problem(_ literal: Literal) -> String? {
        switch literal {
        case .text: nil
        case .number(let text): NumberText.isJSONNumber(Array(text.utf8)) ? nil : "this is no number"
        case .date(let text):
            InstantText.instant(Array(text.utf8).span) == nil
                ? "a date is expected, for example 2026-01-31 or 2026-01-31T10:00:00Z" : nil
        case .time(let text):
            InstantText.timeOfDay(Array(text.utf8).span) == nil
                ? "a time of day is expected, for example 10:30 or 10:30:00" : nil
        case .guid(let text):
            GUIDText.key(Array(text.utf8).span) == nil ? "an identifier of 32 hexadecimal digits is expected" : nil
        }
    }
}
