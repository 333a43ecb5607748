internal import FoundationEssentials

/// A Common Data Model folder.
///
/// It holds `model.json` and the CSV partitions it names (MicrosoftDocs/common-data-model-and-service, model-json.md).
/// Properties that are not read, prefixed ones among them, are let pass.
struct CommonDataModelFolder {
    /// One entity: what its rows are, and the files that hold them.
    struct Entity {
        let name: String
        /// Those without a name are there too, in their place, with an empty one.
        let attributes: [(name: String, type: FieldType, form: ValueForm?)]
        /// What an administrator should know.
        let notes: [String]
        let partitions: [Partition]
    }

    struct Partition {
        let name: String
        let path: String
        let hasHeader: Bool
        let dialect: CSVDialect
        let encoding: TextEncoding
    }

    private let folder: String
    private let path: String
    private let entities: [(name: String, node: JSONNode)]
    /// How numbers and dates are spelled by the model's culture.
    private let form: ValueForm?
    private let model: JSONNode

    /// Customer Insights' name for the unified profile.
    private static let profileEntity = "Customer"
    private static let maximumSize = 16 << 20

    init(_ folder: String) throws(EngineError) {
        self.folder = folder
        let path = folder + "/model.json"
        self.path = path
        let input = try InputFile(path, inside: folder)
        let (bytes, count) = try input.read(at: 0, count: Self.maximumSize + 1)
        (entities, form, model) = try Self.explained { () throws(EngineError) in
            let model = try JSONReader.read(Array(bytes.prefix(count)), file: path, limit: Self.maximumSize)
            if let version = try model.member("version")?.text(), version != "1.0" {
                throw EngineError.model(path: path, problem: "its version is '\(version)'; only 1.0 is known")
            }
            var entities: [(name: String, node: JSONNode)] = []
            var names: Set<String> = []
            for node in try model.require("entities").items() {
                let name = try node.require("name").text()
                guard names.insert(name).inserted else {
                    throw EngineError.model(path: path, problem: "it has the entity '\(name)' twice")
                }
                entities.append((name, node))
            }
            let culture: String? = try model.member("culture")?.text()
            return (entities, culture.flatMap { ValueForm(culture: $0) }, model)
        }
        guard !entities.isEmpty else { throw .model(path: path, problem: "it has no entity") }
    }

    /// Says of a member that is missing, or of another kind than it should be, that it is of the model.
    private static func explained<R>(_ body: () throws(EngineError) -> R) throws(EngineError) -> R {
        do {
            return try body()
        } catch {
            guard case .definition(let file, let path, let problem) = error else { throw error }
            throw .model(path: file, problem: path.isEmpty ? problem : "'\(path)': \(problem)")
        }
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
        return try Self.explained { () throws(EngineError) in try entity(wanted, found.node) }
    }

    private func entity(_ name: String, _ node: JSONNode) throws(EngineError) -> Entity {
        guard try node.member("$type")?.text() != "ReferenceEntity" else {
            throw .model(path: path, problem: "'\(name)' only refers to an entity of another model")
        }
        var attributes: [(name: String, type: FieldType, form: ValueForm?)] = []
        var known: Set<String> = []
        var notes: [String] = []
        for attribute in try node.member("attributes")?.items() ?? [] {
            let column = try attribute.member("name")?.text() ?? ""
            guard column.isEmpty || known.insert(column).inserted else { throw .duplicateColumn(column, path: path) }
            let type = try type(attribute, named: column, &notes)
            let form = Self.format(type, attribute, node, model).map { text in
                // One that is not understood leaves plain dates alone: it says that the culture's are not meant.
                var form = self.form ?? ValueForm()
                (form.order, form.format) = (nil, TimestampFormat(text))
                return form
            }
            attributes.append((column, type, form ?? self.form))
        }
        guard !known.isEmpty else { throw .model(path: path, problem: "'\(name)' has no attributes") }
        var partitions: [Partition] = []
        for part in try node.member("partitions")?.items() ?? [] {
            // A partition without location has a schema only.
            guard let location = try part.member("location")?.text() else { continue }
            partitions.append(try partition(part, location, isRaggedRight: try Self.saysRaggedRight(node)))
        }
        return Entity(name: name, attributes: attributes, notes: notes, partitions: partitions)
    }

    /// The format that dates of a type are written in, if an annotation says so: of the attribute, else of its entity,
    /// else of the model.
    private static func format(_ type: FieldType, _ nodes: JSONNode...) -> String? {
        let name = type == .date ? "ci:CustomDateFormat" : "ci:CustomTimestampFormat"
        for node in nodes {
            // Annotations are anybody's; what is none of ours may have any shape.
            for annotation in (try? node.member("annotations")?.items()) ?? [] {
                guard (try? annotation.member("name")?.text()) == name else { continue }
                if let text = try? annotation.member("value")?.text() { return text }
            }
        }
        return nil
    }

    /// The type of an attribute; one that is not known is text, and is noted.
    private func type(
        _ attribute: JSONNode, named name: String, _ notes: inout [String]
    ) throws(EngineError) -> FieldType {
        guard let text = try attribute.member("dataType")?.text(), text.lowercased() != "unclassified" else {
            return .string
        }
        if let type = FieldType.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) { return type }
        notes.append("'\(name)' has the data type '\(text)', which is not known; it is read as text")
        return .string
    }

    /// Whether somewhere in the traits of a partition or entity stands that rows may be short (`raggedRight`).
    ///
    /// How traits nest differs between writers, so it is looked for at any depth; a document has few.
    private static func saysRaggedRight(_ node: JSONNode) throws(EngineError) -> Bool {
        func holds(_ value: JSONValue) -> Bool {
            switch value {
            case .array(let items): return items.contains(where: holds)
            case .object(let members):
                let names = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
                if let stated = names["raggedRight"], isTrue(stated) { return true }
                if case .string("raggedRight") = names["name"] { return names["value"].map(isTrue) ?? true }
                return members.contains { holds($0.value) }
            default: return false
            }
        }
        func isTrue(_ value: JSONValue) -> Bool {
            switch value {
            case .boolean(let flag): flag
            case .string(let text): text.lowercased() == "true"
            default: false
            }
        }
        for name in ["cdm:traits", "traits", "exhibitsTraits"] {
            if let traits = try node.member(name), holds(traits.value) { return true }
        }
        return false
    }

    private func partition(
        _ part: JSONNode, _ location: String, isRaggedRight: Bool
    ) throws(EngineError) -> Partition {
        let format = try part.member("fileFormatSettings")
        let name = try part.member("name")?.text() ?? location
        func refuse(_ problem: String) -> EngineError {
            .model(path: path, problem: "partition '\(name)' \(problem)")
        }
        if let type = try format?.member("$type")?.text(), type != "CsvFormatSettings" {
            throw refuse("has the format '\(type)'; only CsvFormatSettings is read")
        }
        let encodingName = try format?.member("encoding")?.text() ?? "UTF-8"
        guard let encoding = TextEncoding(name: encodingName) else {
            throw refuse("is encoded in \(encodingName); UTF-8, ISO-8859-1 and windows-1252 are read")
        }
        let delimiter = try format?.member("delimiter")?.text() ?? ","
        guard delimiter.utf8.count == 1, let byte = delimiter.utf8.first, ![0x00, 0x0A, 0x0D, 0x22].contains(byte)
        else { throw refuse("has a delimiter that is not one character") }
        guard let file = resolve(location) else { throw refuse("has no file under \(folder)") }
        let quotes: CSVDialect.Quotes
        switch (try format?.member("quoteStyle")?.text(), try format?.member("csvStyle")?.text()) {
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
        let isStated = try format?.member("raggedRight")?.flag() ?? false
        let saysSo = try Self.saysRaggedRight(part)
        let mayBeShort = isRaggedRight || isStated || saysSo
        // Without a word about it, a partition has no header row.
        return Partition(
            name: name, path: file, hasHeader: try format?.member("columnHeaders")?.flag() ?? false,
            dialect: CSVDialect(
                delimiter: byte, quotes: quotes, isRaggedRight: mayBeShort),
            encoding: encoding)
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
}
