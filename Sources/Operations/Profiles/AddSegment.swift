internal import Engine
internal import FoundationEssentials
internal import Governance
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
    /// The entity of its members, if it has one.
    public let membersEntity: String?
    /// How many profiles are members, where they were counted.
    public let members: Int?
    /// How many profiles the source has, where they were counted.
    public let profiles: Int?
    /// What is done with profiles that the rule cannot decide on: `stop` or `exclude`.
    public let unreadable: String
    /// What the administrator should know.
    public internal(set) var warnings: [String]

    init(_ segment: SegmentDefinition, count: (members: Int, profiles: Int)? = nil, warnings: [String] = []) {
        name = segment.name.text
        source = segment.source.text
        (rule, membersFile, membersEntity) =
            switch segment.membership {
            case .rule(let text): (text, nil, nil)
            case .members(let path): (nil, path, nil)
            case .entity(let name): (nil, nil, name)
            }
        unreadable = segment.unreadable.rawValue
        members = count?.members
        profiles = count?.profiles
        self.warnings = warnings
    }
}

extension Workspace {
    /// Adds a segment, or defines it anew; in that case consents that name it have to be given again.
    /// - Throws: an error of class bad-input if the rule or the members cannot be read.
    public func addSegment(_ segment: SegmentDefinition) async throws -> SegmentReport {
        var segment = segment
        switch segment.membership {
        case .rule(let text):
            try EnteredText.require(text, "the rule", allowingLines: true)
            let rule = try SegmentRule(parsing: text)
            segment = SegmentDefinition(
                name: segment.name, source: segment.source, membership: .rule(rule.text),
                unreadable: segment.unreadable)
        case .members(let path):
            try EnteredText.require(path, "the path of the members")
            segment = SegmentDefinition(
                name: segment.name, source: segment.source, membership: .members(path: absolutePath(path)),
                unreadable: segment.unreadable, delimiter: segment.delimiter)
        case .entity(let name): try EnteredText.require(name, "the entity's name")
        }
        // Counting is the honest check: it meets every row, and says at once if nobody is meant.
        var report = try await report(segment)
        report.warnings += try foresee { try $0.upsert(segment: segment) }
        try await store.transaction { [segment] in try $0.upsert(segment: segment) }
        return report
    }

    /// Adds a segment by its definition in Customer Insights' own JSON; it is kept as the rule that means the same.
    /// - Throws: an error of class bad-input that names the place in the file if it cannot be read, or means what cannot
    ///   be decided on a profile alone.
    public func importSegment(
        _ name: SegmentName, source sourceName: SourceName, definition file: String,
        unreadable: SegmentDefinition.Unreadable = .stop
    ) async throws -> SegmentReport {
        let types = try await SourceInspection.types(of: source(sourceName))
        let rule = try SegmentRule(
            customerInsights: try SmallFile.bytes(file, limit: 16 << 20), file: file, types: types)
        return try await addSegment(
            SegmentDefinition(name: name, source: sourceName, membership: .rule(rule.text), unreadable: unreadable))
    }

    /// All segments.
    public func segments() throws -> [SegmentReport] {
        try store.reading { try $0.segments() }.map { SegmentReport($0) }
    }

    /// Counts the members of a segment.
    /// - Throws: an error of class bad-input that names file and line.
    public func countSegment(_ name: SegmentName) async throws -> SegmentReport {
        try await report(segment(name))
    }

    private func report(_ segment: SegmentDefinition) async throws -> SegmentReport {
        let count = try await SourceInspection.count(
            [segment], in: source(segment.source), now: time.now(), scratch: files.home)
        let members = count.members[segment.name] ?? 0
        return SegmentReport(
            segment, count: (members, count.profiles),
            warnings: try sizeWarnings(members) + count.unreadable.map { $0.warning(segment.unreadable) }
                + UnusedFlag.warnings(count.listFlags))
    }

    func segment(_ name: SegmentName) throws -> SegmentDefinition {
        guard let segment = try store.reading({ try $0.segment(name) }) else {
            throw OperationError.unknownSegment(name)
        }
        return segment
    }
}
