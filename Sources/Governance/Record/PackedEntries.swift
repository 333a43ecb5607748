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
    /// An entry of a page: who, and where it stands.
    private struct Place {
        let tag: SubjectTag
        let page: Int
        let range: Range<Int>
    }

    private struct Page {
        let bytes: [UInt8]
        let intent: Int64
        let state: RecordEntry.State
        let refused: Set<SubjectTag>
    }

    private var pages: [Page] = []
    private var places: [[Place]] = Array(repeating: [], count: 256)

    /// The parts that change.
    var parts: [Int] { places.indices.filter { !places[$0].isEmpty } }

    /// Adds a page, of which all entries get `state` but the ones in `refused`.
    mutating func add(
        _ bytes: [UInt8], intent: Int64, _ state: RecordEntry.State, refused: Set<SubjectTag> = []
    ) throws {
        let page = pages.count
        let span = bytes.span.bytes
        var found = places
        places = []
        try PackedEntries.forEach(bytes) { range in
            let tag = SubjectTag(
                high: PackedEntries.word(span, range.lowerBound), low: PackedEntries.word(span, range.lowerBound + 8))
            found[Int(tag.high >> 56)].append(Place(tag: tag, page: page, range: range))
        }
        places = found
        pages.append(Page(bytes: bytes, intent: intent, state: state, refused: refused))
    }

    /// A part of the record with what is new of it: sorted by tags, and of each the entry of the newest intent.
    func merged(_ part: Int, into old: [UInt8]) throws -> (bytes: [UInt8], count: Int) {
        let new = places[part].sorted { left, right in
            left.tag != right.tag ? left.tag < right.tag : pages[left.page].intent < pages[right.page].intent
        }
        var merged: [UInt8] = []
        merged.reserveCapacity(old.count + new.reduce(0) { $0 + $1.range.count })
        var count = 0
        var next = 0
        let span = old.span.bytes
        func write(_ place: Place) {
            let page = pages[place.page]
            let start = place.range.lowerBound
            merged += page.bytes[start..<(start + 24)]
            let state = !page.refused.isEmpty && page.refused.contains(place.tag) ? .refused : page.state
            PackedEntries.append(UInt64(bitPattern: page.intent) << 2 | state.rawValue, to: &merged)
            merged += page.bytes[(start + 32)..<place.range.upperBound]
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
                if known <= pages[place.page].intent {
                    write(place)
                    return
                }
            }
            merged += old[range]
            count += 1
        }
        while next < new.count { write(takeNew()) }
        return (merged, count)
    }
}
