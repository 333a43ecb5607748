/// How field names are compared where the spelling must not decide over a person: flags that keep people out.
///
/// Capitals, blanks, hyphens, underscores, dots, brackets and characters that cannot be seen do not count; full-width,
/// circled and mathematical letters, accents, and Cyrillic and Greek letters that look like Latin ones count as the
/// letters they look like. Two names that are taken for one lead to fewer people, never to more.
public enum FieldSpelling {
    /// What is left of a name: its letters and digits.
    public static func normalized(_ name: String) -> String {
        var letters = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": letters.append(scalar)
            case "A"..."Z": letters.append(Unicode.Scalar(UInt8(scalar.value) | 0x20))
            case _ where scalar.isASCII: continue
            default: fold(plain(scalar), into: &letters)
            }
        }
        return String(letters)
    }

    private static func fold(_ scalar: Unicode.Scalar, into letters: inout String.UnicodeScalarView) {
        // By way of the capitals, because "ſ" and "ı" are small letters of those alone.
        for capital in scalar.properties.uppercaseMapping.unicodeScalars {
            for small in capital.properties.lowercaseMapping.unicodeScalars {
                let letter = lookAlikes[small] ?? small
                guard letter.properties.isAlphabetic || letter.properties.numericType != nil else { continue }
                switch letter.properties.generalCategory {
                case .nonspacingMark, .spacingMark, .enclosingMark: continue
                default: letters.append(letter)
                }
            }
        }
    }

    /// The letter or digit that a full-width, circled or mathematical one stands for.
    private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let value = scalar.value
        let ascii: UInt32 =
            switch value {
            case 0xFF01...0xFF5E: value - 0xFEE0
            case 0x24B6...0x24E9: 0x61 + (value - 0x24B6) % 26
            case 0x1F130...0x1F149: 0x61 + value - 0x1F130
            case 0x1D400...0x1D6A3: 0x61 + (value - 0x1D400) % 26
            case 0x1D7CE...0x1D7FF: 0x30 + (value - 0x1D7CE) % 10
            default: value
            }
        return Unicode.Scalar(ascii) ?? scalar
    }

    private static let lookAlikes: [Unicode.Scalar: Unicode.Scalar] = {
        let pairs: [(letters: String, meant: String)] = [
            ("åäàáâãā", "aaaaaaa"), ("öøòóôõō", "ooooooo"), ("éèêëē", "eeeee"), ("üùúûū", "uuuuu"), ("íìîïī", "iiiii"),
            ("çćčñńšśžźż", "cccnnsszzz"), ("ýÿł", "yyl"),
            ("авекмнорстухіѕј", "abekmhopctyxisj"), ("αβεζηικμνορτυχ", "abezhikmnoptyx"),
        ]
        var found: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (letters, meant) in pairs {
            for (letter, plain) in zip(letters.unicodeScalars, meant.unicodeScalars) { found[letter] = plain }
        }
        return found
    }()
}

/// Fields that keep a person from being contacted: the ones known by their names alone, and a destination's own.
struct FlagNames: Sendable {
    /// Names that are such flags in every source, as ``FieldSpelling`` leaves them.
    static let known: Set<String> = ["donotemail", "donotbulkemail", "donotcontact"]

    private let spellings: Set<String>
    private let exact: Set<String>

    /// - Parameter own: the names a destination gave; they count in any spelling as well.
    init(own: [String] = []) {
        exact = Set(own)
        // A name without any letter or digit is compared as it is.
        spellings = Self.known.union(own.map(FieldSpelling.normalized).filter { !$0.isEmpty })
    }

    /// Whether a source with these fields has the flag that a destination gave, in some spelling.
    static func has(_ own: String, among fields: [String]) -> Bool {
        let spelling = FieldSpelling.normalized(own)
        return fields.contains { $0 == own || (!spelling.isEmpty && FieldSpelling.normalized($0) == spelling) }
    }

    func contains(_ name: String) -> Bool {
        spellings.contains(FieldSpelling.normalized(name)) || exact.contains(name)
    }
}
