internal import FoundationEssentials

/// A Common Data Model folder.
///
/// It holds `model.json` and the CSV partitions it names (MicrosoftDocs/common-data-model-and-service, model-json.md).
/// Properties that are not read, prefixed ones among them, are let pass.
struct CommonDataModelFolder {
    /// One entity: what its rows are, and the files that hold them.
    struct Entity {
        let name: String
        let attributes: [(name: String, type: FieldType)]
        let partitions: [Partition]
    }

    struct Partition {
        let path: String
        let hasHeader: Bool
        let dialect: CSVDialect
    }

    private let folder: String
    private let path: String
    private let entities: [Model.Entity]

    /// Customer Insights' name for the unified profile.
    private static let profileEntity = "Customer"
    private static let maximumSize: Int64 = 64 << 20

    init(_ folder: String) throws(EngineError) {
        self.folder = folder
        path = folder + "/model.json"
        let input = try InputFile(path)
        guard input.fingerprint.size <= Self.maximumSize else {
            throw .model(path: path, problem: "it is larger than \(Self.maximumSize >> 20) MiB")
        }
        let (bytes, count) = try input.read(at: 0, count: Int(input.fingerprint.size))
        let model: Model
        do {
            model = try JSONDecoder().decode(Model.self, from: Data(bytes.prefix(count)))
        } catch {
            throw .model(path: path, problem: Self.problem(error))
        }
        if let version = model.version, version != "1.0" {
            throw .model(path: path, problem: "its version is '\(version)'; only 1.0 is known")
        }
        guard !model.entities.isEmpty else { throw .model(path: path, problem: "it has no entity") }
        if let twice = model.entities.first(where: { one in model.entities.filter { $0.name == one.name }.count > 1 }) {
            throw .model(path: path, problem: "it has the entity '\(twice.name)' twice")
        }
        entities = model.entities
    }

    /// The names of all entities.
    var names: [String] { entities.map(\.name) }

    /// One entity; if none is named, the only one there is, or `Customer`.
    func entity(_ name: String?) throws(EngineError) -> Entity {
        let wanted = name ?? (entities.count == 1 ? entities[0].name : Self.profileEntity)
        guard let found = entities.first(where: { $0.name == wanted }) else {
            throw .model(
                path: path,
                problem: name == nil
                    ? "it has several entities, and none is named \(Self.profileEntity); say which is meant: "
                        + names.joined(separator: ", ")
                    : "it has no entity '\(wanted)'; it has " + names.joined(separator: ", "))
        }
        guard found.type != "ReferenceEntity" else {
            throw .model(path: path, problem: "'\(wanted)' only refers to an entity of another model")
        }
        var attributes: [(name: String, type: FieldType)] = []
        for attribute in found.attributes ?? [] {
            guard !attributes.contains(where: { $0.name == attribute.name }) else {
                throw .duplicateColumn(attribute.name, path: path)
            }
            attributes.append((attribute.name, try type(attribute, of: wanted)))
        }
        guard !attributes.isEmpty else { throw .model(path: path, problem: "'\(wanted)' has no attributes") }
        var partitions: [Partition] = []
        for part in found.partitions ?? [] {
            // A partition without location has a schema only.
            guard let location = part.location else { continue }
            partitions.append(try partition(part, location))
        }
        return Entity(name: wanted, attributes: attributes, partitions: partitions)
    }

    private func type(_ attribute: Model.Entity.Attribute, of entity: String) throws(EngineError) -> FieldType {
        guard let text = attribute.dataType else { return .string }
        guard let type = FieldType.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            throw .model(
                path: path, problem: "'\(entity).\(attribute.name)' has the data type '\(text)', which is not known")
        }
        return type
    }

    private func partition(_ part: Model.Entity.Part, _ location: String) throws(EngineError) -> Partition {
        let format = part.fileFormatSettings
        let name = part.name ?? location
        func refuse(_ problem: String) -> EngineError {
            .model(path: path, problem: "partition '\(name)' \(problem)")
        }
        if let type = format?.type, type != "CsvFormatSettings" {
            throw refuse("has the format '\(type)'; only CsvFormatSettings is read")
        }
        if let encoding = format?.encoding, !["utf-8", "utf8", "us-ascii", "ascii"].contains(encoding.lowercased()) {
            throw refuse("is encoded in \(encoding); only UTF-8 is read")
        }
        let delimiter = format?.delimiter ?? ","
        guard delimiter.utf8.count == 1, let byte = delimiter.utf8.first, ![0x00, 0x0A, 0x0D, 0x22].contains(byte)
        else { throw refuse("has a delimiter that is not one character") }
        guard let file = resolve(location) else { throw refuse("has no file under \(folder)") }
        let quotes: CSVDialect.Quotes
        switch (format?.quoteStyle, format?.csvStyle) {
        case ("QuoteStyle.None", _): quotes = .none
        case (nil, "CsvStyle.QuoteAfterDelimiter"), ("QuoteStyle.Csv", "CsvStyle.QuoteAfterDelimiter"):
            quotes = .afterDelimiter
        case (nil, nil), (nil, "CsvStyle.QuoteAlways"), ("QuoteStyle.Csv", nil),
            ("QuoteStyle.Csv", "CsvStyle.QuoteAlways"):
            quotes = .anywhere
        case (let quoteStyle, let csvStyle):
            throw refuse(
                "has the quoteStyle '\(quoteStyle ?? "")' and csvStyle '\(csvStyle ?? "")', not known together")
        }
        // Without a word about it, a partition has no header row.
        return Partition(
            path: file, hasHeader: format?.columnHeaders ?? false,
            dialect: CSVDialect(delimiter: byte, quotes: quotes))
    }

    /// Finds a partition's file under the folder: a location is a relative path, or the address it had in the lake, of
    /// which the longest end that exists here counts.
    ///
    /// Never outside the folder.
    private func resolve(_ location: String) -> String? {
        let decoded = URL(string: location)?.path(percentEncoded: false) ?? location
        let parts = decoded.split(separator: "/").filter { $0 != "." }
        guard !parts.isEmpty, !parts.contains(".."), !decoded.utf8.contains(0) else { return nil }
        for start in parts.indices {
            let candidate = folder + "/" + parts[start...].joined(separator: "/")
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
        }
        return nil
    }

    private static func problem(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "'\((context.codingPath + [key]).map(\.stringValue).joined(separator: "."))' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong kind of value"
        default: "it is not JSON"
        }
    }
}

/// `model.json`, as far as it is read.
private struct Model: Decodable {
    struct Entity: Decodable {
        struct Attribute: Decodable {
            let name: String
            let dataType: String?
        }

        struct Part: Decodable {
            struct Format: Decodable {
                let type: String?
                let columnHeaders: Bool?
                let delimiter: String?
                let encoding: String?
                let quoteStyle: String?
                let csvStyle: String?

                enum CodingKeys: String, CodingKey {
                    case type = "$type"
                    case columnHeaders, delimiter, encoding, quoteStyle, csvStyle
                }
            }

            let name: String?
            let location: String?
            let fileFormatSettings: Format?
        }

        let type: String?
        let name: String
        let attributes: [Attribute]?
        let partitions: [Part]?

        enum CodingKeys: String, CodingKey {
            case type = "$type"
            case name, attributes, partitions
        }
    }

    let version: String?
    let entities: [Entity]
}
