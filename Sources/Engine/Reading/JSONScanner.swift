internal import Model

/// Walks over the JSON text of one line.
struct JSONScanner {
    let path: String
    /// Where the decoded values will stand.
    let spill: Int
    private(set) var line = 0
    /// Strings with escapes, as they read, one after the other.
    private(set) var decoded: [UInt8] = []
    private var position = 0
    private var start = 0
    private var end = 0

    init(path: String, spill: Int) {
        self.path = path
        self.spill = spill
    }

    /// Turns to a line; false if it is blank.
    mutating func begin(_ raw: RawSpan, _ range: Range<Int>, line: Int) -> Bool {
        self.line = line
        position = range.lowerBound
        start = range.lowerBound
        end = range.upperBound
        skipSpace(raw)
        return position < end
    }

    private func byte(_ raw: RawSpan) -> UInt8 { raw.unsafeLoad(fromByteOffset: position, as: UInt8.self) }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

    private func error(_ problem: String) -> EngineError {
        .syntax(Place(file: path, line: line), problem: "column \(position - start + 1): \(problem)")
    }

    private mutating func skipSpace(_ raw: RawSpan) {
        while position < end, Self.isSpace(byte(raw)) { position += 1 }
    }

    /// Takes `wanted` if it comes next.
    mutating func take(_ raw: RawSpan, _ wanted: UInt8) throws(EngineError) -> Bool {
        skipSpace(raw)
        guard position < end else { throw error("the line ends too early") }
        guard byte(raw) == wanted else { return false }
        position += 1
        return true
    }

    mutating func expect(_ raw: RawSpan, _ wanted: UInt8, _ what: String) throws(EngineError) {
        guard try take(raw, wanted) else { throw error("\(what) is expected") }
    }

    /// Reads the next key of an object and the colon behind it: where the key lies; nil at the object's end.
    mutating func nextKey(_ raw: RawSpan, isFirst: inout Bool) throws(EngineError) -> Range<Int>? {
        if try take(raw, UInt8(ascii: "}")) { return nil }
        if !isFirst { try expect(raw, UInt8(ascii: ","), "',' or '}'") }
        isFirst = false
        let key = try string(raw)
        try expect(raw, UInt8(ascii: ":"), "':'")
        return key
    }

    mutating func expectEnd(_ raw: RawSpan) throws(EngineError) {
        skipSpace(raw)
        guard position == end else { throw error("there is text after the object") }
    }

    // MARK: Strings

    private static let quotes = ByteWord.all(UInt8(ascii: "\""))
    private static let backslashes = ByteWord.all(UInt8(ascii: "\\"))

    /// Reads a string: where its value lies.
    mutating func string(_ raw: RawSpan) throws(EngineError) -> Range<Int> {
        try expect(raw, UInt8(ascii: "\""), "a string")
        let from = position
        while position < end {
            let word = ByteWord.load(raw, position)
            let marks =
                (ByteWord.equal(word, Self.quotes) | ByteWord.equal(word, Self.backslashes) | ByteWord.controls(word))
                & ByteWord.first(end - position)
            guard marks != 0 else {
                position += 8
                continue
            }
            position += marks.trailingZeroBitCount >> 3
            switch byte(raw) {
            case UInt8(ascii: "\""):
                position += 1
                return from..<(position - 1)
            case UInt8(ascii: "\\"): return try escaped(raw, from)
            default: throw error("there is a control character in a string")
            }
        }
        position = end
        throw error("a string does not end")
    }

    /// Reads on in a string whose first escape is here, and writes its value out.
    private mutating func escaped(_ raw: RawSpan, _ from: Int) throws(EngineError) -> Range<Int> {
        let decodedStart = decoded.count
        for index in from..<position { decoded.append(raw.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
        while position < end {
            let next = byte(raw)
            position += 1
            switch next {
            case UInt8(ascii: "\""): return (spill + decodedStart)..<(spill + decoded.count)
            case UInt8(ascii: "\\"): try escape(raw)
            case 0..<0x20:
                position -= 1
                throw error("there is a control character in a string")
            default: decoded.append(next)
            }
        }
        throw error("a string does not end")
    }

    private mutating func escape(_ raw: RawSpan) throws(EngineError) {
        guard position < end else { throw error("the line ends too early") }
        let next = byte(raw)
        position += 1
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(next)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): try unicodeEscape(raw)
        default: throw error("there is no such escape")
        }
    }

    private mutating func unicodeEscape(_ raw: RawSpan) throws(EngineError) {
        var code = try hexDigits(raw)
        if (0xD800..<0xDC00).contains(code) {
            guard position + 1 < end, byte(raw) == UInt8(ascii: "\\"),
                raw.unsafeLoad(fromByteOffset: position + 1, as: UInt8.self) == UInt8(ascii: "u")
            else { throw error("half of a surrogate pair is missing") }
            position += 2
            let low = try hexDigits(raw)
            guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair is missing") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair is missing") }
        decoded.append(contentsOf: String(Character(scalar)).utf8)
    }

    private mutating func hexDigits(_ raw: RawSpan) throws(EngineError) -> UInt32 {
        guard position + 4 <= end else { throw error("the line ends too early") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(byte(raw))).hexDigitValue else {
                throw error("four hexadecimal digits are expected")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: Values

    /// Reads a value that is neither array nor object: where it lies, empty for null.
    mutating func scalar(_ raw: RawSpan, named name: String) throws(EngineError) -> Range<Int> {
        skipSpace(raw)
        guard position < end else { throw error("the line ends too early") }
        switch byte(raw) {
        case UInt8(ascii: "\""): return try string(raw)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            throw error("'\(name)' is an object or array; a plain value is expected")
        default: return try word(raw)
        }
    }

    /// Sees a member of an object: the scanner, where the key lies, and where the value lies.
    typealias Visitor = (JSONScanner, _ key: Range<Int>, _ value: Range<Int>) -> Void

    /// Reads any value: where it lies; an array or object as it is spelt.
    /// - Parameter visit: sees the members of all objects in it, however deep.
    mutating func value(
        _ raw: RawSpan, depth: Int = 0, visit: Visitor = { _, _, _ in }
    ) throws(EngineError) -> Range<Int> {
        guard depth < ReadingLimits.nesting else {
            throw error("values are nested more than \(ReadingLimits.nesting) deep")
        }
        skipSpace(raw)
        guard position < end else { throw error("the line ends too early") }
        let from = position
        switch byte(raw) {
        case UInt8(ascii: "{"): try members(raw, depth, visit)
        case UInt8(ascii: "["): try elements(raw, depth, visit)
        default: return try scalar(raw, named: "")
        }
        return from..<position
    }

    /// Passes over any value, as ``value(_:depth:visit:)`` reads it: nothing of it is kept among what is decoded.
    @discardableResult
    mutating func skipValue(
        _ raw: RawSpan, depth: Int = 0, visit: Visitor = { _, _, _ in }
    ) throws(EngineError) -> Range<Int> {
        let kept = decoded.count
        defer { decoded.removeSubrange(kept...) }
        return try value(raw, depth: depth, visit: visit)
    }

    private mutating func members(_ raw: RawSpan, _ depth: Int, _ visit: Visitor) throws(EngineError) {
        position += 1
        var isFirst = true
        let kept = decoded.count
        while let key = try nextKey(raw, isFirst: &isFirst) {
            // Read before the scanner is shown: what the value decodes to stands in it.
            let value = try value(raw, depth: depth + 1, visit: visit)
            visit(self, key, value)
            decoded.removeSubrange(kept...)
        }
    }

    private mutating func elements(_ raw: RawSpan, _ depth: Int, _ visit: Visitor) throws(EngineError) {
        position += 1
        var isFirst = true
        while try !take(raw, UInt8(ascii: "]")) {
            if !isFirst { try expect(raw, UInt8(ascii: ","), "',' or ']'") }
            isFirst = false
            try skipValue(raw, depth: depth + 1, visit: visit)
        }
    }

    /// Reads `true`, `false`, `null` (as an empty range) or a number.
    private mutating func word(_ raw: RawSpan) throws(EngineError) -> Range<Int> {
        let from = position
        while position < end, !Self.endsWord(byte(raw)) { position += 1 }
        let range = from..<position
        if spells("null", raw, range) { return from..<from }
        if spells("true", raw, range) || spells("false", raw, range) || NumberText.isJSONNumber(raw, range) {
            return range
        }
        position = from
        throw error("a value is expected")
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || isSpace(byte)
    }

    private func spells(_ word: StaticString, _ raw: RawSpan, _ range: Range<Int>) -> Bool {
        guard word.utf8CodeUnitCount == range.count else { return false }
        return word.withUTF8Buffer { text in
            for index in 0..<text.count
            where text[index] != raw.unsafeLoad(fromByteOffset: range.lowerBound + index, as: UInt8.self) {
                return false
            }
            return true
        }
    }
}
