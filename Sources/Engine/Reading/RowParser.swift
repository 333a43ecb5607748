internal import Model

/// How the rows of a file are spelled.
enum RowLayout: Sendable, Hashable {
    case csv(CSVDialect)
    case ndjson
}

/// Parses the chunks of one file, whatever its layout.
enum RowParser: Sendable {
    case csv(CSVParser)
    case ndjson(NDJSONParser)

    /// Fills `table` with the rows of `chunk`; returns how many lines the chunk has.
    func parse(_ chunk: consuming Chunk, line: Int, into table: inout RowTable) throws(EngineError) -> Int {
        switch self {
        case .csv(let parser): try parser.parse(chunk, line: line, into: &table)
        case .ndjson(let parser): try parser.parse(chunk, line: line, into: &table)
        }
    }
}

extension RowParser {
    /// As ``parse(_:line:into:)``, of bytes that may not be UTF-8; of several errors the first in the file counts.
    func parseUnchecked(
        _ chunk: consuming Chunk, path: String, line: Int, into table: inout RowTable
    ) throws(EngineError) -> Int {
        do {
            try UTF8Check.check(chunk.bytes, chunk.count, path: path, line: line)
        } catch {
            let encoding = error
            do {
                _ = try parse(chunk, line: line, into: &table)
            } catch  where (error.line ?? 0) <= encoding.line ?? 0 {
                throw error
            } catch {}
            throw encoding
        }
        return try parse(chunk, line: line, into: &table)
    }
}

/// One file of a source, opened and looked at.
struct SourceFile: Sendable {
    let input: InputFile
    /// Its name among the files of its source, if there are several.
    var name = ""
    let layout: RowLayout
    let encoding: TextEncoding
    /// The names of its fields; of NDJSON, those of the first object, and others may come.
    let fields: [String]
    /// Where its first profile starts.
    let start: (offset: Int64, line: Int)

    var path: String { input.path }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Opens a CSV file.
    /// - Parameter names: the columns of a file without header row; nil if the first row names them.
    static func csv(
        _ path: String, dialect: CSVDialect = CSVDialect(), encoding: TextEncoding = .utf8, names: [String]? = nil,
        hasHeader: Bool = true, inside folder: String? = nil
    ) throws(EngineError) -> SourceFile {
        let input = try InputFile(path, inside: folder)
        var (first, mark) = try firstChunk(input, .csv(dialect))
        guard hasHeader else {
            return SourceFile(
                input: input, layout: .csv(dialect), encoding: encoding, fields: names ?? [], start: (mark, 1))
        }
        // A partition may be empty while it is refreshed; its columns are known all the same.
        if let names, first.count == 0 {
            return SourceFile(
                input: input, layout: .csv(dialect), encoding: encoding, fields: names, start: (mark, 1))
        }
        var skipped = 0
        // What Excel writes first where a list's separator is no comma; the row of names follows.
        if let told = SeparatorLine.read(first) {
            guard told.delimiter == dialect.delimiter else {
                throw .delimiter(path: path, field: "sep=\(Character(Unicode.Scalar(told.delimiter)))", told.delimiter)
            }
            (first, mark) = (first.dropping(told.count), mark + Int64(told.count))
            skipped = 1
        }
        var header: (names: [String], bytes: Int, lines: Int)
        do throws(EngineError) {
            header = try CSVParser.header(try encoding.decoded(first, path: path), path: path, dialect: dialect)
        } catch {
            guard case .syntax = error, !dialect.isDelimiterStated, names == nil,
                let likely = SeparatorLine.guess(first)
            else { throw error.moved(lines: skipped) }
            throw .delimiter(path: path, field: nil, likely)
        }
        // How long it is in the file.
        if encoding != .utf8 {
            header.bytes = try CSVParser.header(first, path: path, dialect: dialect, decoding: false).bytes
        }
        if !dialect.isDelimiterStated, names == nil, header.names.count == 1, let only = header.names.first,
            let likely = only.utf8.first(where: { SeparatorLine.likely.contains($0) })
        {
            throw .delimiter(path: path, field: only, likely)
        }
        // A header that was written before columns were added is as short as its rows.
        let known = dialect.isRaggedRight ? names?.prefix(header.names.count) : names?[...]
        if let known, Array(known) != header.names {
            throw .model(path: path, problem: "its header row differs from the attributes in model.json")
        }
        return SourceFile(
            input: input, layout: .csv(dialect), encoding: encoding, fields: names ?? header.names,
            start: (mark + Int64(header.bytes), 1 + skipped + header.lines))
    }

    /// Opens a file with one JSON object a line.
    static func ndjson(_ path: String) throws(EngineError) -> SourceFile {
        let input = try InputFile(path)
        let (first, mark) = try firstChunk(input, .ndjson)
        return SourceFile(
            input: input, layout: .ndjson, encoding: .utf8, fields: try NDJSONParser.fields(first, path: path),
            start: (mark, 1))
    }

    /// The beginning of a file with its first row whole, and the length of the byte order mark before it.
    private static func firstChunk(_ input: InputFile, _ layout: RowLayout) throws(EngineError) -> (Chunk, Int64) {
        var wanted = 64 * 1024
        while true {
            var (bytes, count) = try input.read(at: 0, count: wanted)
            let mark = bytes.starts(with: byteOrderMark) ? 3 : 0
            if let name = WideEncoding.name(of: bytes.prefix(count)) { throw .wideEncoding(input.path, name) }
            if let problem = PackedFormat.problem(of: bytes.prefix(count)), count > 8 {
                throw .unreadable(path: input.path, problem: problem)
            }
            // Known before the mark is taken away.
            let isWhole = count < wanted
            bytes.removeFirst(mark)
            count -= mark
            let isCut = !isWhole
            if !isCut || wanted > ReadingLimits.record || RowEnds.last(in: bytes.span.bytes, count, layout) > 0 {
                return (
                    Chunk(bytes: bytes, count: count, file: 0, offset: Int64(mark), isCut: isCut), Int64(mark)
                )
            }
            wanted = ReadingLimits.record + 4
        }
    }

    /// A parser that fills what is wished for.
    ///
    /// Of NDJSON nobody knows before its end whether a field is there: see ``ChunkIndex/met``.
    /// - Throws: ``EngineError/missingColumn(_:path:known:)``.
    func parser(for wishes: FieldWishes) throws(EngineError) -> RowParser {
        switch layout {
        case .csv(let dialect):
            let known = Set(fields)
            for name in wishes.columns where name.isEmpty || !known.contains(name) {
                throw .missingColumn(name, path: path, known: fields.filter { !$0.isEmpty })
            }
            let wanted = Dictionary(
                wishes.columns.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
            let targets = fields.map { wanted[$0] ?? -1 }
            return .csv(CSVParser(path: path, dialect: dialect, targets: targets))
        case .ndjson: return .ndjson(NDJSONParser(path: path, wishes: wishes, first: fields))
        }
    }

    /// A parser that fills `columns`.
    /// - Throws: ``EngineError/missingColumn(_:path:known:)``.
    func parser(for columns: [String]) throws(EngineError) -> RowParser {
        try parser(for: FieldWishes(columns: columns))
    }
}
