public import Model

/// How many profiles are in segments, and in two of them at once.
public struct SegmentCount: Sendable {
    /// Profiles in the source.
    public let profiles: Int
    /// Members of each segment.
    public let members: [SegmentName: Int]
    /// Of every two segments that share profiles, how many.
    public let overlaps: [SegmentOverlap]
    /// Values that rules needed and could not read.
    public let unreadable: [UnreadableValues]
}

/// The first members of a segment.
public struct SegmentPreview: Sendable {
    /// The names of the fields.
    public let fields: [String]
    /// A profile each, in the order of the source, its values in the order of ``fields``, nil where it has none.
    public let profiles: [Personal<[String?]>]
}

/// Looks into sources without exporting anything.
public enum SourceInspection {
    /// The names of a source's fields.
    /// - Throws: ``EngineError``.
    public static func fields(of source: SourceDefinition) throws(EngineError) -> [String] {
        try OpenSource(source.format).fields
    }

    /// What an administrator should know of a source.
    /// - Throws: ``EngineError``.
    public static func notes(of source: SourceDefinition) throws(EngineError) -> [String] {
        try OpenSource(source.format).notes
    }

    /// What identifies the state of the files that a source and its segments' members are read from.
    /// - Throws: ``EngineError``.
    public static func fingerprints(
        of source: SourceDefinition, segments: [SegmentDefinition]
    ) throws(EngineError) -> [SourceFingerprint] {
        var found = try OpenSource(source.format).files.map(\.input.fingerprint)
        for segment in segments where segment.source == source.name {
            switch segment.membership {
            case .rule: continue
            case .members(let path): found.append(try InputFile(path).fingerprint)
            case .entity(let name):
                guard case .commonDataModel(let folder, _) = source.format else { continue }
                let entity = SourceDefinition.Format.commonDataModel(folder: folder, entity: name)
                found += try OpenSource(entity).files.map(\.input.fingerprint)
            }
        }
        return found
    }

    /// The names of a source's fields with what it says of their values; `string` where it says nothing.
    /// - Throws: ``EngineError``.
    public static func types(of source: SourceDefinition) throws(EngineError) -> [String: FieldType] {
        let open = try OpenSource(source.format)
        return Dictionary(uniqueKeysWithValues: open.fields.map { ($0, open.types[$0] ?? .string) })
    }

    /// Reads a source to its end and returns how many profiles it has.
    ///
    /// Of a Common Data Model folder every value is looked at, whether it is what `model.json` says.
    /// - Throws: ``EngineError`` with the place of what is malformed.
    public static func check(_ source: SourceDefinition) async throws -> Int {
        let open = try OpenSource(source.format)
        let types = open.fields.map { open.types[$0] ?? .string }
        let forms = open.fields.map { open.forms[$0] }
        let paths = open.files.map(\.path)
        return try await ChunkScan.run(open.files, columns: open.fields) { (table, _, _) throws(EngineError) in
            let bytes = table.bytes.span
            for row in 0..<table.count {
                for column in types.indices {
                    let field = table.field(row, column)
                    if !field.isEmpty, !types[column].admits(bytes.extracting(field), forms[column]) {
                        throw .value(
                            Place(file: paths[table.file], line: table.line(row), field: column + 1),
                            type: types[column])
                    }
                }
            }
        } take: { _, _ in
        }.index.rows
    }

    /// Counts the members of segments of one source.
    /// - Parameters:
    ///   - now: the time that relative dates in rules start from.
    ///   - scratch: a folder for a scratch file; see ``ExportRequest/scratch``.
    /// - Throws: ``EngineError`` with the place of what is malformed.
    public static func count(
        _ segments: [SegmentDefinition], in source: SourceDefinition, now: Timestamp, scratch: String
    ) async throws -> SegmentCount {
        let scan = try await SegmentScan(segments, in: source, now: now, scratch: scratch)
        let tests = scan.tests
        var counts = SegmentCounts(segments: segments.count)
        var unreadable = UnreadableTally()
        let (index, _) = try await ChunkScan.run(
            scan.open.files, columns: scan.columns, places: scan.places
        ) { (table, first, _) throws(EngineError) -> (SegmentCounts, [UnreadableTally.Mark]) in
            var counts = SegmentCounts(segments: tests.names.count)
            var undecided: [Undecided] = []
            var marks: [UnreadableTally.Mark] = []
            _ = tests.members(of: table, first: first ?? 0, counting: &counts, undecided: &undecided)
            for item in undecided {
                marks.note(segment: item.segment, column: item.column, row: item.row, line: table.line(item.row))
            }
            return (counts, marks)
        } take: { more, place in
            counts += more.0
            unreadable.add(more.1, tests, scan.open, scan.columns, place)
        }
        return SegmentCount(
            profiles: index.rows, members: Dictionary(uniqueKeysWithValues: zip(tests.names, counts.members)),
            overlaps: counts.overlaps(of: tests.names), unreadable: unreadable.values)
    }

    /// Finds the first members of a segment.
    /// - Parameters:
    ///   - limit: how many at most.
    ///   - now: the time that relative dates in the rule start from.
    ///   - scratch: a folder for a scratch file; see ``ExportRequest/scratch``.
    /// - Throws: ``EngineError`` with the place of what is malformed, up to there.
    public static func preview(
        _ segment: SegmentDefinition, in source: SourceDefinition, limit: Int, now: Timestamp, scratch: String
    ) async throws -> SegmentPreview {
        let scan = try await SegmentScan([segment], in: source, now: now, scratch: scratch, allFields: true)
        let tests = scan.tests
        var found: [Personal<[String?]>] = []
        do {
            _ = try await ChunkScan.run(
                scan.open.files, columns: scan.columns, places: scan.places
            ) { (table, first, _) throws(EngineError) -> [Personal<[String?]>] in
                var counts = SegmentCounts(segments: 1)
                var profiles: [Personal<[String?]>] = []
                var undecided: [Undecided] = []
                let members = tests.members(of: table, first: first ?? 0, counting: &counts, undecided: &undecided)
                for row in members.prefix(limit) {
                    let values = (0..<table.columns).map { column -> String? in
                        let field = table.field(row, column)
                        return field.isEmpty ? nil : String(decoding: table.bytes[field], as: UTF8.self)
                    }
                    profiles.append(Personal(values))
                }
                return profiles
            } take: { profiles, _ in
                found += profiles
                if found.count >= limit { throw Enough() }
            }
        } catch is Enough {
            // The rest of the source need not be read.
        }
        return SegmentPreview(fields: scan.columns, profiles: Array(found.prefix(limit)))
    }

    private struct Enough: Error {}
}

/// A source opened for asking about segments alone.
private struct SegmentScan {
    let open: OpenSource
    let columns: [String]
    let tests: SegmentTests
    let places: [ChunkPlace]?

    init(
        _ segments: [SegmentDefinition], in source: SourceDefinition, now: Timestamp, scratch: String,
        allFields: Bool = false
    ) async throws {
        open = try OpenSource(source.format)
        columns = allFields ? open.fields : try SegmentTests.columns(of: segments)
        for name in try SegmentTests.columns(of: segments) where !open.fields.contains(name) {
            throw EngineError.missingColumn(
                name, path: open.files.first?.path ?? source.name.text, known: open.fields)
        }
        let joined = try await MembershipJoin.rows(of: segments, source: source, open, scratch: scratch)
        tests = try SegmentTests(segments, columns: columns, joined: joined?.rows ?? [:], now: now, forms: open.forms)
        places = joined?.index.places
    }
}
