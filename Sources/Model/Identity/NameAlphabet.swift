// For the composed form (NFC), which FoundationEssentials does not offer; it is what String's own comparison rests on.
@_spi(_Unicode) import Swift

/// Which characters a name may have, and why another one may not be in it.
///
/// A name stands in log entries, in statements that are signed (`segments: name=digest, …`), in a file of signers and on
/// terminals. So it has nothing that separates there, nothing that is not seen, and nothing that is there to be taken for
/// something else.
enum NameAlphabet {
    /// At most this many characters, counted as scalars, so that marks cannot be heaped up.
    static let maximumScalars = 64
    private static let maximumBytes = 255

    /// `text` with letters and marks composed (NFC), so that one name has one spelling.
    static func composed(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text._nfc { scalars.append(scalar) }
        return String(scalars)
    }

    /// Says why `text` is no name, or nil if it is one.
    static func problem(in text: String, takesAnyScript: Bool) -> String? {
        guard let first = text.unicodeScalars.first else { return "it is empty" }
        guard text.unicodeScalars.count <= maximumScalars, text.utf8.count <= maximumBytes else {
            return "it is longer than \(maximumScalars) characters or \(maximumBytes) bytes"
        }
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if let problem = problem(scalar, after: previous, takesAnyScript) { return problem }
            previous = scalar
        }
        guard first.value > 0x7F || isWord(first) else { return "it starts with '\(first)'" }
        return Script.mixture(in: text) ? "it mixes letters of several alphabets that look alike" : nil
    }

    private static func problem(
        _ scalar: Unicode.Scalar, after previous: Unicode.Scalar?, _ takesAnyScript: Bool
    ) -> String? {
        guard scalar.value > 0x7F else {
            if isWord(scalar) || scalar == "." || scalar == "_" || scalar == "-" { return nil }
            switch scalar {
            case "@": return "it has an '@', as addresses have, and no personal data is to stand in the log"
            case " ": return "it has a blank in it"
            case "\0"..<" ", "\u{7F}": return "it has a control character in it"
            default: return "it has '\(scalar)' in it"
            }
        }
        guard takesAnyScript else { return "it has a character in it that is not ASCII" }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .decimalNumber:
            return isLookAlike(scalar) ? notLetter(scalar) : nil
        // These are letters of their scripts; the others of this kind are signs that look like punctuation.
        case .modifierLetter: return repeatingMarks.contains(scalar) ? nil : notLetter(scalar)
        case .nonspacingMark, .spacingMark:
            guard let previous, isLetterOrMark(previous) else { return "a mark in it stands on no letter" }
            return scalar.properties.isDefaultIgnorableCodePoint ? notLetter(scalar) : nil
        case .format, .control: return "it has a character in it that is not seen (\(code(scalar)))"
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: return "it has a blank in it (\(code(scalar)))"
        default: return notLetter(scalar)
        }
    }

    private static let repeatingMarks: Set<Unicode.Scalar> = [
        "\u{0E46}", "\u{0EC6}", "\u{3005}", "\u{309D}", "\u{309E}", "\u{30FC}", "\u{30FD}", "\u{30FE}",
    ]

    /// Letters that are invisible, stand for other letters (such as those of full width), or look like punctuation.
    private static func isLookAlike(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint || (0x01C0...0x01C3).contains(scalar.value) { return true }
        // These two vowels, of Thai and Lao, are written in no other way.
        if scalar == "\u{0E33}" || scalar == "\u{0EB3}" { return false }
        return properties.lowercaseMapping.unicodeScalars.contains {
            $0.properties.changesWhenNFKCCaseFolded && !$0.properties.changesWhenCaseFolded
        }
    }

    private static func isLetterOrMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .modifierLetter, .nonspacingMark,
            .spacingMark:
            true
        default: false
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar) || ("A"..."Z").contains(scalar) || ("a"..."z").contains(scalar)
    }

    private static func notLetter(_ scalar: Unicode.Scalar) -> String {
        "it has a character in it that is no letter or digit, or looks like another (\(code(scalar)))"
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        "U+" + String(scalar.value, radix: 16, uppercase: true)
    }
}

/// The three alphabets whose letters cannot be told apart by eye.
private enum Script {
    case latin
    case greek
    case cyrillic

    /// Whether `text` has letters of two of them: `anna` with a Cyrillic first letter is not the Anna one knows.
    static func mixture(in text: String) -> Bool {
        Set(text.unicodeScalars.compactMap(Script.init)).count > 1
    }

    private init?(_ scalar: Unicode.Scalar) {
        guard scalar.properties.isAlphabetic else { return nil }
        switch scalar.value {
        case 0x41...0x24F, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF: self = .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
        case 0x400...0x52F, 0x1C80...0x1C8F, 0x2DE0...0x2DFF, 0xA640...0xA69F: self = .cyrillic
        default: return nil
        }
    }
}
