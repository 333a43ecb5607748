/// A format of dates as Customer Insights keeps it with a field (`ci:CustomTimestampFormat`).
///
/// Letters as .NET's custom formats and Java's have them: `yyyy`, `M`, `MM`, `MMM`, `d`, `dd`, `H`, `HH`, `h`, `hh`, `m`,
/// `mm`, `s`, `ss`, `f` or `F` or `S` (as many as there are digits at most), `t`, `tt` or `a` (AM, PM), `K`, `z`, `X` or
/// `Z` (an offset). What stands between quotes or behind a backslash stands for itself, and so does what is no letter.
/// Years of two digits and other letters are not understood, nor are twelve hours without AM and PM: then no date is read.
struct TimestampFormat: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case year, month, monthName, day, hour, halfHour, minute, second, fraction, half, offset
        case blank
        case literal(UInt8)
    }

    private var parts: [Part] = []
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let maximumLength = 64

    /// Reads a format; nil if it is not understood, or leaves open which day is meant.
    init?(_ format: String) {
        guard format.utf8.count <= Self.maximumLength else { return nil }
        var rest = Array(format.utf8)[...]
        while let letter = rest.popFirst() {
            var count = 1
            func run() {
                while rest.first == letter {
                    rest.removeFirst()
                    count += 1
                }
            }
            switch letter {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                guard let end = rest.firstIndex(of: letter) else { return nil }
                parts += rest[..<end].map { .literal($0) }
                rest = rest[(end + 1)...]
            case UInt8(ascii: "\\"):
                guard let next = rest.popFirst() else { return nil }
                parts.append(.literal(next))
            case 0x41...0x5A, 0x61...0x7A:
                run()
                guard let part = Self.part(Character(Unicode.Scalar(letter)), count) else { return nil }
                parts.append(part)
            case 0x20: parts.append(.blank)
            default: parts.append(.literal(letter))
            }
        }
        let isWhole =
            parts.contains(.year) && parts.contains(.day) && (parts.contains(.month) || parts.contains(.monthName))
        // Twelve hours are told apart by AM and PM alone.
        guard isWhole, parts.contains(.halfHour) == parts.contains(.half) else { return nil }
    }

    /// Whether it begins with the year and goes on otherwise than plain dates do, with the day before the month or with
    /// twelve hours: what looks like a plain date is another one then, or in nobody knows which half of the day.
    var contradictsPlain: Bool {
        let numbers: [Part] = [.year, .month, .day, .hour, .minute, .second]
        let order = parts.map { $0 == .monthName ? .month : $0 }.filter { numbers.contains($0) || $0 == .halfHour }
        return order.first == .year && !numbers.starts(with: order)
    }

    private static func part(_ letter: Character, _ count: Int) -> Part? {
        switch (letter, count) {
        case ("y", 4), ("u", 4): .year
        case ("M", 1...2): .month
        case ("M", 3): .monthName
        case ("d", 1...2): .day
        case ("H", 1...2): .hour
        case ("h", 1...2): .halfHour
        case ("m", 1...2): .minute
        case ("s", 1...2): .second
        case ("f", 1...9), ("F", 1...9), ("S", 1...9): .fraction
        case ("t", 1...2), ("a", 1): .half
        case ("K", 1), ("z", 1...3), ("X", 1...3), ("Z", 1): .offset
        default: nil
        }
    }

    /// The point in time that `text` spells, or nil.
    func instant(_ text: Span<UInt8>) -> RuleKey? {
        var scanner = DateScanner(text)
        var date = DateParts()
        var isSecondHalf: Bool?
        for part in parts {
            switch part {
            case .literal(let byte): guard scanner.take(byte) else { return nil }
            case .blank: guard scanner.takeBlank() else { return nil }
            case .half:
                guard let half = scanner.half() else { return nil }
                isSecondHalf = half
            case .monthName:
                guard let month = Self.months.firstIndex(where: { scanner.takeWord($0) }) else { return nil }
                date.month = Int64(month) + 1
            case .fraction:
                guard let nanoseconds = scanner.fraction() else { return nil }
                date.nanoseconds = nanoseconds
            case .offset:
                guard let offset = scanner.offset() else { return nil }
                date.offset = offset
            case .year, .month, .day, .hour, .halfHour, .minute, .second:
                guard let number = scanner.number(part == .year ? 4...4 : 1...2) else { return nil }
                switch part {
                case .year: date.year = number
                case .month: date.month = number
                case .day: date.day = number
                case .hour, .halfHour: date.hour = number
                case .minute: date.minute = number
                default: date.second = number
                }
            }
        }
        guard scanner.isAtEnd else { return nil }
        if let isSecondHalf, !date.turn(toSecondHalf: isSecondHalf) { return nil }
        return date.instant
    }
}
