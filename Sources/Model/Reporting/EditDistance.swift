/// How far apart two spellings are, to find the name that somebody meant who wrote another.
public enum EditDistance {
    /// How many characters have to be put in, taken out or changed to make one of the other (Levenshtein 1965).
    ///
    /// Takes time in proportion to the product of both lengths: callers bound them.
    public static func between(_ one: [Character], _ other: [Character]) -> Int {
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let substituted = diagonal + (letter == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substituted, diagonal + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }
}
