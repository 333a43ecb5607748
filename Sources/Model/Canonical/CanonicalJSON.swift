import FoundationEssentials

/// A JSON value restricted to what log entries may hold, with exactly one spelling.
///
/// The spelling is that of RFC 8785 (JCS), and of its types there are only objects, arrays, strings and integers of at
/// most 2^53 - 1 in size. No floats, no booleans, no null: every value reads the same in every parser.
public indirect enum CanonicalJSON: Hashable, Sendable {
    case string(String)
    case integer(Int64)
    case array([CanonicalJSON])
    case object([String: CanonicalJSON])

    /// The largest integer that every JSON parser keeps exactly (RFC 8259 section 6).
    public static let maximumInteger: Int64 = 9_007_199_254_740_991

    /// The one spelling of this value, UTF-8 without white space, keys in order of their UTF-16 code units.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        write(to: &out)
        return out
    }

    /// The same as ``bytes``, as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    private func write(to out: inout [UInt8]) {
        switch self {
        case .string(let text): JSONText.writeString(text, to: &out)
        case .integer(let value): out.append(contentsOf: String(value).utf8)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                item.write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            let keys = members.keys.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) }
            for (index, key) in keys.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONText.writeString(key, to: &out)
                out.append(UInt8(ascii: ":"))
                members[key]?.write(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// Reads a value and makes sure that `bytes` is its one spelling: what does not come out again byte for byte
    /// (white space, key order, a duplicate key, another escape, a float) is refused.
    /// - Throws: ``ModelError/notCanonical(reason:)``.
    public init(bytes: [UInt8]) throws(ModelError) {
        let decoded: Decoded
        do {
            decoded = try JSONDecoder().decode(Decoded.self, from: Data(bytes))
        } catch {
            throw .notCanonical(reason: "it is no JSON value of objects, arrays, strings and integers")
        }
        guard decoded.value.bytes == bytes else { throw .notCanonical(reason: "it has another spelling") }
        self = decoded.value
    }
}

extension CanonicalJSON {
    /// The member `key` of an object, if this is one and has it.
    public subscript(key: String) -> CanonicalJSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The string at `key`.
    /// - Throws: ``ModelError/configuration(key:)`` if there is none.
    public func string(_ key: String) throws(ModelError) -> String {
        guard case .string(let text) = self[key] else { throw .configuration(key: key) }
        return text
    }

    /// The string at `key`, or nil.
    public func optionalString(_ key: String) -> String? {
        guard case .string(let text) = self[key] else { return nil }
        return text
    }

    /// The integer at `key`.
    /// - Throws: ``ModelError/configuration(key:)`` if there is none.
    public func integer(_ key: String) throws(ModelError) -> Int64 {
        guard case .integer(let value) = self[key] else { throw .configuration(key: key) }
        return value
    }

    /// The array of strings at `key`.
    /// - Throws: ``ModelError/configuration(key:)`` if there is none.
    public func strings(_ key: String) throws(ModelError) -> [String] {
        guard case .array(let items) = self[key] else { throw .configuration(key: key) }
        return try items.map { (item) throws(ModelError) in
            guard case .string(let text) = item else { throw .configuration(key: key) }
            return text
        }
    }

    /// An array of strings.
    public static func strings(_ texts: some Sequence<String>) -> CanonicalJSON { .array(texts.map { .string($0) }) }
}

private struct Decoded: Decodable {
    let value: CanonicalJSON

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if let text = try? single.decode(String.self) {
            value = .string(text)
        } else if let integer = try? single.decode(Int64.self),
            (-CanonicalJSON.maximumInteger...CanonicalJSON.maximumInteger).contains(integer)
        {
            value = .integer(integer)
        } else if let items = try? single.decode([Decoded].self) {
            value = .array(items.map(\.value))
        } else {
            value = .object(try single.decode([String: Decoded].self).mapValues(\.value))
        }
    }
}
