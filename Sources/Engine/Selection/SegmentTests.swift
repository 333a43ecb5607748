internal import Model

/// The segments of one source, ready to be asked about its profiles.
struct SegmentTests: Sendable {
    private enum Test: Sendable {
        case rule(RuleProgram)
        /// Membership by a file or an entity, joined beforehand.
        case rows(RowSet)
    }

    let names: [SegmentName]
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
    init(
        _ segments: [SegmentDefinition], columns: [String], joined: [SegmentName: RowSet], now: Timestamp
    ) throws(EngineError) {
        var tests: [Test] = []
        for segment in segments {
            if case .rule(let text) = segment.membership {
                tests.append(
                    .rule(try RuleProgram(SegmentRule(parsing: text), columns: columns, now: now.seconds)))
            } else {
                tests.append(.rows(joined[segment.name] ?? RowSet()))
            }
        }
        self.tests = tests
        names = segments.map(\.name)
    }

    /// The rows of a table that are in any of the segments, in order.
    ///
    /// Segment by segment, so that a rule's program stays where it is while it runs over the rows.
    /// - Parameter first: the number of the table's first row in the source.
    func members(of table: borrowing RowTable, first: Int, counting counts: inout SegmentCounts) -> [Int] {
        var hits = [Bool](repeating: false, count: tests.count * table.count)
        for (index, test) in tests.enumerated() {
            var marks = hits.mutableSpan
            switch test {
            case .rule(let program): Self.mark(program, table, &marks, at: index * table.count)
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

    private static func mark(
        _ rows: RowSet, _ table: borrowing RowTable, _ first: Int, _ marks: inout MutableSpan<Bool>, at start: Int
    ) {
        for row in 0..<table.count { marks[start &+ row] = rows.contains(first &+ row) }
    }
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
