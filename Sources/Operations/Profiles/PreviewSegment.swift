internal import Engine
internal import Governance
internal import Ledger
public import Model
internal import Store

/// The first members of a segment, as commands show them.
public struct PreviewReport: Encodable, Sendable {
    /// The segment.
    public let segment: String
    /// The names of the source's fields.
    public let fields: [String]
    /// Whether the values are shown as they are.
    public let revealed: Bool
    /// The log index of the entry that says who saw them, if they are.
    public let index: Int64?
    /// A profile each, its values in the order of ``fields``, null where it has none.
    public let profiles: [[String?]]
}

/// How many profiles are in segments of one source, and in two of them at once.
public struct OverlapsReport: Encodable, Sendable {
    /// The source.
    public let source: String
    /// Its profiles.
    public let profiles: Int
    /// Members of each segment.
    public let members: [String: Int]
    /// Every two of them that share profiles.
    public let overlaps: [OverlapReport]
}

extension Workspace {
    /// How many members a preview shows.
    public static let previewLimit = 100

    /// Shows the first members of a segment, with their values masked.
    /// - Parameter administrator: who wants to see the values as they are; that is logged before they are shown.
    /// - Throws: an error of class bad-input that names file and line; `Refusal` if the administrator is not enrolled;
    ///   an error of class I/O if the log cannot be written, and then nothing is shown.
    public func previewSegment(
        _ name: SegmentName, revealingTo administrator: AdministratorName?
    ) async throws -> PreviewReport {
        let segment = try segment(name)
        let preview = try await SourceInspection.preview(
            segment, in: source(segment.source), limit: Self.previewLimit, now: time.now(), scratch: files.home)
        var index: Int64?
        if let administrator {
            let entry = LogEntry(
                .profilesRevealed, actor: administrator.text,
                [
                    "segment": .string(name.text), "source": .string(segment.source.text),
                    "profiles": .integer(Int64(preview.profiles.count)),
                ])
            index = try await log.commit { transaction, appender in
                try transaction.requireAdministrator(administrator)
                return try appender.append(entry)
            }.value
        }
        return PreviewReport(
            segment: name.text, fields: preview.fields, revealed: administrator != nil, index: index,
            profiles: preview.profiles.map { profile in
                let values = profile.reveal()
                return administrator == nil ? values.map { $0.map(Self.masked) } : values
            })
    }

    /// The first character of a value: enough to see that the right column stands in the right place, and as much for a
    /// short value as for a long one.
    static func masked(_ value: String) -> String { value.prefix(1) + "•••" }

    /// Counts the members of several segments of one source, and of every two of them at once.
    /// - Throws: ``OperationError/severalSources(_:)``; an error of class bad-input that names file and line.
    public func overlaps(of names: [SegmentName]) async throws -> OverlapsReport {
        // One that is named twice is counted once.
        let segments = try names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }.map(segment)
        let sources = Set(segments.map(\.source))
        guard let source = sources.first, sources.count == 1 else {
            throw OperationError.severalSources(sources.map(\.text).sorted())
        }
        let count = try await SourceInspection.count(
            segments, in: self.source(source), now: time.now(), scratch: files.home)
        return OverlapsReport(
            source: source.text, profiles: count.profiles,
            members: Dictionary(uniqueKeysWithValues: count.members.map { ($0.key.text, $0.value) }),
            overlaps: count.overlaps.map(OverlapReport.init))
    }
}
