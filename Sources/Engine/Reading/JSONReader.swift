internal import Model

/// Reads a JSON document (RFC 8259) of a stranger.
///
/// It is not JSONDecoder because that one takes the last of two members of one name, turns numbers into Double and goes
/// as deep as the document says.
struct JSONReader {
    private let bytes: [UInt8]
    private let file: String
    private var index = 0
    /// The path to the value that is read, for errors.
    private var path: [String]
    static let maximumLength = 1 << 20
    static let maximumDepth = 64

    private init(_ bytes: [UInt8], file: String, path: String) {
        self.bytes = bytes
        self.file = file
        self.path = path.isEmpty ? [] : [path]
    }

    /// The document in `bytes`; `path` is where it stands if it stood in another one.
    static func read(
        _ bytes: [UInt8], file: String, path: String = "", limit: Int = maximumLength
    ) throws(EngineError) -> JSONNode {
        var reader = JSONReader(bytes, file: file, path: path)
        guard bytes.count <= limit else {
            throw reader.error("it is longer than \(limit) bytes")
        }
        if let name = WideEncoding.name(of: bytes[...]) { throw .wideEncoding(file, name) }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw reader.error("it is not UTF-8") }
        // Windows tools put a byte order mark in front.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.index = 3 }
        let value = try reader.value(depth: 0)
        guard reader.peek() == nil else { throw reader.syntax("there is something behind its end") }
        return JSONNode(file: file, path: path, value: value)
    }

    private func error(_ problem: String) -> EngineError {
        .definition(file: file, path: path.joined(), problem: problem)
    }

    private func syntax(_ problem: String) -> EngineError { error("this is no JSON: byte \(index + 1): \(problem)") }

    /// The next byte that is no blank.
    private mutating func peek() -> UInt8? {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
        return index < bytes.count ? bytes[index] : nil
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(EngineError) -> JSONValue {
        guard depth <= Self.maximumDepth else { throw error("it is nested more than \(Self.maximumDepth) deep") }
        switch peek() {
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["): return .array(try items(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        default: break
        }
        let start = index
        while index < bytes.count, Self.isWordPart(bytes[index]) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        switch word {
        case "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default:
            guard NumberText.isJSONNumber(bytes[start..<index]) else {
                index = start
                throw syntax("a value is expected")
            }
            return .number(word)
        }
    }

    private static func isWordPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }

    private mutating func items(depth: Int) throws(EngineError) -> [JSONValue] {
        index += 1
        var items: [JSONValue] = []
        if take("]") { return items }
        repeat {
            path.append("[\(items.count)]")
            items.append(try value(depth: depth + 1))
            path.removeLast()
        } while take(",")
        guard take("]") else { throw syntax("',' or ']' is expected") }
        return items
    }

    private mutating func members(depth: Int) throws(EngineError) -> [JSONValue.Member] {
        index += 1
        var members: [JSONValue.Member] = []
        // By bytes: to `==` of strings two names that are spelled differently may be one.
        var names: Set<[UInt8]> = []
        if take("}") { return members }
        repeat {
            guard peek() == UInt8(ascii: "\"") else { throw syntax("a name in quotes is expected") }
            let name = try string()
            guard take(":") else { throw syntax("':' is expected") }
            path.append(path.isEmpty ? Self.shown(name) : ".\(Self.shown(name))")
            guard names.insert(Array(name.utf8)).inserted else { throw error("it is there twice") }
            members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
            path.removeLast()
        } while take(",")
        guard take("}") else { throw syntax("',' or '}' is expected") }
        return members
    }

    /// A name as it can stand in an error.
    private static func shown(_ name: String) -> String {
        let isPlain = name.utf8.count <= 64 && name.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isPlain ? name : RuleText.quoted(String(name.prefix(64)), by: "'")
    }
}

// MARK: Strings

extension JSONReader {
    private mutating func string() throws(EngineError) -> String {
        index += 1
        var text: [UInt8] = []
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                index += 1
                text += String(try escaped()).utf8
            case 0..<0x20: throw syntax("a control character stands in a text")
            default:
                text.append(byte)
                index += 1
            }
        }
        throw syntax("a text does not end")
    }

    private mutating func escaped() throws(EngineError) -> Unicode.Scalar {
        guard index < bytes.count else { throw syntax("a text does not end") }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try unit()
            if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
            guard first < 0xDC00, bytes[index...].starts(with: Array("\\u".utf8)) else {
                throw syntax("half a surrogate pair")
            }
            index += 2
            let second = try unit()
            guard (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(second) - 0xDC00)
            else { throw syntax("half a surrogate pair") }
            return scalar
        default: throw syntax("an escape that JSON does not have")
        }
    }

    private mutating func unit() throws(EngineError) -> UInt16 {
        let digits = bytes[index...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw syntax("four hexadecimal digits are expected") }
        index += 4
        return unit
    }
}
