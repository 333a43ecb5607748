internal import Model

/// Numbers and dates as SendGrid's custom fields take them, made of what rules read as such: a value that is a date to a
/// rule is one to a field.
enum TypedText {
    /// A JSON number (RFC 8259 section 6) worth the same, digit by digit; nil if the value is no number.
    static func number(_ bytes: RawSpan, _ range: Range<Int>, _ form: ValueForm?) -> [UInt8]? {
        let value = copy(bytes, range)
        guard let plain = ValueForm.isPlainNumber(value.span, form) ? value : ValueForm.plainNumber(value.span, form)
        else { return nil }
        var rest = plain[...]
        var number: [UInt8] = []
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            if sign == UInt8(ascii: "-") { number.append(sign) }
            rest.removeFirst()
        }
        let whole = rest.prefix { isDigit($0) }
        rest = rest.dropFirst(whole.count)
        let significant = whole.drop { $0 == 0x30 }
        number += significant.isEmpty ? [0x30] : significant
        if rest.first == UInt8(ascii: ".") {
            let decimals = rest.dropFirst().prefix { isDigit($0) }
            rest = rest.dropFirst(1 + decimals.count)
            if !decimals.isEmpty { number += [UInt8(ascii: ".")] + decimals }
        }
        return number + rest
    }

    /// A date of RFC 3339 that is the same point in time, in UTC; nil if the value is no date.
    static func date(_ bytes: RawSpan, _ range: Range<Int>, _ form: ValueForm?) -> [UInt8]? {
        let value = copy(bytes, range)
        guard let instant = ValueForm.instant(value.span, form) else { return nil }
        let days = instant.first.floorDivided(by: 86_400)
        let (date, second) = (CivilDate(daysSince1970: days), instant.first - days * 86_400)
        // An offset may lead out of the years that four digits can spell.
        guard (0...9999).contains(date.year) else { return nil }
        var text = pad(date.year, 4) + "-" + pad(date.month, 2) + "-" + pad(date.day, 2)
        text += "T" + pad(second / 3600, 2) + ":" + pad(second / 60 % 60, 2) + ":" + pad(second % 60, 2)
        if instant.second > 0 {
            var fraction = Substring(pad(instant.second, 9))
            while fraction.last == "0" { fraction.removeLast() }
            text += "." + fraction
        }
        return Array((text + "Z").utf8)
    }

    static func copy(_ bytes: RawSpan, _ range: Range<Int>) -> [UInt8] {
        range.map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func pad(_ number: Int64, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
}
