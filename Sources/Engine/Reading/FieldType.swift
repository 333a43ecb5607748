/// What a source says of the values of a field (`dataType` in a Common Data Model folder's `model.json`).
///
/// Source: MicrosoftDocs/common-data-model-and-service, model-json.md.
public enum FieldType: String, Sendable, Hashable, CaseIterable, BitwiseCopyable {
    case string
    case int64
    case double
    case decimal
    case boolean
    case dateTime
    case dateTimeOffset
    case date
    case time
    case guid = "GUID"
    case json = "JSON"
}

extension FieldType {
    /// Whether its values are dates, with a time or without.
    var isDate: Bool { [.dateTime, .dateTimeOffset, .date].contains(self) }

    /// Whether a value, which is not empty, is one of this type.
    ///
    /// It is read as rules and typed fields read it: see ``ValueForm``.
    func admits(_ value: Span<UInt8>, _ form: ValueForm?) -> Bool {
        switch self {
        case .string, .json: true
        case .int64: Self.isInt64(value)
        case .double, .decimal:
            ValueForm.isNumber(value, form)
        case .boolean: BooleanText.key(value) != nil
        case .time: InstantText.timeOfDay(value) != nil
        case .dateTime, .dateTimeOffset, .date:
            ValueForm.instant(value, form) != nil
        case .guid: GUIDText.key(value) != nil
        }
    }

    /// A sign and digits, blanks around them or not, of a number that 64 bits hold.
    private static func isInt64(_ value: Span<UInt8>) -> Bool {
        let range = ValueForm.trimmed(value)
        guard let first = range.first else { return false }
        let isNegative = value[first] == UInt8(ascii: "-")
        let digits = range.dropFirst(isNegative || value[first] == UInt8(ascii: "+") ? 1 : 0)
        // Negative numbers reach one further.
        var number: Int64 = 0
        for index in digits {
            guard (0x30...0x39).contains(value[index]) else { return false }
            let (product, isTooMuch) = number.multipliedReportingOverflow(by: 10)
            let (difference, isTooFar) = product.subtractingReportingOverflow(Int64(value[index] - 0x30))
            guard !isTooMuch, !isTooFar else { return false }
            number = difference
        }
        return !digits.isEmpty && (isNegative || number > Int64.min)
    }
}
