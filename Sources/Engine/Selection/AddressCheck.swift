/// The syntax of e-mail addresses, as far as SendGrid takes them: RFC 5321 section 4.1.2 without quoted local parts and
/// address literals, ASCII alone, at most 254 bytes.
enum AddressCheck {
    /// Without the spaces and tabs around it.
    static func trimmed(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, isBlank(byte(bytes, start)) { start += 1 }
        while end > start, isBlank(byte(bytes, end - 1)) { end -= 1 }
        return start..<end
    }

    /// Why the address in `range` is not taken, or nil; capitals are as good as small letters.
    static func problem(_ bytes: RawSpan, _ range: Range<Int>) -> RejectionReason? {
        if range.isEmpty { return .missingEmail }
        // No dot at the start, at the end, or after another.
        var previous = UInt8(ascii: ".")
        var index = range.lowerBound
        while index < range.upperBound {
            let next = byte(bytes, index)
            guard isAtom(next) || next == UInt8(ascii: ".") && previous != next else { break }
            previous = next
            index &+= 1
        }
        let isTaken =
            index < range.upperBound && byte(bytes, index) == UInt8(ascii: "@") && previous != UInt8(ascii: ".")
            && index &- range.lowerBound <= 64 && range.count <= 254
            && isDomain(bytes, (index &+ 1)..<range.upperBound)
        return isTaken ? nil : reason(bytes, range)
    }

    /// Rejections are rare, so their reason is looked for only then.
    private static func reason(_ bytes: RawSpan, _ range: Range<Int>) -> RejectionReason {
        if range.contains(where: { byte(bytes, $0) >= 0x80 }) { return .nonASCIIEmail }
        return range.count > 254 ? .emailTooLong : .invalidEmail
    }

    @inline(__always)
    private static func byte(_ bytes: RawSpan, _ index: Int) -> UInt8 {
        bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// `atext` of RFC 5322 section 3.2.3, a bit for each of the 128 ASCII characters: `!#$%&'*+-/=?^_{|}~` and the
    /// backtick, letters and digits.
    private static var atoms: (low: UInt64, high: UInt64) { (0xA3FF_ACFA_0000_0000, 0x7FFF_FFFF_C7FF_FFFE) }

    @inline(__always)
    private static func isAtom(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return false }
        return (byte < 64 ? atoms.low : atoms.high) >> UInt64(byte & 63) & 1 == 1
    }

    private static func isDomain(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
        var labels = 0
        var start = range.lowerBound
        var hasLetter = false
        var index = start
        while true {
            let next = index < range.upperBound ? byte(bytes, index) : UInt8(ascii: ".")
            if next | 0x20 >= 0x61, next | 0x20 <= 0x7A {
                hasLetter = true
            } else if next == UInt8(ascii: ".") {
                // A label: not empty, at most 63 long, no hyphen at its ends.
                let length = index &- start
                guard length > 0, length <= 63, byte(bytes, index &- 1) != UInt8(ascii: "-"),
                    byte(bytes, start) != UInt8(ascii: "-")
                else { return false }
                guard index < range.upperBound else {
                    // The last one is no number, so that no IP address passes, and no single letter.
                    return labels > 0 && hasLetter && length >= 2
                }
                labels &+= 1
                start = index &+ 1
                hasLetter = false
            } else if next < 0x30 || next > 0x39, next != UInt8(ascii: "-") {
                return false
            }
            index &+= 1
        }
    }
}
