internal import Model

// Comparing with what was delivered before.
extension Selector.Verdict {
    /// Says of every candidate who it is and what would be sent.
    mutating func mark(
        _ table: borrowing RowTable, _ check: ContactCheck, _ digest: ContactDigest,
        _ delivered: any DeliveredContacts, _ clock: inout StageClock
    ) throws(EngineError) {
        let bytes = table.bytes.span.bytes
        var addresses: [UInt8] = []
        var ranges: [Range<Int>] = []
        var digests: [UInt64] = []
        addresses.reserveCapacity(candidates.count * 32)
        ranges.reserveCapacity(candidates.count)
        digests.reserveCapacity(candidates.count)
        var values = [Range<Int>](repeating: 0..<0, count: check.fields.count)
        for (row, _) in candidates {
            var places = values.mutableSpan
            check.values(row, of: table, bytes, into: &places)
            digests.append(digest.digest(bytes, values.span))
            let start = addresses.count
            for index in values[0] {
                let byte = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
                addresses.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
            }
            ranges.append(start..<addresses.count)
        }
        let tags: [UInt8]
        do {
            tags = try delivered.tags(of: addresses, at: ranges)
        } catch {
            throw .incomplete(what: "key for the tags of its subjects (\(type(of: error)))")
        }
        let span = tags.span.bytes
        marks.reserveCapacity(candidates.count)
        for (index, (row, _)) in candidates.enumerated() {
            let tag = SubjectTag(
                high: UInt64(bigEndian: span.unsafeLoadUnaligned(fromByteOffset: index * 16, as: UInt64.self)),
                low: UInt64(bigEndian: span.unsafeLoadUnaligned(fromByteOffset: index * 16 + 8, as: UInt64.self)))
            marks.append(ChangeFinder.Mark(tag: tag, digest: digests[index], row: row))
        }
        clock.end(.compare)
    }
}

extension Selector {
    /// Leaves out what is there already, and says who left.
    mutating func findChanges() throws {
        defer {
            let changes = tally.changes
            tally.prepared = changes.added + changes.changed
        }
        guard let finder = finder.take() else {
            tally.changes.added = tally.prepared
            return
        }
        var clock = StageClock()
        tally.changes = try finder.find { row, question in
            let input = self.input(of: row)
            let place = row - firstRows[input]
            switch question {
            case .isSelected: return inputs[input].selected.contains(place)
            case .drop: inputs[input].selected.remove(place)
            case .resend: inputs[input].resent.insert(place)
            }
            return true
        }
        clock.end(.compare)
        times += clock.times
    }
}
