internal import FoundationEssentials

/// Base 64 of RFC 4648 section 4 in its one spelling.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// The bytes, or nil if `text` is not what ``encode(_:)`` writes: padding must be there and its unused bits zero,
    /// or a note could be changed without its signature noticing.
    static func decode(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text) else { return nil }
        let bytes = Array(data)
        return encode(bytes).hasSameBytes(as: text) ? bytes : nil
    }
}

/// Decimal numbers as C2SP formats write them: digits only, no leading zero.
enum Decimal {
    static func decode(_ text: String) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text == "0" || text.utf8.first != 0x30 else {
            return nil
        }
        return Int64(text)
    }
}

extension String {
    /// Whether both are the same bytes; `==` takes different spellings of a character for the same.
    func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Whether this can be the name of a key: not empty, no white space, no control character, no `+`.
    var isKeyName: Bool {
        !isEmpty
            && unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "+" && !$0.properties.isWhitespace }
    }
}
