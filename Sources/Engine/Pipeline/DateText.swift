/// Dates as SendGrid's custom fields take them (RFC 3339).
enum DateText {
    /// `2026-11-23` becomes midnight UTC of that day; a date with time and zone stays as it is; anything else is nil.
    static func rfc3339(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let bytes = Array(text)
        guard bytes.count >= 10, isDate(bytes[0..<10]) else { return nil }
        if bytes.count == 10 { return bytes + Array("T00:00:00Z".utf8) }
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"), isTime(bytes[11..<19]) else { return nil }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { isDigit($0) }
            guard (1...9).contains(fraction.count) else { return nil }
            rest = rest.dropFirst(1 + fraction.count)
        }
        if rest.elementsEqual("Z".utf8) { return bytes }
        guard rest.count == 6, let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            let hours = number(rest.dropFirst().prefix(2)), hours < 24, rest[rest.startIndex + 3] == UInt8(ascii: ":"),
            let minutes = number(rest.suffix(2)), minutes < 60
        else { return nil }
        return bytes
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func isDate(_ text: ArraySlice<UInt8>) -> Bool {
        let start = text.startIndex
        guard text[start + 4] == UInt8(ascii: "-"), text[start + 7] == UInt8(ascii: "-"),
            let year = number(text[start..<(start + 4)]), let month = number(text[(start + 5)..<(start + 7)]),
            let day = number(text[(start + 8)..<(start + 10)]), (1...12).contains(month), day >= 1
        else { return false }
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        return day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    private static func isTime(_ text: ArraySlice<UInt8>) -> Bool {
        let start = text.startIndex
        guard text[start + 2] == UInt8(ascii: ":"), text[start + 5] == UInt8(ascii: ":"),
            let hours = number(text[start..<(start + 2)]), let minutes = number(text[(start + 3)..<(start + 5)]),
            let seconds = number(text[(start + 6)..<(start + 8)])
        else { return false }
        return hours < 24 && minutes < 60 && seconds <= 60
    }
}
