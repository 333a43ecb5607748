public import Model

/// A contact that a job refused, as the job's error file says.
public struct JobError: Sendable {
    /// Its address, in lower case.
    public let address: Personal<String>
    /// A stable slug for the reason; the file's own words may quote the contact.
    public let reason: String
}

/// Reads a job's error file (`errors_url`).
///
/// Its format is documented nowhere; it is said to hold addresses and reasons. So the columns are found by their names, or
/// else by what they look like, and whatever cannot be read is passed over: the job's own count is what has to be
/// explained. Hand-written, because the engine's reader of comma-separated files belongs to profiles and stands on the
/// other side of the boundary.
///
/// Every byte is looked at once, and what is kept is bounded: a row's fields, and as many addresses as are asked for.
enum ErrorFile {
    /// - Parameter limit: how many addresses there can be; what comes after so many different ones is not read.
    static func parse(_ bytes: [UInt8], limit: Int) -> [JobError] {
        var table = ErrorTable(limit: limit)
        var row = ErrorRow()
        var isQuoted = false
        let end = bytes.count
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while index < end {
            let byte = bytes[index]
            index += 1
            switch (byte, isQuoted) {
            case (UInt8(ascii: "\""), true):
                if index < end, bytes[index] == UInt8(ascii: "\"") {
                    index += 1
                    row.append(byte)
                } else {
                    isQuoted = false
                }
            case (UInt8(ascii: "\""), false) where row.isAtStart: isQuoted = true
            case (UInt8(ascii: ","), false): row.endField()
            case (0x0D, false): break
            case (0x0A, false):
                guard table.take(&row) else { return table.errors }
            default: row.append(byte)
            }
        }
        _ = table.take(&row)
        return table.errors
    }

    /// What kind of reason it is.
    static func slug(for reason: String) -> String {
        let text = reason.lowercased()
        func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        if says("type", "conversion", "date") { return "field-type-mismatch" }
        if says("too long", "length", "exceed") { return "value-too-long" }
        if says("limit", "quota") { return "contact-limit" }
        if says("invalid", "not valid", "email", "identifier") { return "address-refused" }
        if says("process") { return "not-processed" }
        return "refused-by-job"
    }
}

/// A row as it is read: the first fields of it, and the beginning of each.
private struct ErrorRow {
    /// No column of interest is further to the right.
    private static let mostFields = 64
    /// An address has 254 bytes at most, and a reason says its kind in its first words.
    private static let longestField = 512

    private(set) var fields: [[UInt8]] = []
    private var field: [UInt8] = []
    private var isEmpty = true

    var isAtStart: Bool { field.isEmpty }

    mutating func append(_ byte: UInt8) {
        isEmpty = false
        // One byte more than is taken, so that what was cut is not taken for an address.
        if field.count <= Self.longestField { field.append(byte) }
    }

    mutating func endField() {
        isEmpty = false
        if fields.count < Self.mostFields { fields.append(field) }
        field.removeAll(keepingCapacity: true)
    }

    /// Ends the row, and returns its fields; none if there was nothing on the line.
    mutating func end() -> [[UInt8]] {
        defer {
            fields.removeAll(keepingCapacity: true)
            isEmpty = true
        }
        if isEmpty { return [] }
        endField()
        return fields
    }
}

/// The rows taken together: which columns they have, and who is in them.
private struct ErrorTable {
    private(set) var errors: [JobError] = []
    private let limit: Int
    private var isFirst = true
    private var addressColumn: Int?
    private var reasonColumn: Int?
    private var known: Set<[UInt8]> = []
    /// Reasons recur; the first of them are kept with what they mean.
    private var slugs: [[UInt8]: String] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a row in; false once there are as many as there can be.
    mutating func take(_ row: inout ErrorRow) -> Bool {
        let fields = row.end()
        guard !fields.isEmpty else { return true }
        if isFirst {
            isFirst = false
            if readHeader(fields) { return true }
        }
        let named = addressColumn.flatMap { $0 < fields.count ? fields[$0] : nil }
        guard let field = named ?? fields.first(where: Self.holdsAt), (1...254).contains(field.count) else {
            return true
        }
        let address = field.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        guard known.insert(address).inserted else { return true }
        let reason = reasonColumn.flatMap { $0 < fields.count ? fields[$0] : nil } ?? []
        errors.append(
            JobError(
                address: Personal(String(decoding: address, as: UTF8.self).lowercased()), reason: slug(for: reason)))
        return errors.count < limit
    }

    /// A first row with an address in it is no header, whatever words the address has.
    private mutating func readHeader(_ fields: [[UInt8]]) -> Bool {
        guard !fields.contains(where: Self.holdsAt) else { return false }
        let names = fields.map { String(decoding: $0, as: UTF8.self).lowercased() }
        addressColumn = names.firstIndex { $0.contains("email") || $0.contains("address") }
        reasonColumn = names.firstIndex { $0.contains("reason") || $0.contains("error") || $0.contains("message") }
        return addressColumn != nil
    }

    private mutating func slug(for reason: [UInt8]) -> String {
        if let known = slugs[reason] { return known }
        let slug = ErrorFile.slug(for: String(decoding: reason, as: UTF8.self))
        if slugs.count < 256 { slugs[reason] = slug }
        return slug
    }

    private static func holdsAt(_ field: [UInt8]) -> Bool { field.contains(UInt8(ascii: "@")) }
}
