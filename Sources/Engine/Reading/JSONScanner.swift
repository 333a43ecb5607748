internal import Model

/// Walks over the JSON text of one line.
struct JSONScanner {
    private let text: [UInt8]
    private var position = 0
    private let path: String
    private let line: Int

    init(_ text: [UInt8], path: String, line: Int) {
        self.text = text
        self.path = path
        self.line = line
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

    private func error(_ problem: String) -> EngineError {
        .syntax(Place(file: path, line: line), problem: "column \(position + 1): \(problem)")
    }

    private mutating func skipSpace() {
        while position < text.count, Self.isSpace(text[position]) { position += 1 }
    }

    /// Takes `byte` if it comes next.
    mutating func take(_ byte: UInt8) throws(EngineError) -> Bool {
        skipSpace()
        guard position < text.count else { throw error("the line ends too early") }
        guard text[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func expect(_ byte: UInt8, _ what: String) throws(EngineError) {
        guard try take(byte) else { throw error("\(what) is expected") }
    }

    mutating func expectEnd() throws(EngineError) {
        skipSpace()
        guard position == text.count else { throw error("there is text after the object") }
    }

    /// Reads a string and appends its value.
    mutating func string(into record: inout Record) throws(EngineError) {
        try expect(UInt8(ascii: "\""), "a string")
        while position < text.count {
            let byte = text[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape(into: &record)
            case 0..<0x20: throw error("there is a control character in a string")
            default: record.append(byte)
            }
        }
        throw error("a string does not end")
    }

    private mutating func escape(into record: inout Record) throws(EngineError) {
        guard position < text.count else { throw error("the line ends too early") }
        let byte = text[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): record.append(byte)
        case UInt8(ascii: "b"): record.append(0x08)
        case UInt8(ascii: "f"): record.append(0x0C)
        case UInt8(ascii: "n"): record.append(0x0A)
        case UInt8(ascii: "r"): record.append(0x0D)
        case UInt8(ascii: "t"): record.append(0x09)
        case UInt8(ascii: "u"): try unicodeEscape(into: &record)
        default: throw error("there is no such escape")
        }
    }

    private mutating func unicodeEscape(into record: inout Record) throws(EngineError) {
        var code = try hexDigits()
        if (0xD800..<0xDC00).contains(code) {
            guard position + 1 < text.count, text[position] == UInt8(ascii: "\\"),
                text[position + 1] == UInt8(ascii: "u")
            else { throw error("half of a surrogate pair is missing") }
            position += 2
            let low = try hexDigits()
            guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair is missing") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair is missing") }
        record.append(Array(String(Character(scalar)).utf8))
    }

    private mutating func hexDigits() throws(EngineError) -> UInt32 {
        guard position + 4 <= text.count else { throw error("the line ends too early") }
        var value: UInt32 = 0
        for byte in text[position..<(position + 4)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("four hexadecimal digits are expected")
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    /// Reads a value that is neither array nor object and appends it.
    mutating func scalar(into record: inout Record, named name: String) throws(EngineError) {
        skipSpace()
        guard position < text.count else { throw error("the line ends too early") }
        switch text[position] {
        case UInt8(ascii: "\""): try string(into: &record)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            throw error("'\(name)' is an object or array; a plain value is expected")
        default:
            let word = try word()
            if !word.elementsEqual("null".utf8) { record.append(word) }
        }
    }

    /// Reads `true`, `false`, `null` or a number.
    private mutating func word() throws(EngineError) -> ArraySlice<UInt8> {
        let start = position
        while position < text.count, ![0x2C, 0x7D, 0x5D].contains(text[position]), !Self.isSpace(text[position]) {
            position += 1
        }
        let word = text[start..<position]
        guard
            word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8) || word.elementsEqual("null".utf8)
                || NumberText.isJSONNumber(word)
        else {
            position = start
            throw error("a value is expected")
        }
        return word
    }

    /// Passes over any value.
    mutating func skipValue(depth: Int) throws(EngineError) {
        guard depth < ReadingLimits.nesting else {
            throw error("values are nested more than \(ReadingLimits.nesting) deep")
        }
        skipSpace()
        guard position < text.count else { throw error("the line ends too early") }
        var ignored = Record(columns: 0)
        switch text[position] {
        case UInt8(ascii: "\""): try string(into: &ignored)
        case UInt8(ascii: "{"):
            position += 1
            var isFirst = true
            while try !take(UInt8(ascii: "}")) {
                if !isFirst { try expect(UInt8(ascii: ","), "',' or '}'") }
                isFirst = false
                try string(into: &ignored)
                try expect(UInt8(ascii: ":"), "':'")
                try skipValue(depth: depth + 1)
            }
        case UInt8(ascii: "["):
            position += 1
            var isFirst = true
            while try !take(UInt8(ascii: "]")) {
                if !isFirst { try expect(UInt8(ascii: ","), "',' or ']'") }
                isFirst = false
                try skipValue(depth: depth + 1)
            }
        default: _ = try word()
        }
    }
}
