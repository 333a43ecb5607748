/// Contacts as a compressed file for SendGrid's import, `PUT /v3/marketing/contacts/imports`.
///
/// Made of prepared batches alone, and holds what they hold (I5).
public struct ImportFile: TransferCargo, CustomStringConvertible {
    /// See ``TransferCargo``.
    public let destination: DestinationID
    /// See ``TransferCargo``.
    public let listID: ContactListID
    /// See ``TransferCargo``.
    public let segments: [SegmentName]
    /// See ``TransferCargo``.
    public let fields: [ContactField]
    /// See ``TransferCargo``.
    public let addresses: Personal<PackedAddresses>
    /// The compressed file.
    public let body: Personal<[UInt8]>
    /// How many contacts it holds.
    public let count: Int
    /// The keys of its columns, as an upsert would name them: `email`, `first_name`, `e1_T`.
    public let columns: [String]
    private let digests: [UInt64]

    /// See ``TransferCargo``.
    public var action: TransferAction { .importFile }
    /// See ``TransferCargo``.
    public var contactDigests: [UInt64]? { digests }
    /// Counts only.
    public var description: String { "file of \(count) contacts" }

    /// Makes a file of batches of one destination.
    /// - Parameter compress: makes gzip of it.
    /// - Throws: what `compress` throws; ``ModelError/configuration(key:)`` if the batches do not belong together or hold
    ///   values that are no texts: how an import takes numbers and dates is not the way an upsert does.
    public init(_ batches: [PreparedBatch], compress: ([UInt8]) throws -> [UInt8]) throws {
        guard let first = batches.first,
            batches.allSatisfy({ $0.destination == first.destination && $0.fields == first.fields })
        else { throw ModelError.configuration(key: "batches") }
        var table = ContactTable()
        var (packed, ranges): ([UInt8], [Range<Int>]) = ([], [])
        for batch in batches {
            try batch.forEachContact { contact in try table.add(contact) }
            let addresses = batch.addresses.reveal()
            for index in addresses.ranges.indices {
                let start = packed.count
                packed += addresses[index]
                ranges.append(start..<packed.count)
            }
        }
        destination = first.destination
        listID = first.listID
        segments = first.segments
        fields = first.fields
        addresses = Personal(PackedAddresses(bytes: packed, ranges: ranges))
        digests = batches.flatMap(\.digests)
        count = ranges.count
        columns = table.columns
        body = Personal(try compress(table.file()))
    }
}

/// Rows of texts under the keys of an upsert, written as comma-separated values (RFC 4180).
private struct ContactTable {
    private(set) var columns: [String] = []
    private var places: [String: Int] = [:]
    private var rows: [UInt8] = []
    private var row: [ArraySlice<UInt8>] = []
    private var widths: [Int] = []

    /// Adds a contact as ``ContactEncoder`` wrote it: an object of strings, with at most one object of strings in it.
    mutating func add(_ contact: ArraySlice<UInt8>) throws(ModelError) {
        row = Array(repeating: [], count: columns.count)
        var index = contact.startIndex
        func expected() -> ModelError { .configuration(key: "a text in every field of a file") }
        func next() throws(ModelError) -> UInt8 {
            guard index < contact.endIndex else { throw expected() }
            defer { index += 1 }
            return contact[index]
        }
        var depth = 0
        while true {
            switch try next() {
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 {
                    write()
                    return
                }
            case UInt8(ascii: ","): continue
            case UInt8(ascii: "\""):
                let key = try text(contact, &index)
                guard try next() == UInt8(ascii: ":") else { throw expected() }
                let opening = try next()
                if opening == UInt8(ascii: "{") {
                    depth += 1
                    continue
                }
                guard opening == UInt8(ascii: "\"") else { throw expected() }
                set(try text(contact, &index), String(decoding: key, as: UTF8.self))
            default: throw expected()
            }
        }
    }

    private mutating func set(_ value: [UInt8], _ key: String) {
        let place: Int
        if let known = places[key] {
            place = known
        } else {
            place = columns.count
            places[key] = place
            columns.append(key)
            row.append([])
        }
        row[place] = value[...]
    }

    /// The inside of a JSON string whose opening quote was read, without its escapes (RFC 8259 section 7).
    private func text(_ bytes: ArraySlice<UInt8>, _ index: inout Int) throws(ModelError) -> [UInt8] {
        var text: [UInt8] = []
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\"") { return text }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard index < bytes.endIndex else { break }
            let escape = bytes[index]
            index += 1
            switch escape {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "u"):
                // The encoder escapes control characters alone so: four digits, of which two are zero.
                let digits = String(decoding: bytes[index..<min(index + 4, bytes.endIndex)], as: UTF8.self)
                guard let value = UInt8(digits, radix: 16) else { throw .configuration(key: "an escape") }
                text.append(value)
                index += 4
            default: text.append(escape)
            }
        }
        throw .configuration(key: "a text in every field of a file")
    }

    private mutating func write() {
        for (place, value) in row.enumerated() {
            if place > 0 { rows.append(UInt8(ascii: ",")) }
            Self.write(value, to: &rows)
        }
        widths.append(row.count)
        rows.append(0x0A)
    }

    private static func write(_ value: ArraySlice<UInt8>, to out: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        guard value.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 0x0A || $0 == 0x0D }) else {
            out += value
            return
        }
        out.append(quote)
        for byte in value {
            if byte == quote { out.append(quote) }
            out.append(byte)
        }
        out.append(quote)
    }

    /// The file, with its header.
    func file() -> [UInt8] {
        var file = Array(columns.joined(separator: ",").utf8) + [0x0A]
        guard widths.contains(where: { $0 < columns.count }) else { return file + rows }
        // Rows that were written before a column was seen are shorter; the file wants them all alike.
        var (row, start, isQuoted) = (0, rows.startIndex, false)
        for (index, byte) in rows.enumerated() {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard byte == 0x0A, !isQuoted else { continue }
            file += rows[start..<index]
            file += repeatElement(UInt8(ascii: ","), count: columns.count - widths[row])
            file.append(0x0A)
            start = index + 1
            row += 1
        }
        return file
    }
}

extension PreparedBatch {
    /// Calls `body` with the bytes of each contact, a JSON object.
    func forEachContact(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        let bytes = self.body.reveal()
        var start = head
        for end in ends {
            try body(bytes[start..<end])
            start = end + 1
        }
    }
}
