/// Rows in columns, no wider than a terminal.
///
/// What does not fit goes on in the next line of its column. What a person needs to act on (identifiers, indexes) stands
/// in kept columns, which are never broken: it can be copied as it is.
public struct TextTable {
    private let rows: [[String]]
    private let kept: Set<Int>
    private static let gap = 2
    /// A column is not made narrower than this; rather, each row becomes a block of its own.
    private static let narrowest = 12

    /// A table of `rows`; the columns in `kept` are never broken.
    public init(_ rows: [[String]], keeping kept: Set<Int> = [0]) {
        self.rows = rows.map { $0.map { cell in String(cell.map { $0.isNewline ? " " : $0 }) } }
        self.kept = kept
    }

    /// The lines of the table, with no line wider than `width` unless a kept cell is.
    public func text(width: Int) -> String {
        guard let widths = widths(within: width) else { return blocks(width: width) }
        return rows.map { lines(of: $0, widths) }.joined(separator: "\n")
    }

    /// How wide each column is to be, or nil if there is no room for columns.
    private func widths(within width: Int) -> [Int]? {
        var natural: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == natural.count { natural.append(0) }
                natural[column] = max(natural[column], TextWidth.columns(cell))
            }
        }
        let flexible = natural.indices.filter { !kept.contains($0) }
        var room = width - Self.gap * max(0, natural.count - 1)
        for column in natural.indices where kept.contains(column) { room -= natural[column] }
        guard flexible.map({ natural[$0] }).reduce(0, +) > room else { return natural }
        // The narrowest first: what they leave is for the others.
        var widths = natural
        var left = flexible.count
        for column in flexible.sorted(by: { natural[$0] < natural[$1] }) {
            let share = room / left
            guard natural[column] <= share || share >= Self.narrowest else { return nil }
            widths[column] = min(natural[column], share)
            room -= widths[column]
            left -= 1
        }
        return flexible.isEmpty ? nil : widths
    }

    private func lines(of row: [String], _ widths: [Int]) -> String {
        let cells = row.enumerated().map { column, cell in
            kept.contains(column) ? [cell[...]] : Self.wrap(cell, widths[column])
        }
        let height = cells.map(\.count).max() ?? 0
        return (0..<height).map { line in
            var text = ""
            for (column, cell) in cells.enumerated() {
                let part = line < cell.count ? cell[line] : ""
                text += part
                if column < cells.count - 1 {
                    text += String(repeating: " ", count: widths[column] - TextWidth.columns(part) + Self.gap)
                }
            }
            return String(text.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// Each row as lines of heading and value, for tables whose kept columns leave no room.
    private func blocks(width: Int) -> String {
        guard rows.count > 1, let heads = rows.first else { return rows.joined().joined(separator: "\n") }
        return rows.dropFirst().map { row in
            TextTable(zip(heads, row).map { [$0, $1] }).narrow(width, keeping: kept)
        }.joined(separator: "\n\n")
    }

    private func narrow(_ width: Int, keeping keptRows: Set<Int>) -> String {
        let head = rows.map { TextWidth.columns($0[0]) }.max() ?? 0
        let room = max(Self.narrowest, width - head - Self.gap)
        return rows.enumerated().map { index, row in
            let parts = keptRows.contains(index) ? [row[1][...]] : Self.wrap(row[1], room)
            return parts.enumerated().map { line, part in
                let label = line == 0 ? row[0] : ""
                return label + String(repeating: " ", count: head - TextWidth.columns(label) + Self.gap) + part
            }.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// Breaks `text` after blanks and commas, and anywhere where a word is too long.
    static func wrap(_ text: String, _ width: Int) -> [Substring] {
        guard width > 0, TextWidth.columns(text) > width else { return [text[...]] }
        var lines: [Substring] = []
        var rest = text[...]
        while TextWidth.columns(rest) > width {
            let limit = TextWidth.end(of: rest, within: width)
            // A blank just behind the limit ends a word that fits.
            let reach = limit < rest.endIndex && rest[limit] == " " ? rest.index(after: limit) : limit
            let separator = rest[..<reach].lastIndex { $0 == " " || $0 == "," }
            var end = separator.map { rest.index(after: $0) } ?? limit
            if end == rest.startIndex { end = rest.index(after: end) }
            lines.append(trimmed(rest[..<end]))
            rest = rest[end...].drop { $0 == " " }
        }
        return rest.isEmpty ? lines : lines + [rest]
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}
