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
    /// Fields of the lists of members that look like an opt-out and do not count by themselves.
    public let listFlags: [UnusedFlag]
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
    ///
    /// Where every row names its own (NDJSON), the source is read to its end.
    /// - Throws: ``EngineError``.
    public static func fields(of source: SourceDefinition) async throws -> [String] {
        let open = try OpenSource(source.format)
        guard open.namesOwnFields else { return open.fields }
        return open.fields(try await read(open).index)
    }

    /// The names of a source's fields at a first look.
    ///
    /// Where every row names its own, these are the fields of the first rows, and there may be more.
    /// - Throws: ``EngineError``.
    public static func firstFields(of source: SourceDefinition) throws(EngineError) -> [String] {
        let open = try OpenSource(source.format)
        var reader = ChunkReader(open.files)
        guard open.namesOwnFields, let chunk = try reader.next() else { return open.fields }
        let file = open.files[chunk.file]
        var table = RowTable(columns: 0)
        // What is malformed there is for 'source check' to say.
        _ = try? file.parser(for: []).parseUnchecked(chunk, path: file.path, line: 1, into: &table)
        return table.met.isEmpty ? open.fields : table.met.map(\.name)
    }

    private static func read(_ open: OpenSource) async throws -> (index: ChunkIndex, times: StageTimes) {
        try await ChunkScan.run(open.files, FieldWishes(columns: [], flags: FlagNames(), isWhole: true)) {
            (_, _, _) throws(EngineError) in
        } take: { _, _ in
        }
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
    public static func types(of source: SourceDefinition) async throws -> [String: FieldType] {
        let types = try OpenSource(source.format).types
        return Dictionary(uniqueKeysWithValues: try await fields(of: source).map { ($0, types[$0] ?? .string) })
    }

    /// Reads a source to its end and returns how many profiles it has, and their fields.
    ///
    /// Of a Common Data Model folder every value is looked at, whether it is what `model.json` says. Values of NDJSON may
    /// be arrays and objects, as an export passes over them.
    /// - Throws: ``EngineError`` with the place of what is malformed.
    public static func check(_ source: SourceDefinition) async throws -> (profiles: Int, fields: [String]) {
        let open = try OpenSource(source.format)
        if open.namesOwnFields {
            let index = try await read(open).index
            return (index.rows, open.fields(index))
        }
        let types = open.fields.map { open.types[$0] ?? .string }
        let forms = open.fields.map { open.forms[$0] }
        let paths = open.files.map(\.path)
        let index = try await ChunkScan.run(open.files, FieldWishes(columns: open.fields)) {
            (table, _, _) throws(EngineError) in
            let bytes = table.bytes.span
            for row in 0..<table.count {
                for column in types.indices {
                    let field = table.field(row, column)
                    if !field.isEmpty, !types[column].admits(bytes.extracting(field), forms[column]) {
                        if types[column].isDate, let format = forms[column]?.unknownFormat {
                            throw .model(
                                path: open.files[table.file].path,
                                problem:
                                    "the field '\(open.fields[column])' has the date format '\(format)' in model.json, "
                                    + "which is not understood, so its dates cannot be read")
                        }
                        throw .value(
                            Place(file: paths[table.file], line: table.line(row), field: column + 1),
                            type: types[column])
                    }
                }
            }
        } take: { _, _ in
        }.index
        return (index.rows, open.fields)
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
            scan.open.files, scan.wishes, places: scan.places
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
        try scan.open.require(scan.columns, index)
        return SegmentCount(
            profiles: index.rows, members: Dictionary(uniqueKeysWithValues: zip(tests.names, counts.members)),
            overlaps: counts.overlaps(of: tests.names), unreadable: unreadable.values, listFlags: scan.listFlags)
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
        let places = Dictionary(zip(scan.columns, scan.columns.indices)) { first, _ in first }
        let order = scan.shown.map { places[$0] ?? 0 }
        var found: [Personal<[String?]>] = []
        do {
            let (index, _) = try await ChunkScan.run(
                scan.open.files, scan.wishes, places: scan.places
            ) { (table, first, _) throws(EngineError) -> [Personal<[String?]>] in
                var counts = SegmentCounts(segments: 1)
                var profiles: [Personal<[String?]>] = []
                var undecided: [Undecided] = []
                let members = tests.members(of: table, first: first ?? 0, counting: &counts, undecided: &undecided)
                for row in members.prefix(limit) {
                    let values = order.map { column -> String? in
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
            try scan.open.require(scan.ruleColumns, index)
        } catch is Enough {
            // The rest of the source need not be read.
        }
        return SegmentPreview(fields: scan.shown, profiles: Array(found.prefix(limit)))
    }

    private struct Enough: Error {}
}

/// A source opened for asking about segments alone.
private struct SegmentScan {
    let open: OpenSource
    /// The fields that rules ask for.
    let ruleColumns: [String]
    /// Those, and behind them the others that are shown.
    let columns: [String]
    /// The fields that are shown, in the order of the source.
    let shown: [String]
    let tests: SegmentTests
    let places: [ChunkPlace]?
    let listFlags: [UnusedFlag]

    /// Where every row names its own fields, no more of them are shown: a table has room for each in each row.
    private static let mostShown = 500

    var wishes: FieldWishes { FieldWishes(columns: columns, plain: ruleColumns.count) }

    init(
        _ segments: [SegmentDefinition], in source: SourceDefinition, now: Timestamp, scratch: String,
        allFields: Bool = false
    ) async throws {
        open = try OpenSource(source.format)
        ruleColumns = try SegmentTests.columns(of: segments)
        try open.require(ruleColumns)
        var shown: [String] = []
        if allFields {
            shown = try open.namesOwnFields ? SourceInspection.firstFields(of: source) : open.fields
            if open.namesOwnFields { shown = Array(shown.prefix(Self.mostShown)) }
        }
        for name in ruleColumns where allFields && !shown.contains(name) { shown.append(name) }
        self.shown = shown
        let asked = Set(ruleColumns)
        columns = ruleColumns + shown.filter { !asked.contains($0) }
        let joined = try await MembershipJoin(
            of: segments, source: source, open, flags: FlagNames(), scratch: scratch)
        tests = try SegmentTests(segments, columns: columns, joined: joined?.rows ?? [:], now: now, of: open)
        places = joined?.index.places
        listFlags = joined?.unusedFlags(of: source.name) ?? []
    }
}
