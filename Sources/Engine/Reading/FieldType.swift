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
    case guid = "GUID"
    case json = "JSON"
}
