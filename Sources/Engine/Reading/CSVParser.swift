internal import Model

/// Parses CSV, RFC 4180 and the dialects of Customer Insights, in UTF-8.
///
/// Written out here because the CSV packages at hand read whole files into strings and do not say where a row is
/// malformed.
///
/// Strict where leniency would lose data: a row with another number of fields than the header (unless short rows are said
/// to be meant), a quote where the dialect
/// has none, a NUL and an unterminated quote are errors. Lines end in LF or CRLF; an empty line is skipped.
struct CSVParser: Sendable {
    private let path: String
    private let dialect: CSVDialect
    /// For each column of the file, which wanted field it fills, or -1.
    private let targets: [Int]

    init(path: String, dialect: CSVDialect, targets: [Int]) {
        self.path = path
        self.dialect = dialect
        self.targets = targets
    }

    /// Fills `table` with the rows of `chunk`; returns how many lines the chunk has.
    func parse(_ chunk: consuming Chunk, line: Int, into table: inout RowTable) throws(EngineError) -> Int {
        let bytes = chunk.bytes.span.bytes
        let marks = CSVMarks.find(in: bytes, chunk.count, delimiter: dialect.delimiter)
        var cursor = CSVCursor(path: path, dialect: dialect, count: chunk.count, line: line, spill: chunk.bytes.count)
        let places = marks.span
        let (columns, isCut, count) = (table.columns, chunk.isCut, chunk.count)
        let wanted = targets.span
        // A row that is not an error has as many marks as columns; a short one has a line feed at least.
        let rows =
            dialect.isRaggedRight
            ? marks.reduce(1) { $0 + (bytes.unsafeLoad(fromByteOffset: Int($1), as: UInt8.self) == 0x0A ? 1 : 0) }
            : marks.count / max(1, targets.count) + 1
        try table.requireRoom(rows: rows, path: path)
        let isRaggedRight = dialect.isRaggedRight
        try table.fill(rows: rows) { (lines, fields) throws(EngineError) in
            var row = 0
            while cursor.skipEmptyLines(bytes, places) {
                cursor.beginRow()
                if row < lines.count { lines[row] = cursor.line }
                var column = 0
                repeat {
                    let field = try cursor.field(bytes, places, column)
                    if column < wanted.count, wanted[column] >= 0 {
                        fields[row &* columns &+ wanted[column]] = RowTable.place(field)
                    }
                    column &+= 1
                } while !cursor.isAtRowEnd
                guard column == wanted.count || isRaggedRight && column < wanted.count else {
                    if isCut, cursor.position >= count { throw cursor.rowTooLong }
                    throw EngineError.ragged(cursor.place(nil), expected: wanted.count, found: column)
                }
                row &+= 1
            }
            return row
        }
        if chunk.isCut { throw cursor.rowTooLong }
        table.mayHoldControls = cursor.hasMetControls
        table.bytes = chunk.bytes
        if !cursor.decoded.isEmpty { table.spill(cursor.decoded) }
        return cursor.line - line
    }

    /// The names in the first row of a chunk, and how many bytes and lines that row has.
    /// - Parameter decoding: whether names have to be UTF-8; else they are not to be used.
    static func header(
        _ chunk: Chunk, path: String, dialect: CSVDialect, decoding: Bool = true
    ) throws(EngineError) -> (names: [String], bytes: Int, lines: Int) {
        let bytes = chunk.bytes.span.bytes
        let marks = CSVMarks.find(in: bytes, chunk.count, delimiter: dialect.delimiter)
        let places = marks.span
        var cursor = CSVCursor(path: path, dialect: dialect, count: chunk.count, line: 1, spill: chunk.bytes.count)
        guard cursor.skipEmptyLines(bytes, places) else { throw .unreadable(path: path, problem: "it is empty") }
        cursor.beginRow()
        var names: [String] = []
        var known: Set<String> = []
        repeat {
            let field = try cursor.field(bytes, places, names.count)
            let text =
                field.lowerBound < chunk.bytes.count
                ? chunk.bytes[field]
                : cursor.decoded[(field.lowerBound - chunk.bytes.count)..<(field.upperBound - chunk.bytes.count)]
            guard decoding else {
                names.append("")
                continue
            }
            guard let name = String(validating: text, as: UTF8.self) else { throw .encoding(cursor.place(nil)) }
            // Columns without a name are read, and nobody can ask for them: Excel leaves such at the right.
            guard name.isEmpty || known.insert(name).inserted else { throw .duplicateColumn(name, path: path) }
            names.append(name)
        } while !cursor.isAtRowEnd
        if chunk.isCut, cursor.position >= chunk.count { throw cursor.rowTooLong }
        guard !decoding || !known.isEmpty else { throw .syntax(cursor.place(1), problem: "no column has a name") }
        return (names, cursor.position, cursor.line - 1)
    }
}
