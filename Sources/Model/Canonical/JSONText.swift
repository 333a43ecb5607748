/// JSON string spelling, shared by log entries and request bodies: RFC 8785 section 3.2.2.2.
public enum JSONText {
    /// Appends `text` as a JSON string.
    public static func writeString(_ text: String, to out: inout [UInt8]) {
        var text = text
        text.withUTF8 { writeString(utf8: $0, to: &out) }
    }

    /// Appends the UTF-8 text in `utf8` as a JSON string: only `"`, `\` and control characters are escaped.
    public static func writeString(utf8: some Collection<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in utf8 { writeEscaped(byte, to: &out) }
        out.append(UInt8(ascii: "\""))
    }

    /// Appends one byte of a string's inside, escaped if it has to be.
    static func writeEscaped(_ byte: UInt8, to out: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(contentsOf: [UInt8(ascii: "\\"), byte])
        case 0x08: out.append(contentsOf: #"\b"#.utf8)
        case 0x09: out.append(contentsOf: #"\t"#.utf8)
        case 0x0A: out.append(contentsOf: #"\n"#.utf8)
        case 0x0C: out.append(contentsOf: #"\f"#.utf8)
        case 0x0D: out.append(contentsOf: #"\r"#.utf8)
        case 0..<0x20: out.append(contentsOf: (#"\u00"# + Hex.encode([byte])).utf8)
        default: out.append(byte)
        }
    }
}
