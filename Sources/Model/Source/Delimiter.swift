/// What stands between the fields of a CSV file, as a person names it.
public struct Delimiter: Sendable, Hashable {
    /// The byte.
    public let byte: UInt8

    /// The byte that `text` names: one ASCII character that is no quote and ends no line, `tab`, `\\t`, `comma`,
    /// `semicolon` or `pipe`; nil if it names none.
    public init?(named text: String) {
        switch text.lowercased() {
        case "tab", "\\t": byte = 0x09
        case "comma": byte = UInt8(ascii: ",")
        case "semicolon": byte = UInt8(ascii: ";")
        case "pipe": byte = UInt8(ascii: "|")
        default:
            guard text.utf8.count == 1, let only = text.utf8.first, Self.isPossible(only) else { return nil }
            byte = only
        }
    }

    private static func isPossible(_ byte: UInt8) -> Bool {
        byte == 0x09 || (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"")
    }

    /// Reads back the member `delimiter` of a definition.
    static func read(_ canonical: CanonicalJSON) throws(ModelError) -> UInt8? {
        guard canonical["delimiter"] != nil else { return nil }
        guard let byte = UInt8(exactly: try canonical.integer("delimiter")), isPossible(byte) else {
            throw .configuration(key: "delimiter")
        }
        return byte
    }
}
