internal import Model

/// Joins profiles with the files and entities that list a segment's members, by their identifying field, without holding
/// either side: see ``Partitions``.
struct MembershipJoin: Sendable {
    /// The members' rows in the source, of every segment that is no rule.
    private(set) var rows: [SegmentName: RowSet] = [:]
    /// The rows in the source that a list has with a flag that is set: they are in none of its segments.
    private(set) var flagged = RowSet()
    /// Where the source's chunks lie, so that their rows are numbered from now on.
    let index: ChunkIndex
    /// How many identifiers the lists have.
    private(set) var parts: [PartRows] = []
    /// The fields of each list.
    private(set) var fields: [(segment: SegmentName, names: [String])] = []

    /// Reads source and lists to their end; nil if all segments are rules.
    /// - Parameter flags: the flags that keep an identifier from being a member, where a list has them.
    init?(
        of segments: [SegmentDefinition], source: SourceDefinition, _ open: OpenSource, flags: FlagNames,
        scratch: String
    ) async throws {
        var lists: [(name: SegmentName, members: OpenSource)] = []
        for segment in segments {
            if let list = try Self.members(of: segment, source) { lists.append((segment.name, list)) }
        }
        guard !lists.isEmpty else { return nil }
        let key = FingerprintKey()
        var profiles = Partitions(scratch: scratch)
        index = try await Self.fill(&profiles, open, source.idField, key).index
        for (name, members) in lists {
            var list = Partitions(scratch: scratch)
            let (index, counts) = try await Self.fill(&list, members, source.idField, key, flags)
            parts += PartRows.parts(of: members, whole: "segment \(name)", rows: counts)
            fields.append((name, members.fields(index)))
            var set = RowSet()
            try list.forEachMatch(in: profiles) { row, isKeptOut in
                if isKeptOut { flagged.insert(row) } else { set.insert(row) }
            }
            rows[name] = set
        }
    }

    private static func members(
        of segment: SegmentDefinition, _ source: SourceDefinition
    ) throws(EngineError) -> OpenSource? {
        switch segment.membership {
        case .rule: return nil
        case .members(let path): return try OpenSource.members(path, id: source.idField, delimiter: segment.delimiter)
        case .entity(let name):
            guard case .commonDataModel(let folder, _) = source.format else {
                throw .incomplete(what: "Common Data Model folder for the entity '\(name)'")
            }
            return try OpenSource(.commonDataModel(folder: folder, entity: name))
        }
    }

    /// Puts the identifiers of all rows into `partitions`; rows without one are no member and have none.
    /// - Parameter flags: where one of these is set, the identifier is kept out.
    /// - Returns: how many identifiers each file has.
    private static func fill(
        _ partitions: inout Partitions, _ source: OpenSource, _ idField: String, _ key: FingerprintKey,
        _ flags: FlagNames? = nil
    ) async throws -> (index: ChunkIndex, identifiers: [Int]) {
        let fixed = source.namesOwnFields ? [] : source.fields.filter { $0 != idField && flags?.contains($0) ?? false }
        let wishes = FieldWishes(columns: [idField] + fixed, flags: source.namesOwnFields ? flags : nil)
        var counts = [Int](repeating: 0, count: source.files.count)
        let index = try await ChunkScan.run(source.files, wishes) { (table, _, _) throws(EngineError) in
            identifiers(table, flags: 1..<wishes.count, key)
        } take: { found, place in
            counts[place.file] += found.plain.count + found.keptOut.count
            try partitions.add(found.plain, first: place.firstRow)
            try partitions.keepOut(found.keptOut)
        }.index
        try source.require([idField], index)
        return (index, counts)
    }

    private typealias Identifiers = [(row: Int, fingerprint: Fingerprint)]

    private static func identifiers(
        _ table: borrowing RowTable, flags: Range<Int>, _ key: FingerprintKey
    ) -> (plain: Identifiers, keptOut: Identifiers) {
        let bytes = table.bytes.span.bytes
        var (plain, keptOut): (Identifiers, Identifiers) = ([], [])
        plain.reserveCapacity(table.count)
        for row in 0..<table.count {
            let field = table.field(row, 0)
            // An identifier of blanks is none: nobody is meant by it.
            guard !AddressCheck.trimmed(bytes, field).isEmpty else { continue }
            let fingerprint = key.fingerprint(bytes, field, folding: false)
            if flags.contains(where: { FlagText.isSet(bytes, table.field(row, $0)) }) {
                keptOut.append((row, fingerprint))
            } else {
                plain.append((row, fingerprint))
            }
        }
        return (plain, keptOut)
    }
}
