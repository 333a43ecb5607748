internal import Model

/// Parses one JSON object a line (RFC 8259).
///
/// Written out here because Foundation's decoder builds a tree for every row, rounds long numbers, lets a doubled key
/// pass, and does not say in which column a row is malformed.
///
/// Strings are unescaped; numbers keep their spelling; `true` and `false` are those words; `null` and a missing key are
/// no value. Arrays and objects are skipped, unless the field is wanted.
struct NDJSONParser: Sendable {
    private let path: String
    private let columns: [String]
    /// The names of the columns, one after the other, and where each ends.
    private let names: [UInt8]
    private let ends: [Int]

    init(path: String, columns: [String]) {
        self.path = path
        self.columns = columns
        names = columns.flatMap { Array($0.utf8) }
        ends = columns.reduce(into: []) { $0.append(($0.last ?? 0) + $1.utf8.count) }
    }

    /// Fills `table` with the rows of `chunk`; returns how many lines the chunk has.
    func parse(_ chunk: consuming Chunk, line: Int, into table: inout RowTable) throws(EngineError) -> Int {
        let raw = chunk.bytes.span.bytes
        var scanner = JSONScanner(path: path, spill: chunk.bytes.count)
        // The row in which each column was seen last, so that a doubled key is noticed.
        var seen = [Int](repeating: -1, count: columns.count)
        var lineNumber = line
        let rows = Self.lineFeeds(raw, chunk.count) + 1
        let (columns, isCut, count) = (table.columns, chunk.isCut, chunk.count)
        try table.fill(rows: rows) { (lines, fields) throws(EngineError) in
            var row = 0
            var start = 0
            while start < count {
                let end = Self.lineEnd(raw, start, count)
                guard end - start <= ReadingLimits.record, !(isCut && end == count) else {
                    throw .tooLong(Place(file: path, line: lineNumber), what: "the line", limit: ReadingLimits.record)
                }
                if scanner.begin(raw, start..<end, line: lineNumber) {
                    lines[row] = lineNumber
                    try object(raw, &scanner, &seen, row) { fields[row &* columns &+ $0] = RowTable.place($1) }
                    row += 1
                }
                lineNumber += 1
                start = end + 1
            }
            return row
        }
        // Only an escape can stand for one, and then the value is among the decoded ones.
        table.mayHoldControls = !scanner.decoded.isEmpty
        table.bytes = chunk.bytes
        if !scanner.decoded.isEmpty { table.spill(scanner.decoded) }
        return lineNumber - line
    }

    private static func lineFeeds(_ raw: RawSpan, _ count: Int) -> Int {
        let pattern = ByteWord.all(0x0A)
        return stride(from: 0, to: count, by: 8).reduce(0) { found, index in
            found + ByteWord.count(ByteWord.equal(ByteWord.load(raw, index), pattern))
        }
    }

    private static func lineEnd(_ raw: RawSpan, _ start: Int, _ count: Int) -> Int {
        let pattern = ByteWord.all(0x0A)
        var index = start
        while index < count {
            let marks = ByteWord.equal(ByteWord.load(raw, index), pattern)
            if marks != 0 { return min(count, index + marks.trailingZeroBitCount >> 3) }
            index += 8
        }
        return count
    }

    private func object(
        _ raw: RawSpan, _ scanner: inout JSONScanner, _ seen: inout [Int], _ row: Int,
        found: (Int, Range<Int>) -> Void
    ) throws(EngineError) {
        var guess = 0
        try scanner.expect(raw, UInt8(ascii: "{"), "an object")
        var isFirst = true
        while let name = try scanner.nextKey(raw, isFirst: &isFirst) {
            guard let column = column(raw, scanner.decoded, name, scanner.spill, from: guess) else {
                try scanner.skipValue(raw, depth: 0)
                continue
            }
            guess = column + 1
            guard seen[column] != row else {
                throw .syntax(
                    Place(file: path, line: scanner.line), problem: "the key '\(columns[column])' stands twice")
            }
            seen[column] = row
            let value = try scanner.scalar(raw, named: columns[column])
            guard value.count <= ReadingLimits.field else {
                throw .tooLong(Place(file: path, line: scanner.line), what: "a field", limit: ReadingLimits.field)
            }
            found(column, value)
        }
        try scanner.expectEnd(raw)
    }

    /// Finds the column with this name; keys mostly come in the same order, so the search starts behind the last one.
    private func column(_ raw: RawSpan, _ decoded: [UInt8], _ name: Range<Int>, _ spill: Int, from guess: Int) -> Int? {
        let isSpilled = name.lowerBound >= spill
        for offset in columns.indices {
            let column = guess + offset < ends.count ? guess + offset : guess + offset - ends.count
            let start = column == 0 ? 0 : ends[column - 1]
            guard ends[column] - start == name.count else { continue }
            var isEqual = true
            for index in 0..<name.count where isEqual {
                let byte =
                    isSpilled
                    ? decoded[name.lowerBound - spill + index]
                    : raw.unsafeLoad(fromByteOffset: name.lowerBound + index, as: UInt8.self)
                isEqual = names[start + index] == byte
            }
            if isEqual { return column }
        }
        return nil
    }

    /// The keys of the first object.
    static func fields(_ chunk: Chunk, path: String) throws(EngineError) -> [String] {
        let raw = chunk.bytes.span.bytes
        var scanner = JSONScanner(path: path, spill: chunk.bytes.count)
        var start = 0
        var line = 1
        while start < chunk.count {
            let end = lineEnd(raw, start, chunk.count)
            guard !(chunk.isCut && end == chunk.count) else {
                throw .tooLong(Place(file: path, line: line), what: "the line", limit: ReadingLimits.record)
            }
            if scanner.begin(raw, start..<end, line: line) {
                return try keys(raw, &scanner, chunk)
            }
            line += 1
            start = end + 1
        }
        throw .unreadable(path: path, problem: "it is empty")
    }

    private static func keys(
        _ raw: RawSpan, _ scanner: inout JSONScanner, _ chunk: Chunk
    ) throws(EngineError) -> [String] {
        var names: [String] = []
        try scanner.expect(raw, UInt8(ascii: "{"), "an object")
        var isFirst = true
        while let name = try scanner.nextKey(raw, isFirst: &isFirst) {
            let bytes =
                name.lowerBound < scanner.spill
                ? chunk.bytes[name]
                : scanner.decoded[(name.lowerBound - scanner.spill)..<(name.upperBound - scanner.spill)]
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .encoding(Place(file: scanner.path, line: scanner.line))
            }
            names.append(text)
            try scanner.skipValue(raw, depth: 0)
        }
        return names
    }
}
