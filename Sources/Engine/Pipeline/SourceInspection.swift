public import Model

/// Looks into sources without exporting anything.
public enum SourceInspection {
    /// The names of a source's fields.
    /// - Throws: ``EngineError``.
    public static func fields(of source: SourceDefinition) throws(EngineError) -> [String] {
        try SourceReader.fields(of: source)
    }

    /// Reads a source to its end and returns how many profiles it has.
    /// - Throws: ``EngineError`` with the place of what is malformed.
    public static func check(_ source: SourceDefinition) throws(EngineError) -> Int {
        var reader = try SourceReader(source, columns: [])
        var record = Record(columns: 0)
        var count = 0
        while try reader.next(&record) { count += 1 }
        return count
    }

    /// Counts the members of a segment, and the profiles of its source.
    /// - Throws: ``EngineError`` with the place of what is malformed.
    public static func count(
        _ segment: SegmentDefinition, in source: SourceDefinition
    ) throws(EngineError) -> (members: Int, profiles: Int) {
        let columns = try Membership.columns(of: segment, source: source)
        var reader = try SourceReader(source, columns: columns)
        let membership = try Membership(segment, source: source, columns: columns)
        var record = Record(columns: columns.count)
        var count = (members: 0, profiles: 0)
        while try reader.next(&record) {
            count.profiles += 1
            if membership.includes(record) { count.members += 1 }
        }
        return count
    }
}
