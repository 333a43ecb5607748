/// Walks over a date as cultures and formats spell it.
struct DateScanner {
    private let text: [UInt8]
    private var index = 0

    init(_ text: Span<UInt8>) {
        self.text = text.indices.map { text[$0] }
    }

    var isAtEnd: Bool { index == text.count }

    mutating func take(_ byte: UInt8) -> Bool {
        guard index < text.count, text[index] == byte else { return false }
        index += 1
        return true
    }

    /// One of these bytes, if it stands next.
    mutating func takeAny(of bytes: StaticString) -> UInt8? {
        guard index < text.count else { return nil }
        let next = text[index]
        let isAmong = bytes.withUTF8Buffer { $0.contains(next) }
        guard isAmong else { return nil }
        index += 1
        return next
    }

    /// A blank: a space, or the no-break spaces that newer libraries put before AM and PM.
    mutating func takeBlank() -> Bool {
        if take(0x20) { return true }
        for blank: [UInt8] in [[0xC2, 0xA0], [0xE2, 0x80, 0xAF]] where text.count - index >= blank.count {
            if blank.indices.allSatisfy({ text[index + $0] == blank[$0] }) {
                index += blank.count
                return true
            }
        }
        return false
    }

    /// A number of so many digits.
    mutating func number(_ digits: ClosedRange<Int>) -> Int64? {
        var value: Int64 = 0
        let start = index
        while index < text.count, index - start < digits.upperBound, (0x30...0x39).contains(text[index]) {
            value = value * 10 + Int64(text[index] - 0x30)
            index += 1
        }
        return index - start >= digits.lowerBound ? value : nil
    }

    /// Nanoseconds of one to nine digits.
    mutating func fraction() -> Int64? {
        let start = index
        guard var value = number(1...9) else { return nil }
        for _ in (index - start)..<9 { value *= 10 }
        return value
    }

    /// A word of ASCII letters, in any case; `word` is in small ones.
    mutating func takeWord(_ word: String) -> Bool {
        let bytes = Array(word.utf8)
        guard text.count - index >= bytes.count,
            bytes.indices.allSatisfy({ text[index + $0] | 0x20 == bytes[$0] })
        else { return false }
        index += bytes.count
        return true
    }

    /// Whether it is the second half of the day.
    mutating func half() -> Bool? {
        guard text.count - index >= 2, text[index + 1] | 0x20 == UInt8(ascii: "m") else { return nil }
        let first = text[index] | 0x20
        guard first == UInt8(ascii: "a") || first == UInt8(ascii: "p") else { return nil }
        index += 2
        return first == UInt8(ascii: "p")
    }

    /// Seconds east of Greenwich: `Z`, `+01:00` or `+0100`.
    mutating func offset() -> Int64? {
        if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
        guard let sign = takeAny(of: "+-"), let hours = number(2...2), hours < 24 else { return nil }
        _ = take(UInt8(ascii: ":"))
        guard let minutes = number(2...2), minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }

    /// A date in the order of a culture, alone or with a time.
    static func instant(_ text: Span<UInt8>, _ order: ValueForm.DateOrder, hasHalves: Bool) -> RuleKey? {
        var scanner = DateScanner(text)
        var date = DateParts()
        let isYearFirst = order == .yearMonthDay
        guard let first = scanner.number(isYearFirst ? 4...4 : 1...2), let mark = scanner.takeAny(of: "/.-"),
            let second = scanner.number(1...2), scanner.take(mark),
            let third = scanner.number(isYearFirst ? 1...2 : 4...4)
        else { return nil }
        switch order {
        case .monthDayYear: (date.month, date.day, date.year) = (first, second, third)
        case .dayMonthYear: (date.day, date.month, date.year) = (first, second, third)
        case .yearMonthDay: (date.year, date.month, date.day) = (first, second, third)
        }
        if scanner.isAtEnd { return date.instant }
        guard scanner.takeBlank(), let hour = scanner.number(1...2), let colon = scanner.takeAny(of: ":."),
            let minute = scanner.number(2...2)
        else { return nil }
        (date.hour, date.minute) = (hour, minute)
        if scanner.take(colon) {
            guard let second = scanner.number(2...2) else { return nil }
            date.second = second
            if scanner.takeAny(of: ".,") != nil {
                guard let nanoseconds = scanner.fraction() else { return nil }
                date.nanoseconds = nanoseconds
            }
        }
        if hasHalves {
            // Without AM or PM nobody knows which half of the day is meant.
            guard scanner.takeBlank(), let isSecond = scanner.half(), date.turn(toSecondHalf: isSecond) else {
                return nil
            }
        }
        if !scanner.isAtEnd {
            _ = scanner.takeBlank()
            guard let offset = scanner.offset() else { return nil }
            date.offset = offset
        }
        return scanner.isAtEnd ? date.instant : nil
    }
}

/// The parts of a point in time, as they are found.
struct DateParts {
    var year: Int64?
    var month: Int64 = 1
    var day: Int64 = 1
    var hour: Int64 = 0
    var minute: Int64 = 0
    var second: Int64 = 0
    var nanoseconds: Int64 = 0
    var offset: Int64 = 0

    /// Takes the hour as one of twelve; false if it is none.
    mutating func turn(toSecondHalf isSecond: Bool) -> Bool {
        guard (1...12).contains(hour) else { return false }
        hour = hour % 12 + (isSecond ? 12 : 0)
        return true
    }

    /// Seconds since 1970 UTC and nanoseconds; nil if a part is out of its range.
    var instant: RuleKey? {
        guard let year, (1...12).contains(month), day >= 1, day <= CivilDate.days(inMonth: month, of: year), hour < 24,
            minute < 60, second <= 60
        else { return nil }
        let midnight = CivilDate(year: year, month: month, day: day).daysSince1970 * 86_400
        return RuleKey(midnight + hour * 3600 + minute * 60 + second - offset, nanoseconds)
    }
}
