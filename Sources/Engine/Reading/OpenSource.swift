internal import Model

/// A source whose files are open: what is missing is found before the first row is read.
struct OpenSource: Sendable {
    let files: [SourceFile]
    /// The names of its fields.
    let fields: [String]
    /// What the source says of their values; fields it says nothing of are missing.
    let types: [String: FieldType]
    /// How it spells the numbers and dates of fields, beside the plain forms.
    let forms: [String: ValueForm]

    /// Opens every file of a source.
    /// - Throws: ``EngineError``.
    init(_ format: SourceDefinition.Format) throws(EngineError) {
        switch format {
        case .csv(let path):
            files = [try SourceFile.csv(path)]
            fields = files[0].fields
            (types, forms) = ([:], [:])
        case .ndjson(let path):
            files = [try SourceFile.ndjson(path)]
            fields = files[0].fields
            (types, forms) = ([:], [:])
        case .commonDataModel(let folder, let name):
            let entity = try CommonDataModelFolder(folder).entity(name)
            let names = entity.attributes.map(\.name)
            var files: [SourceFile] = []
            for partition in entity.partitions {
                var file = try SourceFile.csv(
                    partition.path, dialect: partition.dialect, encoding: partition.encoding, names: names,
                    hasHeader: partition.hasHeader)
                file.name = partition.name
                files.append(file)
            }
            self.files = files
            fields = names
            types = Dictionary(uniqueKeysWithValues: entity.attributes.map { ($0.name, $0.type) })
            forms = Dictionary(
                uniqueKeysWithValues: entity.attributes.compactMap { attribute in
                    attribute.form.map { (attribute.name, $0) }
                })
        }
    }

    /// Opens a file with one row a member, by its name: NDJSON or CSV.
    static func members(_ path: String) throws(EngineError) -> OpenSource {
        let isJSON = [".ndjson", ".jsonl", ".json"].contains { path.hasSuffix($0) }
        return try OpenSource(isJSON ? .ndjson(path: path) : .csv(path: path))
    }
}
