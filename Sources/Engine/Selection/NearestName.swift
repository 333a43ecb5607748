/// Finds the name that somebody meant who wrote another.
enum NearestName {
    /// How many names are looked at, and how many characters of each, so that a question stays short.
    private static let (most, longest) = (2000, 64)

    /// The one that differs in spelling alone, or in few letters.
    static func of(_ name: String, among known: [String]) -> String? {
        let spelling = FieldSpelling.normalized(name)
        let candidates = known.prefix(most)
        if !spelling.isEmpty, let same = candidates.first(where: { FieldSpelling.normalized($0) == spelling }) {
            return same
        }
        let wanted = Array(spelling.prefix(longest))
        guard wanted.count >= 3 else { return nil }
        let distances = candidates.map { candidate in
            (name: candidate, steps: steps(wanted, Array(FieldSpelling.normalized(candidate).prefix(longest))))
        }
        guard let nearest = distances.min(by: { $0.steps < $1.steps }), nearest.steps <= max(1, wanted.count / 3) else {
            return nil
        }
        return nearest.name
    }

    /// How many letters have to be put in, taken out or changed to make one of the other (Levenshtein).
    private static func steps(_ one: [Character], _ other: [Character]) -> Int {
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
