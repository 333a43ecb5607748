internal import Model

/// Decides whether a profile is in a segment.
enum Membership {
    case rule(RuleEvaluator)
    case members(FingerprintSet, column: Int)

    /// The columns that deciding takes.
    static func columns(of segment: SegmentDefinition, source: SourceDefinition) throws(EngineError) -> [String] {
        switch segment.membership {
        case .rule(let text): try SegmentRule(parsing: text).fields
        case .members: [source.idField]
        }
    }

    init(_ segment: SegmentDefinition, source: SourceDefinition, columns: [String]) throws(EngineError) {
        switch segment.membership {
        case .rule(let text): self = .rule(try RuleEvaluator(try SegmentRule(parsing: text), columns: columns))
        case .members(let path):
            let isJSON = [".ndjson", ".jsonl", ".json"].contains { path.hasSuffix($0) }
            let file = SourceDefinition(name: source.name, format: isJSON ? .ndjson(path: path) : .csv(path: path))
            var reader = try SourceReader(file, columns: [source.idField])
            var record = Record(columns: 1)
            var members = FingerprintSet()
            while try reader.next(&record) { _ = members.insert(record[0]) }
            guard let column = columns.firstIndex(of: source.idField) else {
                throw .incomplete(what: "identifying field")
            }
            self = .members(members, column: column)
        }
    }

    func includes(_ record: borrowing Record) -> Bool {
        switch self {
        case .rule(let rule): rule.matches(record)
        case .members(let members, let column): !record[column].isEmpty && members.contains(record[column])
        }
    }
}
