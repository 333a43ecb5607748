public import Model

/// Makes a ``Selection``.
struct Selector: ~Copyable {
    private var tally = Tally()
    private var rejections: [Rejection] = []
    private var members: [SegmentName: Int] = [:]
    private var overlaps: [SegmentOverlap] = []
    private var times = StageTimes()
    private var inputs: [Selection.Input] = []
    /// The number of each input's first row among all rows.
    private var firstRows: [Int] = []
    private var addresses: Partitions
    private let request: ExportRequest
    private let key = FingerprintKey()

    static let maximumRejections = 1000

    private init(_ request: ExportRequest) {
        self.request = request
        addresses = Partitions(scratch: request.scratch)
    }

    static func select(
        _ request: ExportRequest, progress: (Double) -> Void
    ) async throws -> Selection {
        let sources = try BoundSource.bind(request)
        let builder: BatchBuilder
        do {
            builder = try BatchBuilder(
                destination: request.destination.id, listID: request.destination.listID,
                segments: request.destination.segments, fields: request.destination.matching?.fields ?? [],
                customFields: request.customFields, limits: request.limits)
        } catch {
            throw EngineError.incomplete(what: "definition for a matched field (\(error.message))")
        }
        var selector = Selector(request)
        let total = sources.flatMap(\.open.files).map(\.input.fingerprint.size).reduce(0, +)
        var done: Int64 = 0
        for source in sources {
            try await selector.read(source) { bytes in
                done += bytes
                progress(Double(done) / Double(max(1, total)))
            }
        }
        try await selector.rejectRepeated(sources)
        return Selection(
            tally: selector.tally, rejections: selector.rejections, members: selector.members,
            overlaps: selector.overlaps, fingerprints: sources.flatMap(\.open.files).map(\.input.fingerprint),
            times: selector.times, inputs: selector.inputs, builder: builder)
    }

    // MARK: Chunks, on any core

    private struct Verdict: Sendable {
        var rows = 0
        var counts: SegmentCounts
        var candidates: [(row: Int, fingerprint: Fingerprint)] = []
        var rejected: [RejectionReason: Int] = [:]
        var rejections: [(row: Int, line: Int, field: Int?, reason: RejectionReason)] = []
    }

    private static func judge(
        _ table: borrowing RowTable, firstRow: Int, _ tests: SegmentTests, _ check: ContactCheck, _ key: FingerprintKey,
        _ clock: inout StageClock
    ) -> Verdict {
        var verdict = Verdict(rows: table.count, counts: SegmentCounts(segments: tests.names.count))
        let bytes = table.bytes.span.bytes
        let members = tests.members(of: table, first: firstRow, counting: &verdict.counts)
        clock.end(.evaluate)
        verdict.candidates.reserveCapacity(members.count)
        for row in members {
            if let problem = check.problem(row, of: table, bytes) {
                verdict.rejected[problem.reason, default: 0] += 1
                if verdict.rejections.count < maximumRejections {
                    verdict.rejections.append((row, table.line(row), problem.field, problem.reason))
                }
            } else {
                let address = check.address(row, of: table, bytes)
                verdict.candidates.append((row, key.fingerprint(bytes, address, folding: true)))
            }
        }
        clock.end(.check)
        return verdict
    }

    // MARK: One after the other

    private mutating func read(_ source: BoundSource, progress: (Int64) -> Void) async throws {
        let joined = try await MembershipJoin.rows(
            of: source.segments, source: source.definition, source.open, scratch: request.scratch)
        let tests = try SegmentTests(
            source.segments, columns: source.columns, joined: joined?.rows ?? [:], now: request.now)
        let firstRow = (firstRows.last ?? 0) + (inputs.last?.index.rows ?? 0)
        firstRows.append(firstRow)
        var input = Selection.Input(source: source.open, columns: source.columns, check: source.check)
        var counts = SegmentCounts(segments: tests.names.count)
        let (check, key) = (source.check, key)
        let (index, times) = try await ChunkScan.run(
            source.open.files, columns: source.columns, places: joined?.index.places
        ) { (table, first, clock) throws(EngineError) in
            (Self.judge(table, firstRow: first ?? 0, tests, check, key, &clock), clock.times)
        } take: { (result, place) in
            let verdict = result.0
            var clock = StageClock()
            counts += verdict.counts
            tally.source += verdict.rows
            let rejected = verdict.rejected.values.reduce(0, +)
            tally.selected += verdict.candidates.count + rejected
            tally.filteredOut += verdict.rows - verdict.candidates.count - rejected
            tally.rejected.merge(verdict.rejected, uniquingKeysWith: +)
            for rejection in verdict.rejections where rejections.count < Self.maximumRejections {
                rejections.append(
                    Rejection(
                        source: source.definition.name, row: place.firstRow + rejection.row + 1,
                        file: source.open.files[place.file].path, line: place.firstLine + rejection.line - 1,
                        field: rejection.field.map { check.fields[$0].name }, reason: rejection.reason))
            }
            input.selected.insert(verdict.candidates, first: place.firstRow)
            try addresses.add(verdict.candidates, first: firstRow + place.firstRow)
            clock.end(.deduplicate)
            self.times += clock.times
            progress(Int64(place.count))
        }
        self.times += times
        input.index = index
        inputs.append(input)
        report(counts, tests.names)
    }

    private mutating func report(_ counts: SegmentCounts, _ names: [SegmentName]) {
        for (name, count) in zip(names, counts.members) { members[name] = count }
        overlaps += counts.overlaps(of: names)
    }

    // MARK: Addresses that come twice

    /// Of profiles with the same address the first one goes, in the order of the sources and their rows.
    private mutating func rejectRepeated(_ sources: [BoundSource]) async throws {
        var clock = StageClock()
        var first: [Int] = []
        var count = 0
        try addresses.forEachRepeated { row in
            count += 1
            let input = self.input(of: row)
            inputs[input].selected.remove(row - firstRows[input])
            first.append(row)
            if first.count > 4 * Self.maximumRejections {
                first.sort()
                first.removeSubrange(Self.maximumRejections...)
            }
        }
        if count > 0 { tally.rejected[.duplicateEmail] = count }
        tally.prepared = tally.selected - tally.rejected.values.reduce(0, +)
        first.sort()
        for row in first.prefix(Self.maximumRejections) {
            let input = self.input(of: row)
            rejections.append(try rejection(row - firstRows[input], sources[input], inputs[input].index))
        }
        let order = Dictionary(
            uniqueKeysWithValues: sources.enumerated().map { ($0.element.definition.name, $0.offset) })
        rejections.sort { (order[$0.source] ?? 0, $0.row) < (order[$1.source] ?? 0, $1.row) }
        rejections = Array(rejections.prefix(Self.maximumRejections))
        clock.end(.deduplicate)
        times += clock.times
    }

    private func input(of row: Int) -> Int { (firstRows.lastIndex { $0 <= row }) ?? 0 }

    private func rejection(_ row: Int, _ source: BoundSource, _ index: ChunkIndex) throws -> Rejection {
        guard let place = index.place(of: row) else {
            throw EngineError.incomplete(what: "row \(row) of \(source.definition.name)")
        }
        return Rejection(
            source: source.definition.name, row: row + 1, file: source.open.files[place.file].path,
            line: try line(row, place, source), field: ContactField.email.name, reason: .duplicateEmail)
    }

    /// The line where a row starts; where rows and lines are not the same, its chunk is read again.
    private func line(_ row: Int, _ place: ChunkPlace, _ source: BoundSource) throws -> Int {
        if place.lines == place.rows { return place.firstLine + row - place.firstRow }
        var table = RowTable(columns: 0)
        let file = source.open.files[place.file]
        let chunk = try file.encoding.decoded(try place.read(source.open.files), path: file.path)
        _ = try file.parser(for: []).parse(chunk, line: place.firstLine, into: &table)
        return table.line(row - place.firstRow)
    }
}

extension Selection {
    /// Reads the sources of an export once to their end.
    ///
    /// A profile is selected if it is in any of the segments of its source.
    /// - Parameter progress: told the share of all bytes that was read, now and then.
    /// - Throws: ``EngineError`` with the place of what is malformed.
    public static func make(
        _ request: ExportRequest, progress: (Double) -> Void = { _ in }
    ) async throws -> Selection {
        try await Selector.select(request, progress: progress)
    }

    /// Reads the sources again and yields the batches, the last one too, in the order of the profiles.
    ///
    /// - Parameter body: what is done with each; while it waits, only some chunks are read ahead.
    /// - Returns: processor time by stage.
    /// - Throws: what `body` throws; ``EngineError`` if a file was changed since the first reading.
    public func forEachBatch(_ body: (PreparedBatch) async throws -> Void) async throws -> StageTimes {
        var builder = builder
        var times = StageTimes()
        for input in inputs {
            let (encoder, check, selected) = (builder.encoder, input.check, input.selected)
            let (_, scanned) = try await ChunkScan.run(
                input.source.files, columns: input.columns, places: input.index.places, isTrusted: true
            ) { (table, firstRow, clock) throws(EngineError) -> EncodedContacts in
                try Self.encode(table, firstRow ?? 0, selected, check, encoder, &clock)
            } take: { contacts, place in
                var clock = StageClock()
                let full: [PreparedBatch]
                do throws(ModelError) {
                    full = try builder.add(contacts)
                } catch {
                    let path = input.source.files[place.file].path
                    throw EngineError.contact(Place(file: path, line: place.firstLine), problem: error.message)
                }
                clock.end(.batch)
                times += clock.times
                for batch in full { try await body(batch) }
            }
            times += scanned
        }
        if let last = builder.finish() { try await body(last) }
        return times
    }

    private static func encode(
        _ table: borrowing RowTable, _ firstRow: Int, _ selected: RowSet, _ check: ContactCheck,
        _ encoder: ContactEncoder, _ clock: inout StageClock
    ) throws(EngineError) -> EncodedContacts {
        // Keys take about as much as the fields that are not sent.
        var contacts = EncodedContacts(bytes: table.bytes.count * 3 / 2)
        var values = [Range<Int>](repeating: 0..<0, count: check.fields.count)
        let bytes = table.bytes.span.bytes
        for row in 0..<table.count where selected.contains(firstRow &+ row) {
            var places = values.mutableSpan
            check.values(row, of: table, bytes, into: &places)
            do throws(ModelError) {
                try encoder.encode(bytes, values.span, into: &contacts)
            } catch {
                throw .contact(Place(file: "", line: table.line(row)), problem: error.message)
            }
        }
        clock.end(.encode)
        return contacts
    }
}
