/// The contacts of one request, encoded as its body.
///
/// Only ``BatchBuilder`` makes one, and it writes the named fields and nothing else: what ``fields`` says is what
/// ``body`` holds (I5).
///
/// A prepared batch is not evidence of anything: it may be made freely and can go nowhere by itself.
public struct PreparedBatch: Sendable, CustomStringConvertible {
    /// The destination it is meant for.
    public let destination: DestinationID
    /// The contact list named in the body.
    public let listID: ContactListID
    /// The segments whose members it holds.
    public let segments: [SegmentName]
    /// The contact fields that the body may name.
    public let fields: [ContactField]
    /// The address of each contact, lower-cased, in the order of the body.
    public let addresses: Personal<PackedAddresses>
    /// The request body: JSON as `PUT /v3/marketing/contacts` takes it.
    public let body: Personal<[UInt8]>
    /// How many bytes ``body`` has.
    public let byteCount: Int
    /// How many contacts it holds.
    public let count: Int
    /// What stands for the values of each contact, in the order of the body, where the next export compares.
    public let digests: [UInt64]
    /// How many bytes of the body come before the first contact.
    let head: Int
    /// Where in the body each contact ends.
    let ends: [Int]

    init(
        destination: DestinationID, listID: ContactListID, segments: [SegmentName], fields: [ContactField],
        addresses: PackedAddresses, body: [UInt8], head: Int, ends: [Int], digests: [UInt64]
    ) {
        self.head = head
        self.ends = ends
        self.digests = digests
        self.destination = destination
        self.listID = listID
        self.segments = segments
        self.fields = fields
        self.addresses = Personal(addresses)
        self.body = Personal(body)
        byteCount = body.count
        count = addresses.count
    }

    /// Counts only.
    public var description: String { "batch of \(count) contacts, \(byteCount) bytes" }

    /// The same batch with only the contacts at `indices`, which ascend; nil if there are none.
    ///
    /// For sending the rest when SendGrid refuses a request because of some.
    public func subset(_ indices: some Collection<Int>) -> PreparedBatch? {
        guard !indices.isEmpty, indices.allSatisfy({ ends.indices.contains($0) }) else { return nil }
        let (bytes, packed) = (body.reveal(), addresses.reveal())
        var (kept, ranges, newEnds) = (Array(bytes[..<head]), [Range<Int>](), [Int]())
        for index in indices {
            if !ranges.isEmpty { kept.append(UInt8(ascii: ",")) }
            let start = index == 0 ? head : ends[index - 1] + 1
            let shift = kept.count - start
            kept += bytes[start..<ends[index]]
            ranges.append((packed.ranges[index].lowerBound + shift)..<(packed.ranges[index].upperBound + shift))
            newEnds.append(kept.count)
        }
        kept += BatchBuilder.tail
        return PreparedBatch(
            destination: destination, listID: listID, segments: segments, fields: fields,
            addresses: PackedAddresses(bytes: kept, ranges: ranges), body: kept, head: head, ends: newEnds,
            digests: indices.map { digests[$0] })
    }
}

/// How large one request may be.
public struct BatchLimits: Sendable, Equatable {
    /// The most contacts of one request.
    public let contacts: Int
    /// The most bytes of one request body.
    public let bytes: Int

    /// Limits of `contacts` and `bytes`.
    public init(contacts: Int, bytes: Int) {
        self.contacts = contacts
        self.bytes = bytes
    }

    /// SendGrid's 30,000 contacts, and 5,000,000 bytes: the documented 6 MB do not say which megabyte, nor what is
    /// counted, so a sixth is left (`PUT /v3/marketing/contacts`).
    public static let sendGrid = BatchLimits(contacts: 30_000, bytes: 5_000_000)
}
