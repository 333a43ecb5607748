internal import Model

/// The segments of one source, ready to be asked about its profiles.
struct SegmentTests: Sendable {
    private enum Test: Sendable {
        /// A rule, and its negation if it compares values as something that not every value is.
        case rule(RuleProgram, negation: RuleProgram?)
        /// Membership by a file or an entity, joined beforehand.
        case rows(RowSet)
    }

    let names: [SegmentName]
    /// What each does with a profile that it cannot decide on.
    let unreadable: [SegmentDefinition.Unreadable]
    private let tests: [Test]

    /// The columns that deciding takes.
    static func columns(of segments: [SegmentDefinition]) throws(EngineError) -> [String] {
        var columns: [String] = []
        for segment in segments {
            guard case .rule(let text) = segment.membership else { continue }
            for name in try SegmentRule(parsing: text).fields where !columns.contains(name) { columns.append(name) }
        }
        return columns
    }

    /// - Parameters:
    ///   - joined: the members of the segments that are no rules.
    ///   - now: the time that relative dates start from.
    ///   - open: says of what type fields are, and how they are spelled beside the plain forms.
    init(
        _ segments: [SegmentDefinition], columns: [String], joined: [SegmentName: RowSet], now: Timestamp,
        of open: OpenSource
    ) throws(EngineError) {
        var tests: [Test] = []
        for segment in segments {
            if case .rule(let text) = segment.membership {
                let rule = try SegmentRule(parsing: text)
                let program = try RuleProgram(
                    rule, columns: columns, now: now.seconds, forms: open.forms, types: open.types)
                let negation =
                    program.hasTypedTests
                    ? try RuleProgram(
                        rule, columns: columns, now: now.seconds, isNegated: true, forms: open.forms, types: open.types)
                    : nil
                tests.append(.rule(program, negation: negation))
            } else {
                tests.append(.rows(joined[segment.name] ?? RowSet()))
            }
        }
        self.tests = tests
        names = segments.map(\.name)
        unreadable = segments.map(\.unreadable)
    }

    /// The rows of a table that are in any of the segments, in order.
    ///
    /// Segment by segment, so that a rule's program stays where it is while it runs over the rows.
    /// - Parameters:
    ///   - first: the number of the table's first row in the source.
    ///   - undecided: the rows that a rule cannot decide on because of a value that it cannot read are added here.
    func members(
        of table: borrowing RowTable, first: Int, counting counts: inout SegmentCounts, undecided: inout [Undecided]
    ) -> [Int] {
        var hits = [Bool](repeating: false, count: tests.count * table.count)
        for (index, test) in tests.enumerated() {
            var marks = hits.mutableSpan
            switch test {
            case .rule(let program, let negation):
                Self.mark(program, table, &marks, at: index * table.count)
                if let negation {
                    undecided += Self.undecided(program, negation, table, marks, at: index * table.count, index)
                }
            case .rows(let rows): Self.mark(rows, table, first, &marks, at: index * table.count)
            }
        }
        return counts.count(hits.span, rows: table.count)
    }

    private static func mark(
        _ program: RuleProgram, _ table: borrowing RowTable, _ marks: inout MutableSpan<Bool>, at start: Int
    ) {
        let bytes = table.bytes.span
        for row in 0..<table.count { marks[start &+ row] = program.matches(row, of: table, bytes) }
    }

    /// The rows that are neither in the segment nor surely outside, because a value cannot be read.
    private static func undecided(
        _ program: RuleProgram, _ negation: RuleProgram, _ table: borrowing RowTable,
        _ marks: borrowing MutableSpan<Bool>,
        at start: Int, _ segment: Int
    ) -> [Undecided] {
        let bytes = table.bytes.span
        var found: [Undecided] = []
        for row in 0..<table.count where !marks[start &+ row] {
            guard let column = program.unreadableColumn(row, of: table, bytes),
                !negation.matches(row, of: table, bytes)
            else { continue }
            found.append(Undecided(segment: segment, row: row, column: column))
        }
        return found
    }

    private static func mark(
        _ rows: RowSet, _ table: borrowing RowTable, _ first: Int, _ marks: inout MutableSpan<Bool>, at start: Int
    ) {
        for row in 0..<table.count { marks[start &+ row] = rows.contains(first &+ row) }
    }
}

/// A row that a segment's rule cannot decide on.
struct Undecided: Sendable {
    /// The segment, by its number among those that are asked for.
    let segment: Int
    /// The row in its table.
    let row: Int
    /// The column of the first value that cannot be read.
    let column: Int
}

/// How many profiles are in each of several segments, and in each two of them.
struct SegmentCounts: Sendable {
    private(set) var members: [Int]
    /// In segments a and b at once, at a * n + b for a < b.
    private(set) var pairs: [Int]

    init(segments: Int) {
        members = Array(repeating: 0, count: segments)
        pairs = Array(repeating: 0, count: segments * segments)
    }

    /// Counts the hits, which come segment by segment, and returns the rows that have any.
    fileprivate mutating func count(_ hits: Span<Bool>, rows: Int) -> [Int] {
        var found: [Int] = []
        found.reserveCapacity(rows)
        for row in 0..<rows {
            var isMember = false
            for one in members.indices where hits[one &* rows &+ row] {
                members[one] &+= 1
                // Only a second hit makes a pair.
                if isMember {
                    for earlier in 0..<one where hits[earlier &* rows &+ row] {
                        pairs[earlier * members.count + one] += 1
                    }
                }
                isMember = true
            }
            if isMember { found.append(row) }
        }
        return found
    }

    func overlaps(of names: [SegmentName]) -> [SegmentOverlap] {
        names.indices.flatMap { one in
            names.indices.dropFirst(one + 1).compactMap { other in
                let profiles = pairs[one * names.count + other]
                return profiles == 0 ? nil : SegmentOverlap(segments: [names[one], names[other]], profiles: profiles)
            }
        }
    }

    static func += (left: inout SegmentCounts, right: SegmentCounts) {
        for index in left.members.indices { left.members[index] += right.members[index] }
        for index in left.pairs.indices { left.pairs[index] += right.pairs[index] }
    }
}
