internal import Model

/// Parses one JSON object a line (RFC 8259).
///
/// Written out here because Foundation's decoder builds a tree for every row, rounds long numbers, lets a doubled key
/// pass, and does not say in which column a row is malformed.
///
/// Strings are unescaped; numbers keep their spelling; `true` and `false` are those words; `null` and a missing key are
/// no value. Arrays and objects are passed over, unless the field is wanted, but a flag that is set anywhere in them
/// counts. A field is there if any object has it.
struct NDJSONParser: Sendable {
    private let path: String
    private let wishes: FieldWishes
    private let keys: KeyTable

    /// - Parameter first: keys that are expected, in their order.
    init(path: String, wishes: FieldWishes, first: [String] = []) {
        self.path = path
        self.wishes = wishes
        keys = KeyTable(columns: wishes.columns, flags: wishes.flags, first: first)
    }

    /// What was met while a chunk was parsed.
    private struct State {
        var keys: KeyTable
        /// The row in which each key was seen last, so that a doubled one is noticed; -1 before.
        var seen: [Int]
        /// Likewise for each column: two spellings of one accent are one field.
        var filled: [Int]

        var met: [MetField] {
            seen.indices.filter { seen[$0] >= 0 }
                .map { MetField(name: keys.name($0), isWanted: keys.targets[$0].isWanted) }
        }
    }

    /// Fills `table` with the rows of `chunk`; returns how many lines the chunk has.
    func parse(_ chunk: consuming Chunk, line: Int, into table: inout RowTable) throws(EngineError) -> Int {
        let raw = chunk.bytes.span.bytes
        var scanner = JSONScanner(path: path, spill: chunk.bytes.count)
        var state = State(
            keys: keys, seen: Array(repeating: -1, count: keys.count),
            filled: Array(repeating: -1, count: wishes.columns.count))
        var lineNumber = line
        let rows = Self.lineFeeds(raw, chunk.count) + 1
        let (columns, isCut, count) = (table.columns, chunk.isCut, chunk.count)
        // What was met before a malformed row was met all the same.
        defer { table.met = state.met }
        try table.requireRoom(rows: rows, path: path)
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
                    try object(raw, &scanner, &state, row) { fields[row &* columns &+ $0] = RowTable.place($1) }
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
        _ raw: RawSpan, _ scanner: inout JSONScanner, _ state: inout State, _ row: Int,
        found: (Int, Range<Int>) -> Void
    ) throws(EngineError) {
        var guess = 0
        try scanner.expect(raw, UInt8(ascii: "{"), "an object")
        var isFirst = true
        while let name = try scanner.nextKey(raw, isFirst: &isFirst) {
            let key = Self.key(raw, scanner, name, &state, from: guess)
            guess = key &+ 1
            let target = state.keys.targets[key]
            // What is only shown may be of any kind; what is decided or sent by is one plain value.
            let isStrict = target.isFlag || (target.column >= 0 && target.column < wishes.plain)
            let isDoubled = state.seen[key] == row || (target.column >= 0 && state.filled[target.column] == row)
            guard !isDoubled || !(isStrict || wishes.isWhole) else {
                throw .syntax(
                    Place(file: path, line: scanner.line), problem: "the key '\(state.keys.name(key))' stands twice")
            }
            state.seen[key] = row
            guard target.isWanted else {
                if let value = try Self.flagged(raw, &scanner, &state, asked: wishes.flags != nil) {
                    found(wishes.columns.count, value)
                }
                continue
            }
            let value =
                isStrict ? try scanner.scalar(raw, named: state.keys.name(key)) : try scanner.value(raw)
            guard value.count <= ReadingLimits.field else {
                if !isStrict { continue }
                throw .tooLong(Place(file: path, line: scanner.line), what: "a field", limit: ReadingLimits.field)
            }
            if target.column >= 0 {
                state.filled[target.column] = row
                found(target.column, value)
            }
            // Of several flags one that is set decides, whatever the others say.
            if target.isFlag, Self.isSet(raw, scanner, value) { found(wishes.columns.count, value) }
        }
        try scanner.expectEnd(raw)
    }

    /// Passes over a value that no field is filled from: where it lies if a flag is set in it.
    ///
    /// The flag may be about somebody else whom the value holds: better one message too few.
    private static func flagged(
        _ raw: RawSpan, _ scanner: inout JSONScanner, _ state: inout State, asked isAsked: Bool
    ) throws(EngineError) -> Range<Int>? {
        guard isAsked else {
            try scanner.skipValue(raw)
            return nil
        }
        var isFound = false
        let value = try scanner.skipValue(raw) { scanner, name, value in
            let number = key(raw, scanner, name, &state, from: state.keys.count)
            isFound = isFound || (state.keys.targets[number].isFlag && isSet(raw, scanner, value))
        }
        return isFound ? value : nil
    }

    private static func key(
        _ raw: RawSpan, _ scanner: JSONScanner, _ name: Range<Int>, _ state: inout State, from guess: Int
    ) -> Int {
        guard name.lowerBound >= scanner.spill else { return key(raw, name, &state, from: guess) }
        let range = (name.lowerBound - scanner.spill)..<(name.upperBound - scanner.spill)
        return key(scanner.decoded.span.bytes, range, &state, from: guess)
    }

    private static func key(_ text: RawSpan, _ range: Range<Int>, _ state: inout State, from guess: Int) -> Int {
        if let key = state.keys.find(text, range, from: guess) { return key }
        state.seen.append(-1)
        return state.keys.add(text, range)
    }

    private static func isSet(_ raw: RawSpan, _ scanner: JSONScanner, _ value: Range<Int>) -> Bool {
        guard value.lowerBound >= scanner.spill else { return FlagText.isSet(raw, value) }
        let range = (value.lowerBound - scanner.spill)..<(value.upperBound - scanner.spill)
        return FlagText.isSet(scanner.decoded.span.bytes, range)
    }

    /// The keys of the first object: a first look.
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
            try scanner.skipValue(raw)
        }
        return names
    }
}
