public import Model

/// Values that cannot be read as what a rule or a typed field needs them as: how many, and where the first one stands.
public struct UnreadableValues: Sendable, Hashable {
    /// The segment whose rule needs them; nil for a matched field.
    public let segment: SegmentName?
    /// The source's field.
    public let column: String
    /// The type that the source declares; nil where it declares none, or text.
    public let declared: FieldType?
    /// How many profiles have such a value.
    public internal(set) var count: Int
    /// Where the first one stands, with the field's number in the row.
    public internal(set) var first: Place

    /// What it says to a person.
    public var description: String {
        let what = declared.map { "are not of the type \($0.rawValue)" } ?? "are no number or date that can be read"
        return "\(count) value\(count == 1 ? "" : "s") of '\(column)' \(what)"
            + (segment.map { ", which the segment \($0) needs" } ?? "") + "; the first stands in \(first)"
    }
}

extension UnreadableValues {
    /// What it means for an export, in a sentence.
    public func warning(_ handling: SegmentDefinition.Unreadable) -> String {
        let end =
            switch (handling, declared) {
            case (.exclude, _): "; such profiles are left out and counted as rejected"
            case (.stop, .some): "; an export stops for them"
            case (.stop, nil): "; such profiles are in the segment only if the rest of its rule says so"
            }
        return description + end
    }
}

/// Gathers them, chunk by chunk in the order of the rows.
struct UnreadableTally: Sendable {
    /// One of a chunk, with its place in the chunk.
    struct Mark: Sendable {
        let segment: Int?
        let column: Int
        var count: Int
        let row: Int
        let line: Int
    }

    private(set) var values: [UnreadableValues] = []

    mutating func add(
        _ marks: [Mark], _ tests: SegmentTests, _ open: OpenSource, _ columns: [String], _ place: ChunkPlace
    ) {
        for mark in marks {
            let segment = mark.segment.map { tests.names[$0] }
            if let known = values.firstIndex(where: { $0.segment == segment && $0.column == columns[mark.column] }) {
                values[known].count += mark.count
                continue
            }
            let column = columns[mark.column]
            values.append(
                UnreadableValues(
                    segment: segment, column: column, declared: open.declaredType(of: column), count: mark.count,
                    first: Place(
                        file: open.files[place.file].path, line: place.firstLine + mark.line - 1,
                        field: open.fields.firstIndex(of: column).map { $0 + 1 })))
        }
    }
}

extension [UnreadableTally.Mark] {
    /// Counts one more; the first of its kind keeps its place.
    mutating func note(segment: Int?, column: Int, row: Int, line: Int) {
        if let known = firstIndex(where: { $0.segment == segment && $0.column == column }) {
            self[known].count += 1
        } else {
            append(UnreadableTally.Mark(segment: segment, column: column, count: 1, row: row, line: line))
        }
    }
}

extension OpenSource {
    /// What the source says of a field's values, unless it is that they are text.
    func declaredType(of column: String) -> FieldType? {
        guard let type = types[column], type != .string, type != .json else { return nil }
        return type
    }
}

extension Selector.Verdict {
    /// Notes the rows that rules cannot decide on; who is in another segment all the same is sent for that.
    mutating func note(
        _ undecided: [Undecided], _ members: [Int], _ tests: SegmentTests, _ table: borrowing RowTable,
        _ columns: [String]
    ) {
        guard !undecided.isEmpty else { return }
        var settled = Set(members)
        for item in undecided {
            let line = table.line(item.row)
            unreadable.note(segment: item.segment, column: item.column, row: item.row, line: line)
            if tests.unreadable[item.segment] == .exclude, settled.insert(item.row).inserted {
                reject(item.row, line: line, field: columns[item.column], .unreadableValue)
            }
        }
    }
}
