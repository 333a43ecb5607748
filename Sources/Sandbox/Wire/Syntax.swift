/// The sandbox's own idea of well-formed values, deliberately not the client's.
enum Syntax {
    /// Whether an address is one that the service takes: ASCII, a dot-atom local part, a domain of at least two labels.
    static func isEmail(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= 254, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
        return isLocalPart(bytes[..<at]) && isDomain(bytes[(at + 1)...])
    }

    private static func isLocalPart(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard (1...64).contains(bytes.count), bytes.first != dot, bytes.last != dot else { return false }
        var last: UInt8 = 0
        for byte in bytes {
            guard isAlphanumeric(byte) || specials.contains(byte) || (byte == dot && last != dot) else { return false }
            last = byte
        }
        return true
    }

    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        let labels = bytes.split(separator: dot, omittingEmptySubsequences: false)
        guard labels.count >= 2, let top = labels.last, top.count >= 2, top.allSatisfy({ !isDigit($0) }) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                && label.allSatisfy { isAlphanumeric($0) || $0 == hyphen }
        }
    }

    /// A date as it is stored, without fractions of a second: `2021-02-11T23:03:03Z`, `2021-02-11` or `02/11/2021`;
    /// nil for anything else.
    static func storedDate(_ text: String) -> String? {
        var rest = Array(text.utf8)[...]
        if text.contains("/") {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
            guard parts.count == 3, isDay(year: parts[2], month: parts[0], day: parts[1]) else { return nil }
            return text
        }
        guard let year = digits(4, &rest), take("-", &rest), let month = digits(2, &rest), take("-", &rest),
            let day = digits(2, &rest), isDay(year: year, month: month, day: day)
        else { return nil }
        if rest.isEmpty { return text }
        guard take("T", &rest), let hour = digits(2, &rest), take(":", &rest), let minute = digits(2, &rest),
            take(":", &rest), let second = digits(2, &rest), hour < 24, minute < 60, second < 61
        else { return nil }
        let whole = String(decoding: Array(text.utf8).prefix(19), as: UTF8.self)
        if take(".", &rest) {
            let fraction = rest.prefix(while: isDigit)
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(fraction.count)
        }
        return isOffset(rest) ? whole + String(decoding: rest, as: UTF8.self) : nil
    }

    private static func isDay(year: Int, month: Int, day: Int) -> Bool {
        guard (1...9999).contains(year), (1...12).contains(month) else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    private static func isOffset(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.elementsEqual("Z".utf8) { return true }
        var rest = bytes
        guard take("+", &rest) || take("-", &rest), let hour = digits(2, &rest), take(":", &rest),
            let minute = digits(2, &rest)
        else { return false }
        return rest.isEmpty && hour < 24 && minute < 60
    }

    private static func digits(_ count: Int, _ bytes: inout ArraySlice<UInt8>) -> Int? {
        let found = bytes.prefix(count)
        guard found.count == count, found.allSatisfy(isDigit) else { return nil }
        bytes = bytes.dropFirst(count)
        return found.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func take(_ character: Unicode.Scalar, _ bytes: inout ArraySlice<UInt8>) -> Bool {
        guard bytes.first == UInt8(ascii: character) else { return false }
        bytes = bytes.dropFirst()
        return true
    }

    private static let dot = UInt8(ascii: ".")
    private static let hyphen = UInt8(ascii: "-")
    private static let specials = Set("!#$%&'*+/=?^_`{|}~-".utf8)

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a)
    }

    /// A part of a path without its percent signs (RFC 3986 section 2.1); one that stands for nothing stays.
    static func unescaped(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let digits = bytes[index...].dropFirst().prefix(2)
            if bytes[index] == UInt8(ascii: "%"), digits.count == 2,
                let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                plain.append(byte)
                index += 3
            } else {
                plain.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }
}
