/// Reads CSV, RFC 4180, in UTF-8.
///
/// Written out here because the CSV packages at hand read whole files into strings and do not say where a row is
/// malformed.
///
/// Strict where leniency would lose data: a row with another number of fields than the header, a quote inside an
/// unquoted field, text after a closing quote, a NUL and an unterminated quote are errors. A byte order mark is skipped;
/// lines end in LF or CRLF; an empty line is skipped.
final class CSVReader: RecordReader {
    private let file: InputFile
    private let delimiter: UInt8
    private var buffer: [UInt8]
    private var filled = 0
    private var position = 0
    private var line = 1
    private(set) var bytesRead: Int64 = 0
    /// For each column of the file, the wanted fields it fills; empty for most.
    private var wanted: [[Int]] = []
    private var expected: Int?

    var path: String { file.path }

    /// Opens a file, of which `columns` are wanted.
    /// - Parameter names: the columns of a file without header row; nil if the first row names them.
    init(
        _ path: String, columns: [String], names: [String]?, delimiter: UInt8 = UInt8(ascii: ","),
        hasHeader: Bool, chunk: Int = ReadingLimits.chunk
    ) throws(EngineError) {
        file = try InputFile(path)
        self.delimiter = delimiter
        buffer = [UInt8](repeating: 0, count: max(1, chunk))
        try skipByteOrderMark()
        var header = names
        if hasHeader {
            let row = try readHeader()
            if let names, names != row {
                throw .model(path: path, problem: "its header row differs from the attributes in model.json")
            }
            header = row
        }
        guard let header else { throw .unreadable(path: path, problem: "it has no header row") }
        try match(header, columns)
    }

    var fingerprint: SourceFingerprint { file.fingerprint }

    /// The column names of a CSV file.
    static func header(of path: String) throws(EngineError) -> [String] {
        let reader = try CSVReader(path, columns: [], names: [], hasHeader: false)
        return try reader.readHeader()
    }

    func next(_ record: inout Record) throws(EngineError) -> Bool {
        record.clear()
        record.line = line
        guard try skipEmptyLines(&record) else {
            try file.requireUnchanged()
            return false
        }
        var column = 0
        var isAtRowEnd = false
        while !isAtRowEnd {
            let start = record.count
            isAtRowEnd = try field(&record, start: start, column: column)
            if column < wanted.count {
                for index in wanted[column] { record.setField(index, from: start) }
            }
            column += 1
        }
        let expected = expected ?? wanted.count
        guard column == expected else {
            throw .ragged(place(record), expected: expected, found: column)
        }
        guard UTF8Check.isValid(record.bytes[...]) else { throw .encoding(place(record)) }
        return true
    }

    // MARK: The header

    private func readHeader() throws(EngineError) -> [String] {
        var record = Record(columns: 0)
        record.line = line
        guard try skipEmptyLines(&record) else { throw .unreadable(path: path, problem: "it is empty") }
        var names: [String] = []
        var isAtRowEnd = false
        while !isAtRowEnd {
            let start = record.count
            isAtRowEnd = try field(&record, start: start, column: names.count)
            guard let name = String(validating: record.bytes[start...], as: UTF8.self) else {
                throw .encoding(place(record))
            }
            guard !name.isEmpty else { throw .syntax(place(record, names.count), problem: "a column has no name") }
            guard !names.contains(name) else { throw .duplicateColumn(name, path: path) }
            names.append(name)
        }
        return names
    }

    private func match(_ header: [String], _ columns: [String]) throws(EngineError) {
        wanted = Array(repeating: [], count: header.count)
        for (index, name) in columns.enumerated() {
            guard let column = header.firstIndex(of: name) else {
                throw .missingColumn(name, path: path, known: header)
            }
            wanted[column].append(index)
        }
        expected = header.count
    }

    // MARK: Bytes

    private func refill() throws(EngineError) -> Bool {
        filled = try file.read(into: &buffer)
        position = 0
        bytesRead += Int64(filled)
        return filled > 0
    }

    private func peek() throws(EngineError) -> UInt8? {
        if position == filled, try !refill() { return nil }
        return buffer[position]
    }

    private func skipByteOrderMark() throws(EngineError) {
        guard try peek() == 0xEF else { return }
        for expected: UInt8 in [0xEF, 0xBB, 0xBF] {
            guard try peek() == expected else { throw .encoding(Place(file: path, line: 1)) }
            position += 1
        }
    }

    private func skipEmptyLines(_ record: inout Record) throws(EngineError) -> Bool {
        while let byte = try peek() {
            if byte == 0x0A {
                line += 1
            } else if byte != 0x0D {
                record.line = line
                return true
            }
            position += 1
        }
        return false
    }

    /// Reads one field, appends its value; true if it ended the row.
    private func field(_ record: inout Record, start: Int, column: Int) throws(EngineError) -> Bool {
        guard let first = try peek() else { return true }
        if first == UInt8(ascii: "\"") {
            position += 1
            return try quoted(&record, start, column)
        }
        while true {
            guard try peek() != nil else { return true }
            // One pass over what is in the buffer, then one copy.
            let begin = position
            var end = begin
            var stop: UInt8?
            while end < filled {
                let byte = buffer[end]
                if byte == delimiter || byte <= 0x0D || byte == UInt8(ascii: "\"") {
                    if byte == delimiter || byte == 0x0A || byte == 0x0D || byte == 0 || byte == UInt8(ascii: "\"") {
                        stop = byte
                        break
                    }
                }
                end += 1
            }
            record.append(buffer[begin..<end])
            position = end
            try bound(record, start, column)
            guard let stop else { continue }
            position += 1
            switch stop {
            case delimiter: return false
            case 0x0A:
                line += 1
                return true
            case 0x0D:
                try lineFeed(record, column)
                return true
            case 0: throw .syntax(place(record, column), problem: "there is a NUL byte")
            default: throw .syntax(place(record, column), problem: "there is a quote inside a field that is not quoted")
            }
        }
    }

    private func quoted(_ record: inout Record, _ start: Int, _ column: Int) throws(EngineError) -> Bool {
        while true {
            guard try peek() != nil else {
                throw .syntax(place(record, column), problem: "a quoted field does not end")
            }
            let begin = position
            var end = begin
            while end < filled, buffer[end] != UInt8(ascii: "\""), buffer[end] != 0 {
                if buffer[end] == 0x0A { line += 1 }
                end += 1
            }
            record.append(buffer[begin..<end])
            position = end
            try bound(record, start, column)
            guard end < filled else { continue }
            guard buffer[end] != 0 else { throw .syntax(place(record, column), problem: "there is a NUL byte") }
            position += 1
            switch try peek() {
            case UInt8(ascii: "\""):
                record.append(UInt8(ascii: "\""))
                position += 1
            case delimiter:
                position += 1
                return false
            case nil: return true
            case 0x0A:
                position += 1
                line += 1
                return true
            case 0x0D:
                position += 1
                try lineFeed(record, column)
                return true
            default: throw .syntax(place(record, column), problem: "there is text after a closing quote")
            }
        }
    }

    private func lineFeed(_ record: Record, _ column: Int) throws(EngineError) {
        guard let byte = try peek() else { return }
        guard byte == 0x0A else {
            throw .syntax(place(record, column), problem: "there is a carriage return that ends no line")
        }
        position += 1
        line += 1
    }

    private func bound(_ record: Record, _ start: Int, _ column: Int) throws(EngineError) {
        guard record.count - start <= ReadingLimits.field else {
            throw .tooLong(place(record, column), what: "a field", limit: ReadingLimits.field)
        }
        guard record.count <= ReadingLimits.record else {
            throw .tooLong(place(record), what: "the row", limit: ReadingLimits.record)
        }
    }

    private func place(_ record: Record, _ column: Int? = nil) -> Place {
        Place(file: path, line: record.line, field: column.map { $0 + 1 })
    }
}
