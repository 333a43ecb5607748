/// A source of unified customer profiles, as an administrator added it.
public struct SourceDefinition: Hashable, Sendable {
    /// Where the profiles are and in which format.
    public enum Format: Hashable, Sendable {
        /// A CSV file (RFC 4180, UTF-8) with a header row; a comma stands between fields unless a byte is given.
        case csv(path: String, delimiter: UInt8? = nil)
        /// A file with one JSON object a line.
        case ndjson(path: String)
        /// A Common Data Model folder: `model.json` and the CSV partitions of one of its entities; if none is named, of
        /// the only one, or of `Customer`.
        case commonDataModel(folder: String, entity: String? = nil)
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
        var members: [String: CanonicalJSON] = ["id_field": .string(idField), "name": .string(name.text)]
        switch format {
        case .csv(let path, let delimiter):
            (members["format"], members["path"]) = (.string("csv"), .string(path))
            if let delimiter { members["delimiter"] = .integer(Int64(delimiter)) }
        case .ndjson(let path): (members["format"], members["path"]) = (.string("ndjson"), .string(path))
        case .commonDataModel(let folder, let entity):
            (members["format"], members["path"]) = (.string("cdm"), .string(folder))
            if let entity { members["entity"] = .string(entity) }
        }
        return .object(members)
    }

    /// Reads back what ``canonical`` wrote.
    /// - Throws: ``ModelError`` if it has another shape.
    public init(canonical: CanonicalJSON) throws(ModelError) {
        let path = try canonical.string("path")
        let format: Format =
            switch try canonical.string("format") {
            case "csv": .csv(path: path, delimiter: try Delimiter.read(canonical))
            case "ndjson": .ndjson(path: path)
            case "cdm": .commonDataModel(folder: path, entity: canonical.optionalString("entity"))
            default: throw .configuration(key: "format")
            }
        self.init(
            name: try SourceName(try canonical.string("name")), format: format,
            idField: try canonical.string("id_field"))
    }
}
