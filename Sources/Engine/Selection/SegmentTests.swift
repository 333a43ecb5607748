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

    /// Counts a profile in, and says whether it is in any of the segments.
    /// - Parameters:
    ///   - row: its number in the table.
    ///   - number: its number in the source.
    func includes(
        _ row: Int, of table: borrowing RowTable, _ bytes: Span<UInt8>, number: Int,
        counting counts: inout SegmentCounts
    ) -> Bool {
        var first = -1
        for index in tests.indices {
            let isMember =
                switch tests[index] {
                case .rule(let program): program.matches(row, of: table, bytes)
                case .rows(let rows): rows.contains(number)
                }
            guard isMember else { continue }
            if first < 0 { first = index } else { counts.isShared = true }
            counts.hits[index] = true
        }
        if first >= 0 { counts.count(from: first) }
        return first >= 0
    }
}

/// How many profiles are in each of several segments, and in each two of them.
struct SegmentCounts: Sendable {
    private(set) var members: [Int]
    /// In segments a and b at once, at a * n + b for a < b.
    private(set) var pairs: [Int]
    fileprivate var hits: [Bool]
    fileprivate var isShared = false

    init(segments: Int) {
        members = Array(repeating: 0, count: segments)
        pairs = Array(repeating: 0, count: segments * segments)
        hits = Array(repeating: false, count: segments)
    }

    fileprivate mutating func count(from first: Int) {
        guard isShared else {
            members[first] += 1
            hits[first] = false
            return
        }
        isShared = false
        for one in first..<hits.count where hits[one] {
            members[one] += 1
            for other in (one + 1)..<hits.count where hits[other] { pairs[one * hits.count + other] += 1 }
        }
        for index in hits.indices { hits[index] = false }
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
