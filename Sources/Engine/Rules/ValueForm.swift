/// How a source spells numbers and dates beside the plain forms: by its model's culture, or by a format of its own.
///
/// Plain forms are numbers with a point and dates of ISO 8601, see ``DecimalText`` and ``InstantText``; dates so spelled
/// are read under any culture. A spelling that the culture does not have is not read at all: what stands first in 3/4/2026
/// is never guessed.
struct ValueForm: Sendable, Hashable {
    /// Which of day, month and year stands first and next, and whether the clock has twelve hours.
    enum DateOrder: Sendable, Hashable {
        case monthDayYear
        case dayMonthYear
        case yearMonthDay
    }

    /// What stands before the decimals of a number.
    enum DecimalMark: Sendable, Hashable {
        case point
        /// A point is no number's then.
        case comma
        /// Nobody says: a comma is no number's then, nor is a point that may stand between thousands.
        case open
    }

    /// Nil where only plain dates are read.
    var order: DateOrder?
    /// Whether times end in AM or PM; without one of them they are not read then.
    var hasHalves = false
    var mark = DecimalMark.point
    /// A format that was given for the very field.
    var format: TimestampFormat?
    /// A format that was given for the very field and is not understood: none of its dates is read then.
    var unknownFormat: String?

    /// Whether it reads the plain forms alone, and all of them.
    var isPlain: Bool { order == nil && mark == .point && !hasOwnFormat }

    /// Whether a format was given for the very field, understood or not.
    var hasOwnFormat: Bool { format != nil || unknownFormat != nil }

    /// Whether what looks like a plain date is that date.
    var readsPlainDates: Bool { unknownFormat == nil && format?.contradictsPlain != true }

    /// The form of a culture (`culture` in model.json, a BCP 47 tag as .NET writes it).
    ///
    /// What a culture's general date and number formats are stands in the Unicode CLDR and in .NET's
    /// `DateTimeFormatInfo`; separators between day, month and year may be any of `/`, `.` and `-`, since the order alone
    /// decides. Where the regions of a language differ, those are read that are listed, and nothing is taken from one to
    /// another: Puerto Rico's months come first, Guatemala's decimals follow a point.
    init(culture: String) {
        mark = .open
        let tag = culture.lowercased()
        switch tag {
        case "en-us": (order, hasHalves, mark) = (.monthDayYear, true, .point)
        case "en-au", "en-nz": (order, hasHalves, mark) = (.dayMonthYear, true, .point)
        case "en-gb", "en-ie", "de-ch", "de-li", "it-ch", "es-mx": (order, mark) = (.dayMonthYear, .point)
        case "en-ca", "ja-jp", "zh-cn", "zh-tw", "ko-kr": (order, mark) = (.yearMonthDay, .point)
        case "de", "de-de", "de-at", "de-be", "de-it", "de-lu", "fr", "fr-fr", "fr-be", "fr-lu", "fr-mc", "it", "it-it",
            "es-es", "es-ar", "es-bo", "es-cl", "es-ec", "es-py", "es-uy", "sv-fi":
            (order, mark) = (.dayMonthYear, .comma)
        case "es-co", "es-ve": (order, hasHalves, mark) = (.dayMonthYear, true, .comma)
        case "fr-ca", "sv", "sv-se", "sv-ax": (order, mark) = (.yearMonthDay, .comma)
        // Libraries differ on its decimals.
        case "fr-ch": order = .dayMonthYear
        // Their dates differ, or are not known for certain.
        case "en", "en-hk", "en-in", "en-my", "en-ph", "en-sg", "es-do", "es-gt", "es-hn", "es-ni", "es-pa", "es-pe",
            "es-pr", "es-sv", "es-us":
            mark = .point
        default:
            // Languages whose regions agree.
            switch tag.split(separator: "-").first.map(String.init) {
            case "lt", "hu": (order, mark) = (.yearMonthDay, .comma)
            case "pt", "nb", "nn", "no", "da", "fi", "nl", "pl", "cs", "sk", "ru", "tr", "el":
                (order, mark) = (.dayMonthYear, .comma)
            case "ja", "ko", "zh": mark = .point
            default: break
            }
        }
    }

    /// The plain forms alone.
    init() {}
}

/// Reads the spellings that are not plain; this is the slow way, taken where the plain one has failed.
extension ValueForm {
    /// Whether `value` is a number.
    static func isNumber(_ value: Span<UInt8>, _ form: ValueForm?) -> Bool {
        isPlainNumber(value, form) || plainNumber(value, form) != nil
    }

    /// Whether `value` is a number as it stands.
    @inline(__always)
    static func isPlainNumber(_ value: Span<UInt8>, _ form: ValueForm?) -> Bool {
        (form?.mark ?? .point) == .point && DecimalText.isNumber(value)
    }

    /// A number in its plain form, without the blanks around it; nil if it is none.
    static func plainNumber(_ value: Span<UInt8>, _ form: ValueForm?) -> [UInt8]? {
        let range = trimmed(value)
        // What has no blanks around it and no form of its own was looked at as it stands.
        guard !range.isEmpty, form != nil || range.count < value.count else { return nil }
        let mark = form?.mark ?? .point
        if mark == .open, mayHaveThousands(value.extracting(range)) { return nil }
        var plain: [UInt8] = []
        plain.reserveCapacity(range.count)
        for index in range {
            switch value[index] {
            case UInt8(ascii: ",") where mark == .comma: plain.append(UInt8(ascii: "."))
            case UInt8(ascii: ".") where mark == .comma: return nil
            case let byte: plain.append(byte)
            }
        }
        return DecimalText.isNumber(plain.span) ? plain : nil
    }

    /// Whether the point in a number may stand between thousands: `1.234`, but not `0.234`, `1.2` or `1234.567`.
    private static func mayHaveThousands(_ value: Span<UInt8>) -> Bool {
        let start = value[0] == UInt8(ascii: "-") || value[0] == UInt8(ascii: "+") ? 1 : 0
        let point = value.count - 4
        guard (start + 1...start + 3).contains(point), value[start] != 0x30 else { return false }
        return value.indices.dropFirst(start).allSatisfy { index in
            index == point ? value[index] == UInt8(ascii: ".") : (0x30...0x39).contains(value[index])
        }
    }

    /// A point in time; nil if `value` is none.
    ///
    /// The plain form is looked for first, in which nearly all are.
    @inline(__always)
    static func instant(_ value: Span<UInt8>, _ form: ValueForm?) -> RuleKey? {
        if let form, !form.readsPlainDates { return unplain(value, form) }
        return InstantText.instant(value) ?? unplain(value, form)
    }

    private static func unplain(_ value: Span<UInt8>, _ form: ValueForm?) -> RuleKey? {
        let range = trimmed(value)
        guard !range.isEmpty, range.count <= 64, form?.unknownFormat == nil else { return nil }
        let text = value.extracting(range)
        if form?.readsPlainDates != false, range.count < value.count, let plain = InstantText.instant(text) {
            return plain
        }
        guard let form else { return nil }
        if let format = form.format { return format.instant(text) }
        return form.order.flatMap { DateScanner.instant(text, $0, hasHalves: form.hasHalves) }
    }

    /// Where it lies without the blanks around it.
    static func trimmed(_ value: Span<UInt8>) -> Range<Int> {
        var (start, end) = (0, value.count)
        while start < end, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
        while end > start, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}
