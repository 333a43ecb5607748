// Stands in until the compiled rules are here.
struct RuleProgram: Sendable {
    let evaluator: RuleEvaluator
    init(_ rule: SegmentRule, columns: [String], now: Int64) throws(EngineError) {
        evaluator = try RuleEvaluator(rule, columns: columns)
    }
    func matches(_ row: Int, of table: borrowing RowTable, _ bytes: Span<UInt8>) -> Bool {
        evaluator.matches(row, table)
    }
}
