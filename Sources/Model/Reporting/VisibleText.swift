/// Characters that a reader does not see, or that change what is seen of others: terminal escapes and other controls, what
/// turns the direction of writing, separators of lines that no editor shows, joiners.
///
/// They are refused where a person enters a text that others will read or sign, and made visible where a text of a
/// stranger is shown (a file's header, a server's words).
public enum VisibleText {
    /// Whether a character is one of these; line feeds and tabs are not.
    public static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value < 0x20 || scalar.value >= 0x7F else { return false }
        if scalar == "\n" || scalar == "\t" { return false }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        // Fillers that are letters by their category, and nothing to see.
        default: [0x115F, 0x1160, 0x3164, 0xFFA0, 0x034F, 0x2800].contains(scalar.value)
        }
    }

    /// Whether `text` can stand in a line that people read: none of these characters, no line feed and no tab.
    public static func isPlainLine(_ text: String) -> Bool {
        !text.unicodeScalars.contains { isHidden($0) || $0 == "\n" || $0 == "\t" }
    }

    /// Whether `text` can stand in a page that people read: none of these characters.
    public static func isPlainPage(_ text: String) -> Bool {
        !text.unicodeScalars.contains { isHidden($0) && $0 != "\r" }
    }

    /// `text` with each of these characters written out, as `<U+202E>`.
    public static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard isHidden(scalar) else {
                shown.append(scalar)
                continue
            }
            shown.append(contentsOf: "<U+\(digits(scalar))>".unicodeScalars)
        }
        return String(shown)
    }

    /// JSON with each of these characters as the escape that means it; they stand within strings alone.
    public static func escaped(json: String) -> String {
        guard json.unicodeScalars.contains(where: isHidden) else { return json }
        var escaped = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            guard isHidden(scalar) else {
                escaped.append(scalar)
                continue
            }
            for unit in String(Character(scalar)).utf16 {
                let digits = String(unit, radix: 16)
                escaped.append(
                    contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
            }
        }
        return String(escaped)
    }

    private static func digits(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
