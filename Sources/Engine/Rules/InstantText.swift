/// Dates and times in profiles and rules.
///
/// `2026-11-23` is midnight UTC of that day. A time follows after `T` or a blank as `10:00:00`, with up to nine digits
/// of a second behind a point, and `Z`, `+01:00` or `-01:00`; without, it is UTC. Nothing else is a date: 11/23/2026
/// would be a guess at what stands first. A 60th second (a leap second) is the first of the next minute.
enum InstantText {
    /// Seconds since 1970 UTC and nanoseconds, or nil if `text` is no date.
    static func instant(_ text: Span<UInt8>) -> RuleKey? {
        guard text.count >= 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            let year = number(text, 0, 4), let month = number(text, 5, 2), let day = number(text, 8, 2),
            month >= 1, month <= 12, day >= 1, day <= 28 || day <= CivilDate.days(inMonth: month, of: year)
        else { return nil }
        let midnight = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400
        if text.count == 10 { return RuleKey(midnight, 0) }
        guard text.count >= 19, text[10] | 0x20 == UInt8(ascii: "t") || text[10] == UInt8(ascii: " "),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            let hour = number(text, 11, 2), hour < 24, let minute = number(text, 14, 2), minute < 60,
            let second = number(text, 17, 2), second <= 60
        else { return nil }
        let seconds = midnight + hour * 3600 + minute * 60 + second
        if text.count == 19 { return RuleKey(seconds, 0) }
        var index = 19
        guard let nanoseconds = fraction(text, &index), let offset = offset(text, index) else { return nil }
        return RuleKey(seconds - offset, nanoseconds)
    }

    /// Seconds since midnight and nanoseconds of `10:30`, `10:30:00` or `10:30:00.5`, or nil.
    static func timeOfDay(_ text: Span<UInt8>) -> RuleKey? {
        guard text.count >= 5, text[2] == UInt8(ascii: ":"), let hour = number(text, 0, 2), hour < 24,
            let minute = number(text, 3, 2), minute < 60
        else { return nil }
        if text.count == 5 { return RuleKey(hour * 3600 + minute * 60, 0) }
        guard text.count >= 8, text[5] == UInt8(ascii: ":"), let second = number(text, 6, 2), second < 60 else {
            return nil
        }
        var index = 8
        guard let nanoseconds = fraction(text, &index), index == text.count else { return nil }
        return RuleKey(hour * 3600 + minute * 60 + second, nanoseconds)
    }

    @inline(__always)
    private static func number(_ text: Span<UInt8>, _ start: Int, _ count: Int) -> Int64? {
        var value: Int64 = 0
        for index in start..<(start + count) {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return value
    }

    /// Nanoseconds; nil for a point without one to nine digits.
    private static func fraction(_ text: Span<UInt8>, _ index: inout Int) -> Int64? {
        guard index < text.count, text[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        var value: Int64 = 0
        var digits = 0
        while index < text.count, (0x30...0x39).contains(text[index]) {
            guard digits < 9 else { return nil }
            value = value * 10 + Int64(text[index] - 0x30)
            digits += 1
            index += 1
        }
        guard digits > 0 else { return nil }
        for _ in digits..<9 { value *= 10 }
        return value
    }

    /// Seconds east of Greenwich.
    private static func offset(_ text: Span<UInt8>, _ index: Int) -> Int64? {
        guard index < text.count else { return 0 }
        if text[index] | 0x20 == UInt8(ascii: "z") { return index + 1 == text.count ? 0 : nil }
        guard index + 6 == text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-"),
            text[index + 3] == UInt8(ascii: ":"), let hours = number(text, index + 1, 2), hours < 24,
            let minutes = number(text, index + 4, 2), minutes < 60
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return text[index] == UInt8(ascii: "-") ? -seconds : seconds
    }
}
