internal import Model

/// Joins profiles with the files and entities that list a segment's members, by their identifying field, without holding
/// either side: see ``Partitions``.
enum MembershipJoin {
    /// The members' rows in the source, of every segment that is no rule; nil if all are.
    /// - Returns: the rows, where the source's chunks lie, so that their rows are numbered from now on, and how many rows
    ///   the lists have.
    static func rows(
        of segments: [SegmentDefinition], source: SourceDefinition, _ open: OpenSource, scratch: String
    ) async throws -> (rows: [SegmentName: RowSet], index: ChunkIndex, lists: [PartRows])? {
        var lists: [(name: SegmentName, members: OpenSource)] = []
        for segment in segments {
            if let list = try members(of: segment, source) { lists.append((segment.name, list)) }
        }
        guard !lists.isEmpty else { return nil }
        let key = FingerprintKey()
        var profiles = Partitions(scratch: scratch)
        let index = try await fill(&profiles, open, source.idField, key)
        var rows: [SegmentName: RowSet] = [:]
        var counts: [PartRows] = []
        for (name, members) in lists {
            var list = Partitions(scratch: scratch)
            counts += try await fill(&list, members, source.idField, key).rows(of: members, whole: "segment \(name)")
            var set = RowSet()
            try list.forEachMatch(in: profiles) { row, _ in set.insert(row) }
            rows[name] = set
        }
        return (rows, index, counts)
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
    private static func fill(
        _ partitions: inout Partitions, _ source: OpenSource, _ idField: String, _ key: FingerprintKey
    ) async throws -> ChunkIndex {
        let index = try await ChunkScan.run(source.files, FieldWishes(columns: [idField])) {
            (table, _, _) throws(EngineError) in
            let bytes = table.bytes.span.bytes
            var found: [(row: Int, fingerprint: Fingerprint)] = []
            found.reserveCapacity(table.count)
            for row in 0..<table.count {
                let field = table.field(row, 0)
                guard !field.isEmpty else { continue }
                found.append((row, key.fingerprint(bytes, field, folding: false)))
            }
            return found
        } take: { found, place in
            try partitions.add(found, first: place.firstRow)
        }.index
        try source.require([idField], index)
        return index
    }
}
