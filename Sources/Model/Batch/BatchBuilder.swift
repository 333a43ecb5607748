/// Encodes contacts into request bodies, cut by count and by bytes.
public struct BatchBuilder: Sendable {
    private let destination: DestinationID
    private let listID: ContactListID
    private let segments: [SegmentName]
    private let fields: [ContactField]
    private let limits: BatchLimits
    private let keys: [Key]
    private let head: [UInt8]

    private var body: [UInt8]
    private var addresses = PackedAddresses()
    private var contact: [UInt8] = []

    private struct Key: Sendable {
        /// `"first_name":` with its quotes and colon.
        let prefix: [UInt8]
        let isCustom: Bool
        let isNumber: Bool
    }

    private static let tail: [UInt8] = Array("]}".utf8)

    /// A builder for `fields`, of which the first must be the address.
    /// - Parameter customFields: the definitions that custom fields are resolved with, name to identifier.
    /// - Throws: ``ModelError/field(name:)`` for a custom field without a definition, or if the address is not first.
    public init(
        destination: DestinationID, listID: ContactListID, segments: [SegmentName], fields: [ContactField],
        customFields: [CustomFieldDefinition] = [], limits: BatchLimits = .sendGrid
    ) throws(ModelError) {
        guard fields.first == .email else { throw .field(name: "email") }
        self.destination = destination
        self.listID = listID
        self.segments = segments
        self.fields = fields
        self.limits = limits
        keys = try fields.map { (field) throws(ModelError) in
            var prefix: [UInt8] = []
            guard case .custom(let name) = field else {
                JSONText.writeString(field.name, to: &prefix)
                return Key(prefix: prefix + [UInt8(ascii: ":")], isCustom: false, isNumber: false)
            }
            guard let definition = customFields.first(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw .field(name: field.name)
            }
            JSONText.writeString(definition.id, to: &prefix)
            return Key(prefix: prefix + [UInt8(ascii: ":")], isCustom: true, isNumber: definition.type == .number)
        }
        head = Array(#"{"list_ids":["\#(listID.text)"],"contacts":["#.utf8)
        body = head
    }

    /// Adds a contact.
    ///
    /// Where it does not fit beside the ones before, those are returned as a finished batch and the contact opens the
    /// next.
    /// - Throws: ``ModelError/contactTooLarge(bytes:)``; ``ModelError/configuration(key:)`` if a slot for a number
    ///   holds something else. The contact is then left out and the builder is as before.
    public mutating func add(_ row: ContactRow) throws(ModelError) -> PreparedBatch? {
        try encode(row)
        let alone = head.count + contact.count + Self.tail.count
        guard alone <= limits.bytes else { throw .contactTooLarge(bytes: alone) }
        let fits =
            addresses.count < limits.contacts && body.count + 1 + contact.count + Self.tail.count <= limits.bytes
        let full = fits ? nil : finish()
        if addresses.count > 0 { body.append(UInt8(ascii: ",")) }
        body.append(contentsOf: contact)
        addresses.append(row[0])
        return full
    }

    /// The contacts added since the last finished batch, or nil if there are none.
    public mutating func finish() -> PreparedBatch? {
        guard addresses.count > 0 else { return nil }
        let batch = PreparedBatch(
            destination: destination, listID: listID, segments: segments, fields: fields, addresses: addresses,
            body: body + Self.tail)
        body = head
        addresses = PackedAddresses()
        return batch
    }

    private mutating func encode(_ row: ContactRow) throws(ModelError) {
        contact.removeAll(keepingCapacity: true)
        contact.append(UInt8(ascii: "{"))
        var isFirst = true
        var isInCustom = false
        for (index, key) in keys.enumerated() {
            let value = row[index]
            if value.isEmpty { continue }
            if !isFirst { contact.append(UInt8(ascii: ",")) }
            if key.isCustom, !isInCustom {
                contact.append(contentsOf: #""custom_fields":{"#.utf8)
                isInCustom = true
            }
            isFirst = false
            contact.append(contentsOf: key.prefix)
            if key.isNumber {
                guard NumberText.isJSONNumber(value) else { throw .configuration(key: fields[index].name) }
                contact.append(contentsOf: value)
            } else {
                JSONText.writeString(utf8: value, to: &contact)
            }
        }
        if isInCustom { contact.append(UInt8(ascii: "}")) }
        contact.append(UInt8(ascii: "}"))
    }
}
