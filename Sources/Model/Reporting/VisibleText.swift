/// Text as it may be shown: a character that steers a terminal, turns around what stands beside it or is not seen at all
/// is written as its code point, `<U+001B>`.
///
/// Names of fields, words of SendGrid and texts of files come from outside. Shown as they are, they could move the
/// cursor over what was said before, or let one text be read as another.
public enum VisibleText {
    /// Whether `scalar` is not seen as what it is: controls, marks of direction, separators of lines and paragraphs, and
    /// what has no width.
    public static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value < 0x20 }
        if scalar.value < 0xA0 { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default:
            // Selectors of variants say how the character before them looks, as with emoji.
            return scalar.properties.isDefaultIgnorableCodePoint && !(0xFE00...0xFE0F).contains(scalar.value)
        }
    }

    /// `text` in one line: line breaks are made visible too.
    public static func line(_ text: String) -> String {
        text.utf8.allSatisfy(isPlain) ? text : shown(text, keeping: [])
    }

    /// `text` with its line breaks and tabs.
    public static func lines(_ text: String) -> String {
        if text.utf8.allSatisfy({ isPlain($0) || $0 == 0x0A || $0 == 0x09 }) { return text }
        return shown(text.replacing("\r\n", with: "\n"), keeping: ["\n", "\t"])
    }

    /// The first character of `text` that is not seen as what it is, as its code point; line breaks and tabs count unless
    /// `allowingLines`.
    public static func firstHidden(in text: String, allowingLines: Bool = false) -> String? {
        text.unicodeScalars.first { scalar in
            isHidden(scalar) && !(allowingLines && (scalar == "\n" || scalar == "\t" || scalar == "\r"))
        }.map(code)
    }

    private static func isPlain(_ byte: UInt8) -> Bool { (0x20..<0x7F).contains(byte) }

    private static func shown(_ text: String, keeping kept: Set<Unicode.Scalar>) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isHidden(scalar), !kept.contains(scalar) {
                shown.append(contentsOf: "<\(code(scalar))>".unicodeScalars)
            } else {
                shown.append(scalar)
            }
        }
        return String(shown)
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension JSONText {
    /// Appends `text` as a JSON string in which every character that is not seen as what it is stands as an escape.
    ///
    /// The string is the same one to every parser. Not for what is hashed or signed, which has one spelling.
    static func writeVisible(_ text: String, to out: inout [UInt8]) {
        guard text.unicodeScalars.contains(where: { $0.value >= 0x7F && VisibleText.isHidden($0) }) else {
            return writeString(text, to: &out)
        }
        out.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            if scalar.value >= 0x7F, VisibleText.isHidden(scalar) {
                for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
                    out.append(contentsOf: "\\u".utf8)
                    out.append(contentsOf: Hex.encode([UInt8(unit >> 8), UInt8(unit & 0xFF)]).utf8)
                }
            } else {
                for byte in String(scalar).utf8 { writeEscaped(byte, to: &out) }
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
