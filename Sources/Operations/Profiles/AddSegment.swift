internal import Engine
public import Model
internal import Store

/// A segment, as commands show it.
public struct SegmentReport: Encodable, Sendable {
    /// Its name.
    public let name: String
    /// The source it selects from.
    public let source: String
    /// The rule, in its canonical spelling, if it has one.
    public let rule: String?
    /// The file of its members, if it has one.
    public let membersFile: String?
    /// How many profiles are members, where they were counted.
    public let members: Int?
    /// How many profiles the source has, where they were counted.
    public let profiles: Int?

    init(_ segment: SegmentDefinition, count: (members: Int, profiles: Int)? = nil) {
        name = segment.name.text
        source = segment.source.text
        (rule, membersFile) =
            switch segment.membership {
            case .rule(let text): (text, nil)
            case .members(let path): (nil, path)
            }
        members = count?.members
        profiles = count?.profiles
    }
}

extension Workspace {
    /// Adds a segment, or defines it anew; in that case consents that name it have to be given again.
    /// - Throws: an error of class bad-input if the rule or the members file cannot be read.
    public func addSegment(_ segment: SegmentDefinition) async throws -> SegmentReport {
        let source = try source(segment.source)
        var segment = segment
        switch segment.membership {
        case .rule(let text):
            let rule = try SegmentRule(parsing: text)
            segment = SegmentDefinition(name: segment.name, source: segment.source, membership: .rule(rule.text))
        case .members(let path):
            segment = SegmentDefinition(
                name: segment.name, source: segment.source, membership: .members(path: absolutePath(path)))
        }
        // Counting is the honest check: it meets every row, and says at once if nobody is meant.
        let count = try SourceInspection.count(segment, in: source)
        try await store.transaction { [segment] in try $0.upsert(segment: segment) }
        return SegmentReport(segment, count: count)
    }

    /// All segments.
    public func segments() throws -> [SegmentReport] {
        try store.reading { try $0.segments() }.map { SegmentReport($0) }
    }

    /// Counts the members of a segment.
    /// - Throws: an error of class bad-input that names file and line.
    public func countSegment(_ name: SegmentName) throws -> SegmentReport {
        let segment = try segment(name)
        return SegmentReport(segment, count: try SourceInspection.count(segment, in: source(segment.source)))
    }

    func segment(_ name: SegmentName) throws -> SegmentDefinition {
        guard let segment = try store.reading({ try $0.segment(name) }) else {
            throw OperationError.unknownSegment(name)
        }
        return segment
    }
}
