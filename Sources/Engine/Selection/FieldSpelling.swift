/// How field names are compared where the spelling must not decide over a person: flags that keep people out.
///
/// Capitals, blanks, hyphens, underscores, dots, brackets and characters that cannot be seen do not count; full-width,
/// circled, raised, lowered and mathematical letters, small capitals, Roman numerals, accents, and letters of other
/// scripts that look like Latin ones count as the letters they look like. Two names that are taken for one lead to fewer
/// people, never to more.
public enum FieldSpelling {
    /// What is left of a name: its letters and digits.
    public static func normalized(_ name: String) -> String { normalized(name[...]) }

    private static func normalized(_ name: Substring) -> String {
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

    /// What a flag is found by: ``normalized(_:)``, where a zero is an o, a one and an i are an l, and neither a plural's
    /// s nor what systems put behind the names of fields that somebody made (`DoNotEmail__c`) counts.
    static func flagKey(_ name: String) -> String {
        var letters = normalized(withoutSuffix(name))
        if letters.hasSuffix("s") { letters.removeLast() }
        return String(
            letters.map { letter -> Character in
                switch letter {
                case "0": "o"
                case "1", "i": "l"
                default: letter
                }
            })
    }

    /// Without `__c` (Salesforce), `__pc` (its person accounts) or `_c` (SugarCRM) at its end.
    private static func withoutSuffix(_ name: String) -> Substring {
        var end = name[...]
        while let last = end.last, last.isWhitespace { end.removeLast() }
        for suffix in ["__pc", "_c"] where end.lowercased().hasSuffix(suffix) { return end.dropLast(suffix.count) }
        return end
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
        if let digit = digit(scalar) { return digit }
        let ascii: UInt32 =
            switch value {
            case 0xFF01...0xFF5E: value - 0xFEE0
            case 0x249C...0x24B5: 0x61 + value - 0x249C
            case 0x24B6...0x24E9: 0x61 + (value - 0x24B6) % 26
            case 0x1F110...0x1F129: 0x61 + value - 0x1F110
            case 0x1F130...0x1F149: 0x61 + value - 0x1F130
            case 0x1F150...0x1F169: 0x61 + value - 0x1F150
            case 0x1F170...0x1F189: 0x61 + value - 0x1F170
            case 0x1F1E6...0x1F1FF: 0x61 + value - 0x1F1E6
            case 0x1D400...0x1D6A3: 0x61 + (value - 0x1D400) % 26
            default: value
            }
        return Unicode.Scalar(ascii) ?? scalar
    }

    /// A digit of any script, raised and lowered ones too.
    private static func digit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.properties.numericType {
        case .decimal, .digit:
            guard let value = scalar.properties.numericValue, (0...9).contains(value) else { return nil }
            return Unicode.Scalar(UInt8(0x30 + value))
        default: return nil
        }
    }

    private static let lookAlikes: [Unicode.Scalar: Unicode.Scalar] = {
        let pairs: [(letters: String, meant: String)] = [
            ("åäàáâãāăąǎạả", "aaaaaaaaaaaa"), ("öøòóôõōŏőơǒọỏ", "ooooooooooooo"), ("éèêëēĕėęěẹẻẽ", "eeeeeeeeeeee"),
            ("üùúûūŭůűųưụ", "uuuuuuuuuuu"), ("íìîïīĭįǐịỉĩ", "iiiiiiiiiii"), ("çćčñńňņṅṇšśşșžźż", "cccnnnnnnsssszzz"),
            ("ýÿłĺľļḷţťțṭṫďđḍḋṁṃķḳƙ", "yyllllltttttddddmmkkk"), ("ḃḅċĉḟĝğġģĥħḥḣ", "bbccfgggghhhh"),
            ("авекмнорстухіѕјԁӏԛԝүһ", "abekmhopctyxisjdlqwyh"), ("αβεζηικμνορτυχ", "abezhikmnoptyx"),
            ("օոհսցᎠᎬᎷᏞᎪᎢᏟᏴᎥɑɡ", "onhugdemlatcbiag"),
            // Small capitals, then raised and lowered letters.
            ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
            ("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "abcdefghijklmnoprstuvwxyz"), ("ᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ", "abdeghijklmnoprtuvw"),
            ("ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "aehijklmnoprstuvx"),
            // Roman numerals of one letter, and letters among the signs.
            ("ⅰⅴⅹⅼⅽⅾⅿ", "ivxlcdm"), ("ℓⅆⅇⅈℯℴ", "ldeieo"),
        ]
        var found: [Unicode.Scalar: Unicode.Scalar] = [:]
        for (letters, meant) in pairs {
            for (letter, plain) in zip(letters.unicodeScalars, meant.unicodeScalars) {
                // They are looked up once they are small letters.
                for small in letter.properties.lowercaseMapping.unicodeScalars { found[small] = plain }
            }
        }
        return found
    }()
}

/// Fields that keep a person from being contacted: the ones known by their names alone, and a destination's own.
struct FlagNames: Sendable {
    /// Names that are such flags in every source, by their keys.
    static let known = Set(["donotemail", "donotbulkemail", "donotcontact"].map(FieldSpelling.flagKey))

    /// By their keys; a name without any letter or digit is compared as it is.
    private let spellings: Set<String>
    private let exact: Set<String>

    /// - Parameter own: the names a destination gave; they count in any spelling as well.
    init(own: [String] = []) {
        exact = Set(own)
        spellings = Self.known.union(own.map(FieldSpelling.flagKey).filter { !$0.isEmpty })
    }

    /// Whether a source with these fields has the flag that a destination gave, in some spelling.
    static func has(_ own: String, among fields: [String]) -> Bool {
        let spelling = FieldSpelling.flagKey(own)
        return fields.contains { $0 == own || (!spelling.isEmpty && FieldSpelling.flagKey($0) == spelling) }
    }

    func contains(_ name: String) -> Bool {
        spellings.contains(FieldSpelling.flagKey(name)) || exact.contains(name)
    }
}
