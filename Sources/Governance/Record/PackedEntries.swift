internal import Model

/// Entries of the delivery record as bytes, handled without taking each apart: there are millions of them.
///
/// An entry is the tag (16 bytes), the digest (8), intent and state (8, big-endian as the digest), the length of the address
/// (1) and the address.
enum PackedEntries {
    static let fixedLength = 33

    /// The contacts of one request, in its order; intent and state are not known yet.
    static func page(tags: [UInt8], digests: [UInt64], addresses: PackedAddresses) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digests.count * 64)
        for index in digests.indices {
            bytes += tags[(index * 16)..<(index * 16 + 16)]
            append(digests[index], to: &bytes)
            append(0, to: &bytes)
            let address = addresses[index]
            // Addresses have at most 254 bytes (RFC 5321 section 4.5.3.1.3), which the engine has checked.
            bytes.append(UInt8(truncatingIfNeeded: min(address.count, 255)))
            bytes += address.prefix(255)
        }
        return bytes
    }

    @inline(__always)
    static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
    }

    @inline(__always)
    static func word(_ span: RawSpan, _ offset: Int) -> UInt64 {
        UInt64(bigEndian: span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Calls `body` with where each entry starts and ends.
    /// - Throws: ``ModelError/configuration(key:)`` if the bytes are not entries one after the other.
    static func forEach(_ bytes: [UInt8], _ body: (Range<Int>) -> Void) throws(ModelError) {
        var offset = 0
        while offset < bytes.count {
            guard offset + fixedLength <= bytes.count else { throw .configuration(key: "delivery record") }
            let end = offset + fixedLength + Int(bytes[offset + fixedLength - 1])
            guard end <= bytes.count else { throw .configuration(key: "delivery record") }
            body(offset..<end)
            offset = end
        }
    }
}

/// The pages of settled requests on their way into the record, sorted by the parts that they belong to.
struct PageMerge {
    /// An entry of a page: who, and where it stands in ``bytes``.
    private struct Place {
        let tag: SubjectTag
        let page: Int32
        let length: Int32
        let start: Int
    }

    /// All pages, one after the other; intent and state of every entry are set.
    private var bytes: [UInt8] = []
    private var intents: [Int64] = []
    private var places: [[Place]] = Array(repeating: [], count: 256)

    /// The parts that change.
    var parts: [Int] { places.indices.filter { !places[$0].isEmpty } }

    /// Adds a page, of which all entries get `state` but the ones in `refused`.
    mutating func add(
        _ page: [UInt8], intent: Int64, _ state: RecordEntry.State, refused: Set<SubjectTag> = []
    ) throws {
        let shift = bytes.count
        let number = Int32(truncatingIfNeeded: intents.count)
        bytes += page
        intents.append(intent)
        let (usual, other) = (
            UInt64(bitPattern: intent) << 2 | state.rawValue,
            UInt64(bitPattern: intent) << 2 | RecordEntry.State.refused.rawValue
        )
        let source = page.span.bytes
        // Taken out meanwhile, so that each can be changed while the bytes are.
        var found: [[Place]] = []
        swap(&found, &places)
        defer { swap(&found, &places) }
        var span = bytes.mutableSpan
        var out = span.mutableBytes
        var offset = 0
        while offset < page.count {
            guard offset + PackedEntries.fixedLength <= page.count else {
                throw ModelError.configuration(key: "delivery record")
            }
            let length = PackedEntries.fixedLength + Int(page[offset + PackedEntries.fixedLength - 1])
            guard offset + length <= page.count else { throw ModelError.configuration(key: "delivery record") }
            let tag = SubjectTag(
                high: PackedEntries.word(source, offset), low: PackedEntries.word(source, offset + 8))
            let last = !refused.isEmpty && refused.contains(tag) ? other : usual
            out.storeBytes(of: last.bigEndian, toByteOffset: shift + offset + 24, as: UInt64.self)
            found[Int(tag.high >> 56)].append(
                Place(tag: tag, page: number, length: Int32(truncatingIfNeeded: length), start: shift + offset))
            offset += length
        }
    }

    /// A part of the record with what is new of it, and how many in it are not off the list.
    ///
    /// Sorted by tags, and of each the entry of the newest intent.
    func merged(_ part: Int, into old: [UInt8]) throws -> (bytes: [UInt8], count: Int) {
        let new = places[part].sorted { left, right in
            left.tag != right.tag ? left.tag < right.tag : intents[Int(left.page)] < intents[Int(right.page)]
        }
        var merged: [UInt8] = []
        merged.reserveCapacity(old.count + new.reduce(0) { $0 + Int($1.length) })
        var count = 0
        var next = 0
        let span = old.span.bytes
        func write(_ place: Place) {
            merged.append(contentsOf: bytes[place.start..<(place.start + Int(place.length))])
            count += 1
        }
        /// Of several entries with one tag the last is the newest.
        func takeNew() -> Place {
            var place = new[next]
            next += 1
            while next < new.count, new[next].tag == place.tag {
                place = new[next]
                next += 1
            }
            return place
        }
        try PackedEntries.forEach(old) { range in
            let tag = SubjectTag(
                high: PackedEntries.word(span, range.lowerBound), low: PackedEntries.word(span, range.lowerBound + 8))
            while next < new.count, new[next].tag < tag { write(takeNew()) }
            if next < new.count, new[next].tag == tag {
                let place = takeNew()
                let known = Int64(PackedEntries.word(span, range.lowerBound + 24) >> 2)
                if known <= intents[Int(place.page)] {
                    write(place)
                    return
                }
            }
            merged.append(contentsOf: old[range])
            if PackedEntries.word(span, range.lowerBound + 24) & 3 != RecordEntry.State.left.rawValue { count += 1 }
        }
        while next < new.count { write(takeNew()) }
        return (merged, count)
    }
}
