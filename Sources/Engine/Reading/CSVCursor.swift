internal import Model

/// A place in a chunk of CSV, moving forward field by field, from mark to mark (see ``CSVMarks``).
struct CSVCursor {
    private let path: String
    private let dialect: CSVDialect
    private let count: Int
    private let spill: Int
    private(set) var position = 0
    /// The next mark at or behind ``position``, by its number.
    private var mark = 0
    private(set) var line: Int
    private(set) var isAtRowEnd = false
    /// Values that are spelled otherwise than they read, one after the other.
    private(set) var decoded: [UInt8] = []
    /// Whether a value has a control character in it.
    private(set) var hasMetControls = false
    private var rowLine: Int
    private var rowStart = 0

    private static var quote: UInt8 { UInt8(ascii: "\"") }

    /// - Parameter spill: where the decoded values will stand.
    init(path: String, dialect: CSVDialect, count: Int, line: Int, spill: Int) {
        self.path = path
        self.dialect = dialect
        self.count = count
        self.line = line
        self.spill = spill
        rowLine = line
    }

    func place(_ column: Int?) -> Place { Place(file: path, line: rowLine, field: column.map { $0 + 1 }) }

    var rowTooLong: EngineError { .tooLong(place(nil), what: "the row", limit: ReadingLimits.record) }

    mutating func beginRow() {
        isAtRowEnd = false
        rowLine = line
        rowStart = position
    }

    @inline(__always)
    private func byte(_ bytes: RawSpan, _ index: Int) -> UInt8 {
        bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    /// Goes to where the next row starts; false at the end.
    mutating func skipEmptyLines(_ bytes: RawSpan, _ marks: Span<UInt32>) -> Bool {
        while position < count {
            switch byte(bytes, position) {
            case 0x0A: line += 1
            case 0x0D where position + 1 >= count || byte(bytes, position + 1) == 0x0A: break
            default: return true
            }
            position += 1
            mark += 1
        }
        return false
    }

    /// Reads the next field: where its value lies.
    @inline(__always)
    mutating func field(_ bytes: RawSpan, _ marks: Span<UInt32>, _ column: Int) throws(EngineError) -> Range<Int> {
        let start = position
        let end = Int(marks[mark])
        let stop = byte(bytes, end)
        if stop == dialect.delimiter, end < count, end &- start <= ReadingLimits.field {
            position = end &+ 1
            mark &+= 1
            return Range(uncheckedBounds: (start, end))
        }
        if stop == 0x0A, end < count, end &- rowStart < ReadingLimits.field {
            position = end &+ 1
            mark &+= 1
            line &+= 1
            isAtRowEnd = true
            return Range(uncheckedBounds: (start, end))
        }
        return try unusual(bytes, marks, column)
    }

    /// Reads a field that ends neither at a delimiter nor at a plain line feed.
    @inline(never)
    private mutating func unusual(
        _ bytes: RawSpan, _ marks: Span<UInt32>, _ column: Int
    ) throws(EngineError) -> Range<Int> {
        let start = position
        if byte(bytes, start) == Self.quote, start < count, dialect.quotes != .none {
            return try quoted(bytes, marks, column)
        }
        while true {
            let end = Int(marks[mark])
            let stop = end < count ? byte(bytes, end) : 0
            position = end
            if isFieldEnd(stop) {
                try endField(bytes, column, stop)
                return try bounded(start..<end, column)
            }
            if stop == Self.quote {
                switch dialect.quotes {
                case .afterDelimiter, .none: break
                case .anywhere: return try mixed(bytes, marks, column, start)
                case .strict:
                    throw .syntax(place(column), problem: "there is a quote inside a field that is not quoted")
                }
            } else {
                hasMetControls = true
            }
            mark += 1
        }
    }

    private func isFieldEnd(_ byte: UInt8) -> Bool {
        byte == dialect.delimiter || byte == 0x0A || byte == 0x0D || byte == 0
    }

    /// Takes what ends a field, here: a delimiter, a line end, or the end of the chunk, which reads as NUL.
    private mutating func endField(_ bytes: RawSpan, _ column: Int, _ stop: UInt8) throws(EngineError) {
        if position < count, stop == dialect.delimiter {
            position += 1
            mark += 1
            return
        }
        guard isFieldEnd(stop) else { throw .syntax(place(column), problem: "there is text after a closing quote") }
        if stop == 0, position < count { throw .syntax(place(column), problem: "there is a NUL byte") }
        isAtRowEnd = true
        guard position - rowStart <= ReadingLimits.record else { throw rowTooLong }
        guard position < count else { return }
        position += 1
        mark += 1
        if stop == 0x0D, position < count {
            guard byte(bytes, position) == 0x0A else {
                throw .syntax(place(column), problem: "there is a carriage return that ends no line")
            }
            position += 1
            mark += 1
        }
        line += 1
    }

    private func bounded(_ range: Range<Int>, _ column: Int) throws(EngineError) -> Range<Int> {
        guard range.count <= ReadingLimits.field else {
            throw .tooLong(place(column), what: "a field", limit: ReadingLimits.field)
        }
        return range
    }

    // MARK: Quotes

    /// Reads a field that starts with a quote; without doubled quotes its value stands as it is.
    private mutating func quoted(
        _ bytes: RawSpan, _ marks: Span<UInt32>, _ column: Int
    ) throws(EngineError) -> Range<Int> {
        let (start, startMark, startLine) = (position, mark, line)
        let end = try closingQuote(bytes, marks, column)
        let next = position < count ? byte(bytes, position) : 0
        if next == Self.quote || dialect.quotes != .strict && !isFieldEnd(next) {
            (position, mark, line) = (start, startMark, startLine)
            return try mixed(bytes, marks, column, start)
        }
        try endField(bytes, column, next)
        return try bounded((start + 1)..<end, column)
    }

    /// From an opening quote to behind the next quote; returns where that one stands.
    private mutating func closingQuote(
        _ bytes: RawSpan, _ marks: Span<UInt32>, _ column: Int
    ) throws(EngineError) -> Int {
        while true {
            mark += 1
            guard mark < marks.count else { throw unterminated(column) }
            let index = Int(marks[mark])
            guard index < count else { throw unterminated(column) }
            switch byte(bytes, index) {
            case Self.quote:
                mark += 1
                position = index + 1
                return index
            case 0x0A:
                line += 1
                hasMetControls = true
            case 0: throw .syntax(place(column), problem: "there is a NUL byte")
            case 1..<0x20: hasMetControls = true
            default: break
            }
        }
    }

    private func unterminated(_ column: Int) -> EngineError {
        count - rowStart > ReadingLimits.record
            ? rowTooLong : .syntax(place(column), problem: "a quoted field does not end")
    }

    /// Reads a field, from `start` on, that has quotes inside, and writes its value out.
    ///
    /// The cursor is at the field's first quote.
    private mutating func mixed(
        _ bytes: RawSpan, _ marks: Span<UInt32>, _ column: Int, _ start: Int
    ) throws(EngineError) -> Range<Int> {
        let from = decoded.count
        for index in start..<position { decoded.append(byte(bytes, index)) }
        var mayOpen = true
        while true {
            let next = position < count ? byte(bytes, position) : 0
            if next == Self.quote, mayOpen || dialect.quotes == .anywhere {
                try section(bytes, marks, column)
            } else if isFieldEnd(next) {
                try endField(bytes, column, next)
                return try bounded((spill + from)..<(spill + decoded.count), column)
            } else {
                guard dialect.quotes != .strict else {
                    throw .syntax(place(column), problem: "there is text after a closing quote")
                }
                decoded.append(next)
                hasMetControls = hasMetControls || next < 0x20
                if position == Int(marks[mark]) { mark += 1 }
                position += 1
            }
            mayOpen = false
        }
    }

    /// Reads a quoted section, doubled quotes included, to behind its closing quote.
    private mutating func section(
        _ bytes: RawSpan, _ marks: Span<UInt32>, _ column: Int
    ) throws(EngineError) {
        while true {
            let start = position + 1
            let end = try closingQuote(bytes, marks, column)
            for index in start..<end { decoded.append(byte(bytes, index)) }
            guard position < count, byte(bytes, position) == Self.quote else { return }
            decoded.append(Self.quote)
        }
    }
}
