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
    /// What an administrator should know of the model itself.
    private let notes: [String]
    /// How numbers and dates are spelled by the model's culture.
    private let form: ValueForm?
    private let model: JSONNode

    /// Customer Insights' name for the unified profile.
    private static let profileEntity = "Customer"
    private static let maximumSize = 16 << 20
    private static let mostNotes = 20

    init(_ folder: String) throws(EngineError) {
        self.folder = folder
        let path = folder + "/model.json"
        self.path = path
        let input = try InputFile(path, inside: folder)
        let (bytes, count) = try input.read(at: 0, count: Self.maximumSize + 1)
        (entities, form, notes, model) = try Self.explained { () throws(EngineError) in
            let model = try JSONReader.read(Array(bytes.prefix(count)), file: path, limit: Self.maximumSize)
            let notes = try Self.versionNotes(model)
            var entities: [(name: String, node: JSONNode)] = []
            for node in try model.require("entities").items() {
                // Nobody can ask for one without a name.
                guard case .object = node.value, case .string(let name) = try node.member("name")?.value else {
                    continue
                }
                entities.append((name, node))
            }
            let culture: String = try model.member("culture")?.text() ?? ""
            return (entities, culture.isEmpty ? nil : ValueForm(culture: culture), notes, model)
        }
        guard !entities.isEmpty else { throw .model(path: path, problem: "it has no entity that has a name") }
    }

    /// 1.0 is the version there is; another of its line is read, with a note.
    private static func versionNotes(_ model: JSONNode) throws(EngineError) -> [String] {
        let version: String
        switch try model.member("version")?.value {
        case nil: return []
        case .string(let text): version = text
        case .number(let text): version = text
        default: version = "of another kind than a text"
        }
        if ["1", "1.0", "1.0.0"].contains(version) { return [] }
        guard version.hasPrefix("1.") else {
            throw .model(path: model.file, problem: "its version is '\(version)'; only 1.0 is known")
        }
        return ["model.json has the version '\(version)'; it is read as 1.0"]
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
        // What only refers to an entity of another model is none that could be meant.
        let own = entities.filter { !Self.isReference($0.node) }
        let wanted = name ?? (own.count == 1 ? own[0].name : Self.profileEntity)
        let all = entities.filter { $0.name == wanted }
        guard all.count <= 1 else { throw .model(path: path, problem: "it has the entity '\(wanted)' twice") }
        guard let found = all.first else {
            throw .model(
                path: path,
                problem: name == nil
                    ? "it has several entities, and none is named \(Self.profileEntity); say which is meant: "
                        + Self.some(names)
                    : "it has no entity '\(wanted)'; it has " + Self.some(names))
        }
        return try Self.explained { () throws(EngineError) in try entity(wanted, found.node) }
    }

    private static func some(_ names: [String]) -> String {
        names.prefix(50).joined(separator: ", ") + (names.count > 50 ? " and \(names.count - 50) more" : "")
    }

    private static func isReference(_ node: JSONNode) -> Bool {
        guard let type = try? node.member("$type") else { return false }
        return type.value == .string("ReferenceEntity")
    }

    private func entity(_ name: String, _ node: JSONNode) throws(EngineError) -> Entity {
        guard !Self.isReference(node) else {
            throw .model(path: path, problem: "'\(name)' only refers to an entity of another model")
        }
        var attributes: [(name: String, type: FieldType, form: ValueForm?)] = []
        var known: Set<String> = []
        var notes = notes
        // The entity's own go before the model's.
        let shared = [DateFormats(node), DateFormats(model)]
        for attribute in try node.member("attributes")?.items() ?? [] {
            // Without a name it has a place in the row all the same.
            let column = if case .string(let name) = try attribute.member("name")?.value { name } else { "" }
            guard column.isEmpty || known.insert(column).inserted else { throw .duplicateColumn(column, path: path) }
            let type = try type(attribute, named: column, &notes)
            let format =
                DateFormats(attribute).text(of: type, isOwn: true)
                ?? shared.lazy.compactMap { $0.text(of: type, isOwn: false) }.first
            let form = form(format)
            if let unknown = form?.unknownFormat, type.isDate, notes.count < Self.mostNotes {
                notes.append(
                    "'\(column)' has the date format '\(unknown)', which is not understood; none of its dates is read")
            }
            attributes.append((column, type, form))
        }
        guard !known.isEmpty else { throw .model(path: path, problem: "'\(name)' has no attributes") }
        let unnamed = attributes.count - known.count
        if unnamed > 0 { notes.append("\(unnamed) attribute(s) of '\(name)' have no name and cannot be matched") }
        let traits = try ModelTraits(node)
        var partitions: [Partition] = []
        var files: Set<String> = []
        for part in try node.member("partitions")?.items() ?? [] {
            // A partition without location has a schema only.
            guard let location = try part.member("location")?.text() else { continue }
            let partition = try partition(part, location, entityTraits: traits)
            // Its rows would count twice, and stand in for those of a partition that is not named any more.
            guard files.insert(partition.path).inserted else {
                throw .model(path: path, problem: "'\(name)' has the partition file '\(location)' twice")
            }
            partitions.append(partition)
        }
        return Entity(name: name, attributes: attributes, notes: notes, partitions: partitions)
    }

    /// How an attribute spells numbers and dates: as the model's culture does, but for a format of dates that is stated.
    private func form(_ format: String?) -> ValueForm? {
        guard let format else { return form }
        var form = form ?? ValueForm()
        (form.order, form.format) = (nil, TimestampFormat(format))
        if form.format == nil { form.unknownFormat = format }
        return form
    }

    /// The type of an attribute; one that is not known is text, and is noted.
    private func type(
        _ attribute: JSONNode, named name: String, _ notes: inout [String]
    ) throws(EngineError) -> FieldType {
        guard let stated = try attribute.member("dataType")?.value else { return .string }
        let text = if case .string(let text) = stated { text } else { stated.kind }
        if text.lowercased() == "unclassified" { return .string }
        if let type = FieldType.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) { return type }
        // Not one note for each of thousands.
        if notes.count < Self.mostNotes {
            notes.append("'\(name)' has the data type '\(text)', which is not known; it is read as text")
        }
        return .string
    }

    private func partition(
        _ part: JSONNode, _ location: String, entityTraits: ModelTraits
    ) throws(EngineError) -> Partition {
        let format = try part.member("fileFormatSettings")
        let ownTraits = try ModelTraits(part)
        // What the settings do not say, traits may.
        func text(_ key: String) throws(EngineError) -> String? {
            try format?.member(key)?.text() ?? ownTraits.text(key) ?? entityTraits.text(key)
        }
        func flag(_ key: String) throws(EngineError) -> Bool {
            if let stated = try format?.member(key) {
                guard let flag = ModelTraits.flag(stated.value) else { return try stated.flag() }
                return flag
            }
            return ownTraits.flag(key) ?? entityTraits.flag(key) ?? false
        }
        let name = try part.member("name")?.text() ?? location
        func refuse(_ problem: String) -> EngineError {
            .model(path: path, problem: "partition '\(name)' \(problem)")
        }
        if let type = try format?.member("$type")?.text(), type != "CsvFormatSettings" {
            throw refuse("has the format '\(type)'; only CsvFormatSettings is read")
        }
        let encodingName = try text("encoding") ?? "UTF-8"
        guard let encoding = TextEncoding(name: encodingName) else {
            throw refuse("is encoded in \(encodingName); UTF-8, ISO-8859-1 and windows-1252 are read")
        }
        let delimiter = try text("delimiter") ?? ","
        guard delimiter.utf8.count == 1, let byte = delimiter.utf8.first, ![0x00, 0x0A, 0x0D, 0x22].contains(byte)
        else { throw refuse("has a delimiter that is not one character") }
        guard let file = resolve(location) else { throw refuse("has no file under \(folder)") }
        let quotes: CSVDialect.Quotes
        switch (try text("quoteStyle"), try text("csvStyle")) {
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
            name: name, path: file, hasHeader: try flag("columnHeaders"),
            dialect: CSVDialect(delimiter: byte, quotes: quotes, isRaggedRight: try flag("raggedRight")),
            encoding: encoding)
    }

    /// More parts than any path has: every end of a location is looked for.
    private static let maximumParts = 64

    /// Finds a partition's file under the folder: a location is a relative path, or the address it had in the lake, of
    /// which the longest end that exists here counts.
    ///
    /// Never outside the folder.
    private func resolve(_ location: String) -> String? {
        let decoded = URL(string: location)?.path(percentEncoded: false) ?? location
        let parts = decoded.split(separator: "/").filter { $0 != "." }
        guard !parts.isEmpty, parts.count <= Self.maximumParts, !parts.contains(".."), !decoded.utf8.contains(0) else {
            return nil
        }
        for start in parts.indices {
            let candidate = folder + "/" + parts[start...].joined(separator: "/")
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
        }
        return nil
    }
}
