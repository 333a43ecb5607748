/// Cuts encoded contacts into request bodies, by count and by bytes.
public struct BatchBuilder: Sendable {
    private let destination: DestinationID
    private let listID: ContactListID
    private let segments: [SegmentName]
    private let fields: [ContactField]
    private let limits: BatchLimits
    private let head: [UInt8]
    /// Encodes contacts for this builder.
    public let encoder: ContactEncoder

    private var body: [UInt8] = []
    private var addresses: [Range<Int>] = []
    private var ends: [Int] = []
    private var digests: [UInt64] = []

    static let tail: [UInt8] = Array("]}".utf8)

    /// A builder for `fields`, of which the first must be the address.
    /// - Parameter customFields: the definitions that custom fields are resolved with, name to identifier.
    /// - Throws: ``ModelError/field(name:)`` for a custom field without a definition, or if the address is not first.
    public init(
        destination: DestinationID, listID: ContactListID, segments: [SegmentName], fields: [ContactField],
        customFields: [CustomFieldDefinition] = [], limits: BatchLimits = .sendGrid
    ) throws(ModelError) {
        encoder = try ContactEncoder(fields: fields, customFields: customFields)
        self.destination = destination
        self.listID = listID
        self.segments = segments
        self.fields = fields
        self.limits = limits
        head = Array(#"{"list_ids":["\#(listID.text)"],"contacts":["#.utf8)
    }

    /// Adds contacts, in their order.
    ///
    /// Returns the batches that became full.
    /// - Parameter contacts: as ``encoder`` wrote them.
    /// - Throws: ``ModelError/contactTooLarge(bytes:)`` for a contact that no request can hold.
    public mutating func add(_ contacts: EncodedContacts) throws(ModelError) -> [PreparedBatch] {
        var full: [PreparedBatch] = []
        var next = 0
        var start = 0
        while next < contacts.count {
            var end = start
            let first = next
            while next < contacts.count, addresses.count + (next - first) < limits.contacts,
                bodyCount + (contacts.places[next].end - start) + Self.tail.count <= limits.bytes
            {
                end = contacts.places[next].end
                next += 1
            }
            take(contacts, first..<next, bytes: start..<end)
            start = end
            guard next < contacts.count else { break }
            if let batch = finish() {
                full.append(batch)
            } else if next == first {
                throw .contactTooLarge(bytes: contacts.places[next].end - start)
            }
        }
        return full
    }

    private var bodyCount: Int { body.isEmpty ? head.count : body.count }

    private mutating func take(_ contacts: EncodedContacts, _ run: Range<Int>, bytes: Range<Int>) {
        guard !run.isEmpty else { return }
        if body.isEmpty {
            body.reserveCapacity(limits.bytes)
            addresses.reserveCapacity(limits.contacts)
            ends.reserveCapacity(limits.contacts)
            digests.reserveCapacity(limits.contacts)
            body += head
        }
        // The comma before the first contact of a body is left out.
        let skipped = addresses.isEmpty ? 1 : 0
        let shift = body.count - skipped
        body += contacts.bytes[(bytes.lowerBound + skipped)..<bytes.upperBound]
        var contactStart = bytes.lowerBound
        for index in run {
            let place = contacts.places[index]
            let offset = shift + contactStart - bytes.lowerBound
            addresses.append((offset + place.address.lowerBound)..<(offset + place.address.upperBound))
            contactStart = place.end
            ends.append(shift + place.end - bytes.lowerBound)
            digests.append(place.digest)
        }
    }

    /// The contacts added since the last finished batch, or nil if there are none.
    public mutating func finish() -> PreparedBatch? {
        guard !addresses.isEmpty else { return nil }
        body += Self.tail
        let batch = PreparedBatch(
            destination: destination, listID: listID, segments: segments, fields: fields,
            addresses: PackedAddresses(bytes: body, ranges: addresses), body: body, head: head.count, ends: ends,
            digests: digests)
        body = []
        addresses = []
        ends = []
        digests = []
        return batch
    }
}
