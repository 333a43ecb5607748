internal import Model

/// What is known of one contact that was sent to a destination.
struct RecordEntry: Sendable, Equatable {
    /// How it stands.
    enum State: UInt64 {
        /// SendGrid has stored it as the digest says.
        case delivered = 1
        /// It was sent; whether SendGrid has it so is not known.
        case uncertain = 2
        /// SendGrid refused it as the digest says; an earlier form of it may be there.
        case refused = 3
        /// It is off the list; what remains is who and what, without the address. SendGrid still has the values, so if the
        /// person comes back, emptied ones have to be emptied there.
        case left = 0
    }

    let tag: SubjectTag
    let digest: UInt64
    /// The intent that sent it last: what a newer one says counts.
    let intent: Int64
    let state: State
    /// In lower case; needed to take off somebody who vanished from the source.
    let address: [UInt8]

    /// The same person, off the list.
    var departed: RecordEntry { RecordEntry(tag: tag, digest: digest, intent: intent, state: .left, address: []) }

    // MARK: Bytes, as ``PackedEntries`` has them

    private static var fixedLength: Int { PackedEntries.fixedLength }

    static func encoded(_ entries: [RecordEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(0) { $0 + fixedLength + $1.address.count })
        for entry in entries {
            let last = UInt64(bitPattern: entry.intent) << 2 | entry.state.rawValue
            for word in [entry.tag.high, entry.tag.low, entry.digest, last] {
                withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
            }
            // Addresses have at most 254 bytes (RFC 5321 section 4.5.3.1.3), which the engine has checked.
            bytes.append(UInt8(truncatingIfNeeded: min(entry.address.count, 255)))
            bytes += entry.address.prefix(255)
        }
        return bytes
    }

    static func decoded(_ bytes: [UInt8]) throws -> [RecordEntry] {
        var entries: [RecordEntry] = []
        entries.reserveCapacity(bytes.count / 56)
        let span = bytes.span.bytes
        var offset = 0
        while offset < bytes.count {
            guard offset + fixedLength <= bytes.count else { throw ModelError.configuration(key: "delivery record") }
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: span.unsafeLoadUnaligned(fromByteOffset: offset + 8 * index, as: UInt64.self))
            }
            let end = offset + fixedLength + Int(bytes[offset + fixedLength - 1])
            guard end <= bytes.count, let state = State(rawValue: word(3) & 3) else {
                throw ModelError.configuration(key: "delivery record")
            }
            entries.append(
                RecordEntry(
                    tag: SubjectTag(high: word(0), low: word(1)), digest: word(2), intent: Int64(word(3) >> 2),
                    state: state, address: Array(bytes[(offset + fixedLength)..<end])))
            offset = end
        }
        return entries
    }
}
