/// The grammar of a JSON number (RFC 8259 section 6).
public enum NumberText {
    /// Whether `text` is a JSON number as it stands.
    public static func isJSONNumber(_ text: some Collection<UInt8>) -> Bool {
        var rest = text[...]
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        func dropDigits() -> Int {
            let digits = rest.prefix(while: isDigit)
            rest = rest[digits.endIndex...]
            return digits.count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let leadsWithZero = rest.first == UInt8(ascii: "0")
        let whole = dropDigits()
        guard whole > 0, !(leadsWithZero && whole > 1) else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard dropDigits() > 0 else { return false }
        }
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard dropDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
