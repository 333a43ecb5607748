/// The grammar of a JSON number (RFC 8259 section 6).
public enum NumberText {
    /// Whether `text` is a JSON number as it stands.
    public static func isJSONNumber(_ text: some Collection<UInt8>) -> Bool {
        let bytes = Array(text)
        return isJSONNumber(bytes.span.bytes, 0..<bytes.count)
    }

    /// Whether the bytes of `text` in `range` are a JSON number as they stand.
    public static func isJSONNumber(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        var position = range.lowerBound
        func byte() -> UInt8 {
            position < range.upperBound ? text.unsafeLoad(fromByteOffset: position, as: UInt8.self) : 0
        }
        func dropDigits() -> Int {
            let start = position
            while (0x30...0x39).contains(byte()) { position += 1 }
            return position - start
        }
        if byte() == UInt8(ascii: "-") { position += 1 }
        let leadsWithZero = byte() == UInt8(ascii: "0")
        let whole = dropDigits()
        guard whole > 0, !(leadsWithZero && whole > 1) else { return false }
        if byte() == UInt8(ascii: ".") {
            position += 1
            guard dropDigits() > 0 else { return false }
        }
        if byte() | 0x20 == UInt8(ascii: "e") {
            position += 1
            if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") { position += 1 }
            guard dropDigits() > 0 else { return false }
        }
        return position == range.upperBound
    }
}
