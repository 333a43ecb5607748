internal import Model

/// Reads the profiles of a source, whatever its format.
struct SourceReader {
    private var readers: ArraySlice<any RecordReader>
    private var finished: Int64 = 0
    /// The files, in the order they are read.
    let fingerprints: [SourceFingerprint]
    /// All their bytes.
    let bytesTotal: Int64

    /// Opens every file of the source at once: what is missing is found before the first row.
    init(_ source: SourceDefinition, columns: [String]) throws(EngineError) {
        var readers: [any RecordReader] = []
        switch source.format {
        case .csv(let path):
            readers = [try CSVReader(path, columns: columns, names: nil, hasHeader: true)]
        case .ndjson(let path):
            readers = [try NDJSONReader(path, columns: columns)]
        case .commonDataModel(let folder):
            let model = try CommonDataModelFolder(folder)
            for partition in model.partitions {
                readers.append(
                    try CSVReader(
                        partition.path, columns: columns, names: model.attributes, delimiter: partition.delimiter,
                        hasHeader: partition.hasHeader))
            }
        }
        self.readers = readers[...]
        fingerprints = readers.map(\.fingerprint)
        bytesTotal = fingerprints.map(\.size).reduce(0, +)
    }

    /// The names of the fields.
    static func fields(of source: SourceDefinition) throws(EngineError) -> [String] {
        switch source.format {
        case .csv(let path): try CSVReader.header(of: path)
        case .ndjson(let path): try NDJSONReader.fields(of: path)
        case .commonDataModel(let folder): try CommonDataModelFolder(folder).attributes
        }
    }

    /// Bytes read so far.
    var bytesRead: Int64 { finished + (readers.first?.bytesRead ?? 0) }

    /// The file that is being read.
    var path: String { readers.first?.path ?? "" }

    /// Reads the next profile; false at the end.
    mutating func next(_ record: inout Record) throws(EngineError) -> Bool {
        while let reader = readers.first {
            if try reader.next(&record) { return true }
            finished += reader.bytesRead
            readers = readers.dropFirst()
        }
        return false
    }
}
