/// What a source says of the values of a field (`dataType` in a Common Data Model folder's `model.json`).
///
/// Source: MicrosoftDocs/common-data-model-and-service, model-json.md.
public enum FieldType: String, Sendable, Hashable, CaseIterable {
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
    /// Whether a value, which is not empty, is one of this type.
    ///
    /// It is read as rules and typed fields read it: see ``ValueForm``.
    func admits(_ value: Span<UInt8>, _ form: ValueForm?) -> Bool {
        switch self {
        case .string, .json: true
        case .int64: Self.isInt64(value)
        case .double, .decimal:
            form?.hasComma != true && DecimalText.isNumber(value) || ValueForm.plainNumber(value, form) != nil
        case .boolean: Self.isBoolean(value)
        case .time: InstantText.timeOfDay(value) != nil
        case .dateTime, .dateTimeOffset, .date:
            ValueForm.instant(value, form) != nil
        case .guid: GUIDText.key(value) != nil
        }
    }

    private static func isInt64(_ value: Span<UInt8>) -> Bool {
        // 19 digits and a sign; zeros before them are no digits that count.
        guard value.count <= 64 else { return false }
        return Int64(String(decoding: value.indices.map { value[$0] }, as: UTF8.self)) != nil
    }

    private static func isBoolean(_ value: Span<UInt8>) -> Bool {
        guard value.count <= 5 else { return false }
        return ["true", "false", "1", "0"]
            .contains(String(decoding: value.indices.map { value[$0] }, as: UTF8.self).lowercased())
    }
}
