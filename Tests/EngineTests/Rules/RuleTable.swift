@testable import Engine

/// Profiles as the tests of rules have them.
enum RuleTable {
    /// 2026-11-23T12:00:00Z, a Monday.
    static let now: Int64 = 1_795_435_200

    /// Whether a profile with these values, empty where nothing is said, is in the segment.
    static func matches(
        _ rule: SegmentRule, _ values: [String: String], now: Int64 = now, types: [String: FieldType] = [:]
    ) throws -> Bool {
        let columns = Array(Set(rule.fields + values.keys)).sorted()
        var table = RowTable(columns: columns.count)
        // A row before it and a byte before its values, so that places are not all zero.
        table.bytes = [0x78]
        var places: [Range<Int>] = []
        for column in columns {
            let start = table.bytes.count
            table.bytes += (values[column] ?? "").utf8
            places.append(start..<table.bytes.count)
        }
        table.fill(rows: 2) { _, fields in
            for index in places.indices { fields[columns.count + index] = RowTable.place(places[index]) }
            return 2
        }
        let program = try RuleProgram(rule, columns: columns, now: now, types: types)
        return program.matches(1, of: table, table.bytes.span)
    }

    static func matches(_ rule: String, _ values: [String: String], now: Int64 = now) throws -> Bool {
        try matches(SegmentRule(parsing: rule), values, now: now)
    }

    /// Whether a profile whose field `v` is `value` is in the segment.
    static func holds(_ rule: String, _ value: String) throws -> Bool { try matches(rule, ["v": value]) }
}
