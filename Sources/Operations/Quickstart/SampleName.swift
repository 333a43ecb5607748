/// A name as its bearer writes it, and as it stands in an address.
struct SampleName: Sendable {
    /// In its own script.
    let text: String
    /// In letters, hyphens and apostrophes of ASCII, lower-case.
    let ascii: String

    /// Takes `Åsa`, whose letters have ASCII counterparts, or `陽菜|hina`, which says how it is written in Latin.
    init(_ notation: String) {
        let halves = notation.split(separator: "|", maxSplits: 1)
        text = halves.first.map(String.init) ?? notation
        ascii = Self.folded(halves.last.map(String.init) ?? notation)
    }

    private static func folded(_ text: String) -> String {
        text.lowercased().map { letter in
            if letter.isASCII { return String(letter) }
            return counterparts.first { $0.letters.contains(letter) }?.ascii ?? "x"
        }.joined()
    }

    private static let counterparts: [(letters: String, ascii: String)] = [
        ("åäáàâãą", "a"), ("æ", "ae"), ("çćč", "c"), ("ð", "d"), ("éèêëę", "e"), ("íìîï", "i"), ("ł", "l"),
        ("ñńň", "n"),
        ("öøóòôõ", "o"), ("ß", "ss"), ("śš", "s"), ("üúùû", "u"), ("ýÿ", "y"), ("źżž", "z"),
    ]
}
