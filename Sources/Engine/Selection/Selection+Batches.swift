public import Model

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
            let encoder = builder.encoder
            let (_, scanned) = try await ChunkScan.run(
                input.source.files, FieldWishes(columns: input.columns), places: input.index.places, isTrusted: true
            ) { (table, firstRow, clock) throws(EngineError) -> EncodedContacts in
                try Self.encode(table, firstRow ?? 0, input, encoder, &clock)
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
        _ table: borrowing RowTable, _ firstRow: Int, _ input: Input, _ encoder: ContactEncoder,
        _ clock: inout StageClock
    ) throws(EngineError) -> EncodedContacts {
        let (check, selected, resent, digest) = (input.check, input.selected, input.resent, input.digest)
        // Keys take about as much as the fields that are not sent.
        var contacts = EncodedContacts(bytes: table.bytes.count * 3 / 2)
        var values = [Range<Int>](repeating: 0..<0, count: check.fields.count)
        let bytes = table.bytes.span.bytes
        for row in 0..<table.count where selected.contains(firstRow &+ row) {
            var places = values.mutableSpan
            check.values(row, of: table, bytes, into: &places)
            let (digest, clearing) = (digest.digest(bytes, values.span), resent.contains(firstRow &+ row))
            var respelledPlaces = values.mutableSpan
            let respelled = check.respelled(row, of: table, bytes, into: &respelledPlaces)
            do throws(ModelError) {
                if let respelled {
                    try encoder.encode(
                        respelled.span.bytes, values.span, digest: digest, clearing: clearing, into: &contacts)
                } else {
                    try encoder.encode(bytes, values.span, digest: digest, clearing: clearing, into: &contacts)
                }
            } catch {
                throw .contact(Place(file: "", line: table.line(row)), problem: error.message)
            }
        }
        clock.end(.encode)
        return contacts
    }
}
