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

    /// Nil where only plain dates are read.
    var order: DateOrder?
    /// Whether times end in AM or PM; without one of them they are not read then.
    var hasHalves = false
    /// Whether a comma stands before decimals; a point is then no number's.
    var hasComma = false
    /// A format that was given for the very field.
    var format: TimestampFormat?

    /// Whether it reads the plain forms alone.
    var isPlain: Bool { order == nil && !hasComma && format == nil }

    /// The form of a culture (`culture` in model.json, a BCP 47 tag as .NET writes it); nil for one that is not known.
    ///
    /// What a culture's general date and number formats are stands in the Unicode CLDR and in .NET's
    /// `DateTimeFormatInfo`; separators between day, month and year may be any of `/`, `.` and `-`, since the order alone
    /// decides.
    init?(culture: String) {
        let tag = culture.lowercased()
        switch tag {
        case "en-us": (order, hasHalves) = (.monthDayYear, true)
        case "en-au", "en-nz": (order, hasHalves) = (.dayMonthYear, true)
        case "en-gb", "en-ie", "de-ch", "es-mx": order = .dayMonthYear
        case "en-ca", "ja-jp", "zh-cn", "zh-tw", "ko-kr": order = .yearMonthDay
        default:
            switch tag.split(separator: "-").first.map(String.init) {
            case "sv", "lt", "hu": (order, hasComma) = (.yearMonthDay, true)
            case "de", "fr", "it", "es", "pt", "nb", "nn", "no", "da", "fi", "nl", "pl", "cs", "sk", "ru", "tr", "el":
                (order, hasComma) = (.dayMonthYear, true)
                if tag == "fr-ca" { order = .yearMonthDay }
            default: return nil
            }
        }
    }

    /// The plain forms alone.
    init() {}
}

/// Reads the spellings that are not plain; this is the slow way, taken where the plain one has failed.
extension ValueForm {
    /// A number in its plain form, without the blanks around it; nil if it is none.
    static func plainNumber(_ value: Span<UInt8>, _ form: ValueForm?) -> [UInt8]? {
        let range = trimmed(value)
        let hasComma = form?.hasComma ?? false
        guard !range.isEmpty, hasComma || range.count < value.count else { return nil }
        var plain: [UInt8] = []
        plain.reserveCapacity(range.count)
        for index in range {
            switch value[index] {
            case UInt8(ascii: ",") where hasComma: plain.append(UInt8(ascii: "."))
            case UInt8(ascii: ".") where hasComma: return nil
            case let byte: plain.append(byte)
            }
        }
        return DecimalText.isNumber(plain.span) ? plain : nil
    }

    /// A point in time; nil if `value` is none.
    ///
    /// The plain form is looked for first, in which nearly all are.
    @inline(__always)
    static func instant(_ value: Span<UInt8>, _ form: ValueForm?) -> RuleKey? {
        if let form, form.format?.contradictsPlain == true { return unplain(value, form) }
        return InstantText.instant(value) ?? unplain(value, form)
    }

    private static func unplain(_ value: Span<UInt8>, _ form: ValueForm?) -> RuleKey? {
        let range = trimmed(value)
        guard !range.isEmpty, range.count <= 64 else { return nil }
        let text = value.extracting(range)
        if form?.format?.contradictsPlain != true, range.count < value.count, let plain = InstantText.instant(text) {
            return plain
        }
        guard let form else { return nil }
        if let format = form.format { return format.instant(text) }
        return form.order.flatMap { DateScanner.instant(text, $0, hasHalves: form.hasHalves) }
    }

    private static func trimmed(_ value: Span<UInt8>) -> Range<Int> {
        var (start, end) = (0, value.count)
        while start < end, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
        while end > start, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}
