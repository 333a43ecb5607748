/// A JSON value (RFC 8259), for replies, and for custom fields, whose type is known only after looking at them.
indirect enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])
}

extension JSON: Decodable {
    init(from decoder: any Decoder) throws {
        let box = try decoder.singleValueContainer()
        // Text first: it is by far the most frequent, and every miss costs the making of an error.
        if let text = try? box.decode(String.self) {
            self = .string(text)
        } else if box.decodeNil() {
            self = .null
        } else if let truth = try? box.decode(Bool.self) {
            self = .bool(truth)
        } else if let number = try? box.decode(Double.self) {
            self = .number(number)
        } else if let items = try? box.decode([JSON].self) {
            self = .array(items)
        } else {
            self = .object(try box.decode([String: JSON].self))
        }
    }
}

extension JSON: Encodable {
    func encode(to encoder: any Encoder) throws {
        var box = encoder.singleValueContainer()
        switch self {
        case .null: try box.encodeNil()
        case .bool(let truth): try box.encode(truth)
        case .integer(let number): try box.encode(number)
        case .number(let number): try box.encode(number)
        case .string(let text): try box.encode(text)
        case .array(let items): try box.encode(items)
        case .object(let members): try box.encode(members)
        }
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    init(nilLiteral: ()) { self = .null }
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
