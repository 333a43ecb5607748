internal import Model

/// Makes a ``Selection``.
struct Selector: ~Copyable {
    var tally = Tally()
    private var rejections: [Rejection] = []
    private var members: [SegmentName: Int] = [:]
    private var overlaps: [SegmentOverlap] = []
    private var unusedFlags: [UnusedFlag] = []
    var times = StageTimes()
    var inputs: [Selection.Input] = []
    /// The number of each input's first row among all rows.
    var firstRows: [Int] = []
    private var addresses: Partitions
    var finder: ChangeFinder?
    private var unreadable = UnreadableTally()
    private var parts: [PartRows] = []
    private let request: ExportRequest
    private let key: FingerprintKey

    static let maximumRejections = 1000

    private init(_ request: ExportRequest) {
        self.request = request
        key = request.suppressed?.key ?? FingerprintKey()
        addresses = Partitions(scratch: request.scratch)
        if let delivered = request.delivered, !delivered.isEmpty {
            finder = ChangeFinder(delivered, isFull: request.isFull, scratch: request.scratch)
        }
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
        // Whoever might be meant, or not, for a value that nobody can read: nothing leaves until somebody has decided.
        if let values = selector.unreadable.values.first(where: { selector.mustStop($0) }) {
            throw EngineError.unreadableValues(values)
        }
        try await selector.rejectRepeated(sources)
        try selector.findChanges()
        return Selection(
            tally: selector.tally, rejections: selector.rejections, unreadable: selector.unreadable.values,
            parts: selector.parts,
            members: selector.members,
            overlaps: selector.overlaps, fingerprints: sources.flatMap(\.open.files).map(\.input.fingerprint),
            unusedFlags: selector.unusedFlags, times: selector.times, inputs: selector.inputs, builder: builder)
    }

    // MARK: Chunks, on any core

    struct Verdict: Sendable {
        var rows = 0
        var counts: SegmentCounts
        var candidates: [(row: Int, fingerprint: Fingerprint)] = []
        /// The addresses of all rows with a flag that is set, members or not: nobody is sent who has one of these.
        var keptOut: [(row: Int, fingerprint: Fingerprint)] = []
        var marks: [ChangeFinder.Mark] = []
        var valueBytes = 0
        var rejected: [RejectionReason: Int] = [:]
        var rejections: [(row: Int, line: Int, field: String?, reason: RejectionReason)] = []
        var unreadable: [UnreadableTally.Mark] = []

        mutating func reject(_ row: Int, line: Int, field: String?, _ reason: RejectionReason) {
            rejected[reason, default: 0] += 1
            if rejections.count < maximumRejections { rejections.append((row, line, field, reason)) }
        }

        /// Notes the addresses of the rows with a flag that is set, and returns these rows.
        ///
        /// The flag of one row counts for all of its address: addresses are people, and who opted out in one place has
        /// opted out. So it is asked of every row, whether or not it is in a segment.
        /// - Parameter isFlagged: whether a list of members has a flag that is set for a row.
        mutating func keepOut(
            _ table: borrowing RowTable, _ check: ContactCheck, _ key: FingerprintKey, orIf isFlagged: (Int) -> Bool
        ) -> [Int] {
            let bytes = table.bytes.span.bytes
            var flagged: [Int] = []
            for row in 0..<table.count where check.isFlagged(row, of: table, bytes) || isFlagged(row) {
                flagged.append(row)
                let address = check.address(row, of: table, bytes)
                if !address.isEmpty { keptOut.append((row, key.fingerprint(bytes, address, folding: true))) }
            }
            return flagged
        }
    }

    static func judge(
        _ table: borrowing RowTable, firstRow: Int, _ keptOut: RowSet, _ tests: SegmentTests, _ check: ContactCheck,
        _ columns: [String], _ key: FingerprintKey, _ suppressed: SuppressedAddresses?, _ clock: inout StageClock
    ) -> Verdict {
        var verdict = Verdict(rows: table.count, counts: SegmentCounts(segments: tests.names.count))
        let bytes = table.bytes.span.bytes
        var undecided: [Undecided] = []
        let members = tests.members(
            of: table, first: firstRow, counting: &verdict.counts, undecided: &undecided)
        verdict.note(undecided, members, tests, table, columns)
        clock.end(.evaluate)
        let flagged = verdict.keepOut(table, check, key) { keptOut.contains(firstRow &+ $0) }
        var nextFlagged = 0
        verdict.candidates.reserveCapacity(members.count)
        for row in members {
            while nextFlagged < flagged.count, flagged[nextFlagged] < row { nextFlagged &+= 1 }
            if nextFlagged < flagged.count, flagged[nextFlagged] == row {
                verdict.reject(row, line: table.line(row), field: nil, .doNotContact)
                continue
            }
            if let problem = check.problem(row, of: table, bytes) {
                if let column = problem.unreadable, tests.unreadable.contains(.stop) {
                    verdict.unreadable.note(segment: nil, column: column, row: row, line: table.line(row))
                }
                verdict.reject(
                    row, line: table.line(row), field: problem.field.map { check.fields[$0].name }, problem.reason)
                continue
            }
            let fingerprint = key.fingerprint(bytes, check.address(row, of: table, bytes), folding: true)
            if let suppressed, suppressed.contains(fingerprint) {
                verdict.reject(row, line: table.line(row), field: ContactField.email.name, .suppressed)
            } else {
                verdict.candidates.append((row, fingerprint))
                verdict.valueBytes &+= check.valueBytes(row, of: table)
            }
        }
        clock.end(.check)
        return verdict
    }

    // MARK: One after the other

    private mutating func read(_ source: BoundSource, progress: (Int64) -> Void) async throws {
        let joined = try await MembershipJoin(
            of: source.segments, source: source.definition, source.open,
            flags: FlagNames(own: request.destination.doNotContact), scratch: request.scratch)
        let tests = try SegmentTests(
            source.segments, columns: source.columns, joined: joined?.rows ?? [:], now: request.now,
            of: source.open)
        let firstRow = (firstRows.last ?? 0) + (inputs.last?.index.rows ?? 0)
        firstRows.append(firstRow)
        var input = Selection.Input(
            name: source.definition.name, source: source.open, columns: source.columns, check: source.check,
            digest: source.digest)
        var counts = SegmentCounts(segments: tests.names.count)
        let (check, key, suppressed, digest) = (source.check, key, request.suppressed, source.digest)
        let compared = finder == nil ? nil : request.delivered
        let (columns, keptOut) = (source.columns, joined?.flagged ?? RowSet())
        let (index, times) = try await ChunkScan.run(
            source.open.files, source.wishes, places: joined?.index.places
        ) { (table, first, clock) throws(EngineError) in
            var verdict = Self.judge(
                table, firstRow: first ?? 0, keptOut, tests, check, columns, key, suppressed, &clock)
            if let compared { try verdict.mark(table, check, digest, compared, &clock) }
            return (verdict, clock.times)
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
                        field: rejection.field, reason: rejection.reason))
            }
            unreadable.add(verdict.unreadable, tests, source.open, columns, place)
            input.selected.insert(verdict.candidates, first: place.firstRow)
            try addresses.add(verdict.candidates, first: firstRow + place.firstRow)
            try addresses.keepOut(verdict.keptOut)
            try finder?.add(verdict.marks, first: firstRow + place.firstRow)
            tally.valueBytes += verdict.valueBytes
            clock.end(.deduplicate)
            self.times += clock.times
            progress(Int64(place.count))
        }
        try source.requireFields(index)
        unusedFlags += try source.unusedFlags(index, request.destination)
        unusedFlags += joined?.unusedFlags(of: source.definition.name, by: request.destination) ?? []
        self.times += times
        input.index = index
        parts += index.rows(of: source.open, whole: "source \(source.definition.name)") + (joined?.parts ?? [])
        inputs.append(input)
        report(counts, tests.names)
    }

    /// Whether what cannot be read keeps an export from going out: where the source says what type a value has, unless
    /// the segment says that such profiles are left out.
    private func mustStop(_ values: UnreadableValues) -> Bool {
        guard values.declared != nil else { return false }
        guard let name = values.segment else { return true }
        return request.segments.first { $0.name == name }?.unreadable != .exclude
    }

    private mutating func report(_ counts: SegmentCounts, _ names: [SegmentName]) {
        for (name, count) in zip(names, counts.members) { members[name] = count }
        overlaps += counts.overlaps(of: names)
    }

    // MARK: Addresses that come twice

    /// Of profiles with the same address the first one goes, in the order of the sources and their rows; none if any row
    /// with the address has a flag that is set.
    private mutating func rejectRepeated(_ sources: [BoundSource]) async throws {
        var clock = StageClock()
        var first: [(row: Int, reason: RejectionReason)] = []
        try addresses.forEachRepeated { row, finding in
            let reason = finding == .keptOut ? RejectionReason.doNotContact : .duplicateEmail
            tally.rejected[reason, default: 0] += 1
            let input = self.input(of: row)
            inputs[input].selected.remove(row - firstRows[input])
            first.append((row, reason))
            if first.count > 4 * Self.maximumRejections {
                first.sort { $0.row < $1.row }
                first.removeSubrange(Self.maximumRejections...)
            }
        }
        tally.prepared = tally.selected - tally.rejected.values.reduce(0, +)
        first.sort { $0.row < $1.row }
        for (row, reason) in first.prefix(Self.maximumRejections) {
            let input = self.input(of: row)
            rejections.append(try rejection(row - firstRows[input], sources[input], inputs[input].index, reason))
        }
        let order = Dictionary(
            uniqueKeysWithValues: sources.enumerated().map { ($0.element.definition.name, $0.offset) })
        rejections.sort { (order[$0.source] ?? 0, $0.row) < (order[$1.source] ?? 0, $1.row) }
        rejections = Array(rejections.prefix(Self.maximumRejections))
        clock.end(.deduplicate)
        times += clock.times
    }

    func input(of row: Int) -> Int { (firstRows.lastIndex { $0 <= row }) ?? 0 }

    private func rejection(
        _ row: Int, _ source: BoundSource, _ index: ChunkIndex, _ reason: RejectionReason
    ) throws -> Rejection {
        guard let place = index.place(of: row) else {
            throw EngineError.incomplete(what: "row \(row) of \(source.definition.name)")
        }
        return Rejection(
            source: source.definition.name, row: row + 1, file: source.open.files[place.file].path,
            line: try line(row, place, source), field: ContactField.email.name, reason: reason)
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
