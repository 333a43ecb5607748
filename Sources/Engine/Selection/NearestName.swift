internal import Model

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
            let spelled = Array(FieldSpelling.normalized(candidate).prefix(longest))
            return (name: candidate, steps: EditDistance.between(wanted, spelled))
        }
        guard let nearest = distances.min(by: { $0.steps < $1.steps }), nearest.steps <= max(1, wanted.count / 3) else {
            return nil
        }
        return nearest.name
    }
}
