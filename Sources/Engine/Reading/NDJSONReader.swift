/// Reads one JSON object a line (RFC 8259).
///
/// Written out here because Foundation's decoder builds a tree for every row, rounds long numbers, lets a doubled key
/// pass, and does not say in which column a row is malformed.
///
/// Strings are unescaped; numbers keep their spelling; `true` and `false` are those words; `null` and a missing key are
/// no value. Arrays and objects are skipped, unless the field is wanted.
final class NDJSONReader: RecordReader {
    private var lines: LineReader
    private let columns: [String]
    private let columnBytes: [[UInt8]]
    private var text: [UInt8] = []
    private var isFirst = true

    var path: String { lines.path }
    var bytesRead: Int64 { lines.bytesRead }
    var fingerprint: SourceFingerprint { lines.fingerprint }

    init(_ path: String, columns: [String], chunk: Int = ReadingLimits.chunk) throws(EngineError) {
        lines = try LineReader(path, chunk: chunk)
        self.columns = columns
        columnBytes = columns.map { Array($0.utf8) }
    }

    /// The keys of the first object.
    static func fields(of path: String) throws(EngineError) -> [String] {
        let reader = try NDJSONReader(path, columns: [])
        var names: [String] = []
        var record = Record(columns: 0)
        while try reader.lines.next(&reader.text) {
            guard !reader.text.allSatisfy(JSONScanner.isSpace) else { continue }
            record.clear()
            record.line = reader.lines.line
            _ = try reader.scan(&record) { names.append(String(decoding: $0, as: UTF8.self)) }
            return names
        }
        throw .unreadable(path: path, problem: "it is empty")
    }

    func next(_ record: inout Record) throws(EngineError) -> Bool {
        while try lines.next(&text) {
            guard !text.allSatisfy(JSONScanner.isSpace) else { continue }
            record.clear()
            record.line = lines.line
            if isFirst, text.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
            guard UTF8Check.isValid(text[...]) else { throw .encoding(Place(file: path, line: lines.line)) }
            let found = try scan(&record) { _ in }
            if isFirst {
                // A name that no row knows is a slip of the pen; the first row tells. Later rows may lack it.
                if let missing = columns.indices.first(where: { !found.contains($0) }) {
                    let known = try Self.fields(of: path)
                    throw .missingColumn(columns[missing], path: path, known: known)
                }
                isFirst = false
            }
            return true
        }
        return false
    }

    /// Reads one object; returns which wanted fields it has.
    private func scan(_ record: inout Record, key: (ArraySlice<UInt8>) -> Void) throws(EngineError) -> [Int] {
        var scanner = JSONScanner(text, path: path, line: lines.line)
        var found: [Int] = []
        try scanner.expect(UInt8(ascii: "{"), "an object")
        var isFirstMember = true
        while try !scanner.take(UInt8(ascii: "}")) {
            if !isFirstMember { try scanner.expect(UInt8(ascii: ","), "',' or '}'") }
            isFirstMember = false
            let keyStart = record.count
            try scanner.string(into: &record)
            let name = record.bytes[keyStart...]
            key(name)
            let matches = columnBytes.indices.filter { columnBytes[$0].elementsEqual(name) }
            try scanner.expect(UInt8(ascii: ":"), "':'")
            guard let first = matches.first else {
                try scanner.skipValue(depth: 0)
                continue
            }
            guard !found.contains(first) else {
                throw .syntax(
                    Place(file: path, line: lines.line, field: nil), problem: "the key '\(columns[first])' stands twice"
                )
            }
            found += matches
            let start = record.count
            try scanner.scalar(into: &record, named: columns[first])
            guard record.count - start <= ReadingLimits.field else {
                throw .tooLong(Place(file: path, line: lines.line), what: "a field", limit: ReadingLimits.field)
            }
            for match in matches { record.setField(match, from: start) }
        }
        try scanner.expectEnd()
        return found
    }
}
