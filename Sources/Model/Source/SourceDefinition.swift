/// A source of unified customer profiles, as an administrator added it.
public struct SourceDefinition: Hashable, Sendable {
    /// Where the profiles are and in which format.
    public enum Format: Hashable, Sendable {
        /// A CSV file (RFC 4180, UTF-8) with a header row.
        case csv(path: String)
        /// A file with one JSON object a line.
        case ndjson(path: String)
        /// A Common Data Model folder: `model.json` and its CSV partitions.
        case commonDataModel(folder: String)
    }

    /// Its name.
    public let name: SourceName
    /// Where and in which format.
    public let format: Format
    /// The field that identifies a profile, `CustomerId` unless told otherwise.
    public let idField: String

    /// A definition with these parts.
    public init(name: SourceName, format: Format, idField: String = "CustomerId") {
        self.name = name
        self.format = format
        self.idField = idField
    }

    /// As stored and digested.
    public var canonical: CanonicalJSON {
        let (kind, path) =
            switch format {
            case .csv(let path): ("csv", path)
            case .ndjson(let path): ("ndjson", path)
            case .commonDataModel(let folder): ("cdm", folder)
            }
        return .object([
            "format": .string(kind), "id_field": .string(idField), "name": .string(name.text), "path": .string(path),
        ])
    }

    /// Reads back what ``canonical`` wrote.
    /// - Throws: ``ModelError`` if it has another shape.
    public init(canonical: CanonicalJSON) throws(ModelError) {
        let path = try canonical.string("path")
        let format: Format =
            switch try canonical.string("format") {
            case "csv": .csv(path: path)
            case "ndjson": .ndjson(path: path)
            case "cdm": .commonDataModel(folder: path)
            default: throw .configuration(key: "format")
            }
        self.init(
            name: try SourceName(try canonical.string("name")), format: format,
            idField: try canonical.string("id_field"))
    }
}
