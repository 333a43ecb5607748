/// Guesses what somebody meant to type.
enum Spelling {
    /// The words nearest to `word`: one slip away, or two for longer words; or those it is the beginning of.
    static func nearest(to word: String, among words: [String]) -> [String] {
        guard word.utf8.count <= 64 else { return [] }
        let typed = word.lowercased()
        let distances = words.map { distance(typed, $0) }
        if let least = distances.min(), least <= (typed.count > 4 ? 2 : 1) {
            return zip(words, distances).filter { $1 == least }.map(\.0)
        }
        return typed.count > 1 ? words.filter { $0.hasPrefix(typed) } : []
    }

    /// How many letters have to be put in, taken out, replaced, or swapped with their neighbour.
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var before: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var line = [row + 1]
            for (column, other) in right.enumerated() {
                var least = min(last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, line[column] + 1)
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    least = min(least, before[column - 1] + 1)
                }
                line.append(least)
            }
            (before, last) = (last, line)
        }
        return last[right.count]
    }
}
