/// Encodes contacts as the JSON objects of a request body, a field at a time straight from the bytes it was read into.
///
/// Writes the named fields and nothing else. This is the innermost loop of an export, so keys are spelled once, values
/// are copied thirty-two bytes at a time, and nothing is allocated per field.
public struct ContactEncoder: Sendable {
    /// A key ready to be written: where in ``spelling`` it stands, and how its value is written.
    private struct Key: Sendable {
        enum Value: Sendable { case text, number, date }
        let start: Int
        let end: Int
        let value: Value
        let isCustom: Bool
    }

    private let keys: [Key]
    private let spelling: [UInt8]
    private let fields: [ContactField]

    /// Where in ``spelling`` these stand.
    private let opening: Range<Int>
    private let openingCustom: Range<Int>
    private let midnight: Range<Int>

    /// An encoder for `fields`, of which the first must be the address.
    /// - Parameter customFields: the definitions that custom fields are resolved with, name to identifier.
    /// - Throws: ``ModelError/field(name:)`` for a custom field without a definition, or if the address is not first.
    public init(fields: [ContactField], customFields: [CustomFieldDefinition]) throws(ModelError) {
        guard fields.first == .email else { throw .field(name: "email") }
        var spelling: [UInt8] = []
        func spell(_ text: String) -> Range<Int> {
            let start = spelling.count
            spelling += text.utf8
            return start..<spelling.count
        }
        opening = spell(#",{"email":""#)
        openingCustom = spell(#","custom_fields":{"#)
        midnight = spell("T00:00:00Z")
        var keys = [Key(start: 0, end: 0, value: .text, isCustom: false)]
        for field in fields.dropFirst() {
            var name = field.name
            var type = CustomFieldDefinition.ValueType.text
            var isCustom = false
            if case .custom(let wanted) = field {
                guard let found = customFields.first(where: { $0.name.lowercased() == wanted.lowercased() }) else {
                    throw .field(name: field.name)
                }
                (name, type, isCustom) = (found.id, found.type, true)
            }
            let start = spelling.count
            spelling.append(UInt8(ascii: ","))
            JSONText.writeString(name, to: &spelling)
            spelling.append(UInt8(ascii: ":"))
            let value: Key.Value
            switch type {
            case .text: value = .text
            case .number: value = .number
            case .date: value = .date
            }
            if value != .number { spelling.append(UInt8(ascii: "\"")) }
            keys.append(Key(start: start, end: spelling.count, value: value, isCustom: isCustom))
        }
        self.keys = keys
        self.spelling = spelling + repeatElement(0, count: ByteBlock.count)
        self.fields = fields
    }

    /// Encodes one contact.
    /// - Parameters:
    ///   - source: the bytes that hold the values, UTF-8.
    ///   - values: for each field, in the order given at the start, where its value lies; empty for no value.
    ///   - digest: what stands for the values where they are compared with those of the next export.
    ///   - clearing: whether texts without a value are sent empty. SendGrid keeps what is left out, so this is how a
    ///     value that was delivered once is taken back; there is no documented way to do that for numbers and dates.
    ///   - out: what it is added to.
    /// - Throws: ``ModelError/configuration(key:)`` if the address is empty or holds what no address may, or a number is
    ///   none. The contact is then left out and `out` is as before.
    public func encode(
        _ source: RawSpan, _ values: Span<Range<Int>>, digest: UInt64 = 0, clearing: Bool = false,
        into out: inout EncodedContacts
    ) throws(ModelError) {
        // Every byte may become six (`\u001f`), and copies run over.
        var room = spelling.count + openingCustom.count + JSONWriter.slack + 64
        var total = 0
        for index in values.indices { total &+= values[index].count }
        room &+= 6 &* total &+ values.count &* (midnight.count &+ 2)
        out.makeRoom(room)
        let start = out.used
        let addressStart = start + opening.count
        var writer = JSONWriter(at: start)
        let raw = source
        let spelled = spelling.span.bytes
        let keys = keys.span
        var span = out.bytes.mutableSpan
        var bytes = span.mutableBytes
        writer.copy(spelled, opening.lowerBound, opening.upperBound, to: &bytes)
        guard !values[0].isEmpty, writer.copyLowercased(raw, values[0], to: &bytes) else {
            throw .configuration(key: fields[0].name)
        }
        let addressEnd = writer.position
        writer.write(UInt8(ascii: "\""), to: &bytes)
        var isInCustom = false
        var index = 1
        while index < keys.count {
            let value = values[index]
            defer { index &+= 1 }
            let key = keys[index]
            if value.isEmpty, !clearing || key.value != .text { continue }
            var keyStart = key.start
            if key.isCustom, !isInCustom {
                writer.copy(spelled, openingCustom.lowerBound, openingCustom.upperBound, to: &bytes)
                keyStart &+= 1
                isInCustom = true
            }
            writer.copy(spelled, keyStart, key.end, to: &bytes)
            if key.value == .number {
                guard NumberText.isJSONNumber(raw, value) else { throw .configuration(key: fields[index].name) }
                writer.copy(raw, value.lowerBound, value.upperBound, to: &bytes)
                continue
            }
            writer.writeText(raw, value, to: &bytes)
            if key.value == .date, value.count == 10 {
                writer.copy(spelled, midnight.lowerBound, midnight.upperBound, to: &bytes)
            }
            writer.write(UInt8(ascii: "\""), to: &bytes)
        }
        if isInCustom { writer.write(UInt8(ascii: "}"), to: &bytes) }
        writer.write(UInt8(ascii: "}"), to: &bytes)
        out.close(at: writer.position, address: (addressStart - start)..<(addressEnd - start), digest: digest)
    }
}

/// Contacts as ``ContactEncoder`` wrote them, one after the other, on their way into batches.
public struct EncodedContacts: Sendable, CustomStringConvertible {
    /// One contact: where it ends, where in it the address stands, and what stands for its values.
    struct Place: Sendable {
        let end: Int
        let address: Range<Int>
        let digest: UInt64
    }

    /// Each contact with a comma before it; only the first ``used`` bytes count.
    fileprivate(set) var bytes: [UInt8] = []
    private(set) var used = 0
    private(set) var places: [Place] = []

    /// Nothing as yet, with room for `bytes`.
    public init(bytes: Int = 0) {
        self.bytes = Array(repeating: 0, count: bytes)
    }

    /// How many contacts there are.
    public var count: Int { places.count }

    /// Never shows the values.
    public var description: String { "\(count) contacts" }

    fileprivate mutating func makeRoom(_ more: Int) {
        guard used + more > bytes.count else { return }
        bytes.append(contentsOf: repeatElement(0, count: max(more, bytes.count)))
    }

    fileprivate mutating func close(at end: Int, address: Range<Int>, digest: UInt64) {
        places.append(Place(end: end, address: address, digest: digest))
        used = end
    }
}
