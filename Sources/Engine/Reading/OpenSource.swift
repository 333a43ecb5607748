internal import Model

/// A source whose files are open: what is missing is found before the first row is read.
struct OpenSource: Sendable {
    let files: [SourceFile]
    /// The names of its fields; those that have none are not among them.
    ///
    /// Where ``namesOwnFields``, those of the first row, and others may come.
    let fields: [String]
    /// What an administrator should know of it.
    var notes: [String] = []
    /// What the source says of their values; fields it says nothing of are missing.
    let types: [String: FieldType]
    /// How it spells the numbers and dates of fields, beside the plain forms.
    let forms: [String: ValueForm]

    /// Opens every file of a source.
    /// - Throws: ``EngineError``.
    init(_ format: SourceDefinition.Format) throws(EngineError) {
        switch format {
        case .csv(let path, let delimiter):
            files = [try SourceFile.csv(path, dialect: CSVDialect(delimiter: delimiter))]
            fields = files[0].fields.filter { !$0.isEmpty }
            let unnamed = files[0].fields.count - fields.count
            if unnamed > 0 { notes = ["\(unnamed) column(s) have no name and cannot be matched"] }
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
                    hasHeader: partition.hasHeader, inside: folder)
                file.name = partition.name
                files.append(file)
            }
            self.files = files
            fields = names.filter { !$0.isEmpty }
            notes = entity.notes
            let named = entity.attributes.filter { !$0.name.isEmpty }
            types = Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.type) })
            forms = Dictionary(
                uniqueKeysWithValues: named.compactMap { attribute in
                    attribute.form.map { (attribute.name, $0) }
                })
        }
    }

    /// Whether every row names its own fields, so that only reading to the end tells which there are.
    var namesOwnFields: Bool { files.contains { $0.layout == .ndjson } }

    /// Its fields, once all rows were read.
    func fields(_ index: ChunkIndex) -> [String] { namesOwnFields ? index.met.names : fields }

    /// Makes sure that the source has all of these fields.
    /// - Parameters:
    ///   - index: what reading it to the end found; nil before, and then a source whose rows name their own fields is
    ///     not held to the first.
    ///   - flags: fields that are wanted in any spelling.
    /// - Throws: ``EngineError/missingColumn(_:path:known:)``.
    func require(_ names: [String], flags: [String] = [], _ index: ChunkIndex? = nil) throws(EngineError) {
        if namesOwnFields, index == nil { return }
        let known = index.map(fields) ?? fields
        let path = files.first?.path ?? "the source"
        let all = Set(known)
        for name in names where !all.contains(name) { throw .missingColumn(name, path: path, known: known) }
        for flag in flags where !FlagNames.has(flag, among: known) {
            throw .missingFlag(flag, path: path, known: known)
        }
    }

    /// Opens a file with one row a member, by its name: NDJSON or CSV, gzip'd or not.
    ///
    /// One without a single byte lists nobody; whether that is believed is decided where it is known what it held before.
    static func members(_ path: String, id: String, delimiter: UInt8? = nil) throws(EngineError) -> OpenSource {
        let input = try InputFile(path)
        if try input.length() == 0 {
            return OpenSource(
                empty: SourceFile(
                    input: input, layout: .csv(CSVDialect()), encoding: .utf8, fields: [id], start: (0, 1)))
        }
        let plain = path.hasSuffix(".gz") ? path.dropLast(3) : path[...]
        let isJSON = [".ndjson", ".jsonl", ".json"].contains { plain.hasSuffix($0) }
        return try OpenSource(isJSON ? .ndjson(path: path) : .csv(path: path, delimiter: delimiter))
    }

    private init(empty file: SourceFile) {
        (files, fields, types, forms) = ([file], file.fields, [:], [:])
    }
}
