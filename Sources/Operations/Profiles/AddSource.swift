internal import Engine
internal import FoundationEssentials
public import Model
internal import Store

/// A source, as commands show it.
public struct SourceReport: Encodable, Sendable {
    /// Its name.
    public let name: String
    /// `csv`, `ndjson` or `cdm`.
    public let format: String
    /// The file or folder, absolute.
    public let path: String
    /// The entity of the folder, if one was named.
    public let entity: String?
    /// The field that identifies a profile.
    public let idField: String
    /// The names of its fields.
    public let fields: [String]
    /// How many profiles it has, where they were counted.
    public let profiles: Int?
    /// What stands between the fields of a CSV file, if it was stated.
    public let delimiter: String?
    /// What the administrator should know.
    public let warnings: [String]

    init(_ source: SourceDefinition, fields: [String], profiles: Int? = nil, warnings: [String] = []) {
        delimiter =
            if case .csv(_, let byte?) = source.format { String(Character(Unicode.Scalar(byte))) } else { nil }
        name = source.name.text
        (format, path) =
            switch source.format {
            case .csv(let path, _): ("csv", path)
            case .ndjson(let path): ("ndjson", path)
            case .commonDataModel(let folder, _): ("cdm", folder)
            }
        if case .commonDataModel(_, let entity) = source.format { self.entity = entity } else { entity = nil }
        idField = source.idField
        self.fields = fields
        self.profiles = profiles
        self.warnings = warnings
    }
}

extension Workspace {
    /// Adds a source, after a look at its first lines.
    /// - Parameter requiresID: whether the identifying field was named, and therefore has to be there.
    /// - Throws: an error of class bad-input if it cannot be read; of class usage if the name is taken.
    public func addSource(_ source: SourceDefinition, requiresID: Bool = false) async throws -> SourceReport {
        try EnteredText.require(source.texts, "what describes the source")
        let source = source.absolute
        let fields = try await Self.fields(of: source)
        if requiresID, !fields.contains(source.idField) {
            throw EngineError.missingColumn(source.idField, path: "source \(source.name)", known: fields)
        }
        try await store.transaction { try $0.insert(source: source) }
        let unidentified =
            fields.contains(source.idField)
            ? []
            : [
                "the source has no field '\(source.idField)', by which members are found; segments by rule work without; add "
                    + "it under another name with --id FIELD if its identifier is called otherwise"
            ]
        return SourceReport(
            source, fields: fields,
            warnings: try SourceInspection.notes(of: source) + unidentified + Self.flagWarnings(source, fields))
    }

    /// All fields; of a source with a malformed row, those of the first rows, and 'source check' says what is wrong.
    private static func fields(of source: SourceDefinition) async throws -> [String] {
        do {
            return try await SourceInspection.fields(of: source)
        } catch let error as EngineError {
            let first = try? SourceInspection.firstFields(of: source)
            guard let first else { throw error }
            return first
        }
    }

    private static func flagWarnings(_ source: SourceDefinition, _ fields: [String]) -> [String] {
        UnusedFlag.warnings(FlagReview.unused(of: fields).map { UnusedFlag(source: source.name, field: $0) })
    }

    /// All sources, with their fields at a first look.
    public func sources() throws -> [SourceReport] {
        // A source that cannot be read now is listed all the same; 'source check' says what is wrong with it.
        try store.reading { try $0.sources() }.map {
            SourceReport($0, fields: (try? SourceInspection.firstFields(of: $0)) ?? [])
        }
    }

    /// Reads a source from end to end and counts its profiles.
    /// - Throws: an error of class bad-input that names file and line.
    public func checkSource(_ name: SourceName) async throws -> SourceReport {
        let source = try source(name)
        let found = try await SourceInspection.check(source)
        return SourceReport(
            source, fields: found.fields, profiles: found.profiles,
            warnings: try SourceInspection.notes(of: source) + Self.flagWarnings(source, found.fields))
    }

    func source(_ name: SourceName) throws -> SourceDefinition {
        guard let source = try store.reading({ try $0.source(name) }) else { throw OperationError.unknownSource(name) }
        return source
    }
}

extension SourceDefinition {
    /// What a person wrote of it.
    var texts: [String] {
        switch format {
        case .csv(let path, _), .ndjson(let path): [idField, path]
        case .commonDataModel(let folder, let entity): [idField, folder] + [entity].compactMap(\.self)
        }
    }

    /// With paths that mean the same from every directory.
    var absolute: SourceDefinition {
        let format: Format =
            switch format {
            case .csv(let path, let delimiter): .csv(path: absolutePath(path), delimiter: delimiter)
            case .ndjson(let path): .ndjson(path: absolutePath(path))
            case .commonDataModel(let folder, let entity):
                .commonDataModel(folder: absolutePath(folder), entity: entity)
            }
        return SourceDefinition(name: name, format: format, idField: idField)
    }
}

func absolutePath(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
}
