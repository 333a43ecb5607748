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
enum ErrorFile {
    static func parse(_ bytes: [UInt8]) -> [JobError] {
        var rows = Self.rows(String(decoding: bytes, as: UTF8.self))
        guard let first = rows.first else { return [] }
        // A first row with an address in it is no header, whatever words the address has.
        let names = first.contains { $0.contains("@") } ? [] : first.map { $0.lowercased() }
        let addressColumn = names.firstIndex { $0.contains("email") || $0.contains("address") }
        let reasonColumn = names.firstIndex { $0.contains("reason") || $0.contains("error") || $0.contains("message") }
        if addressColumn != nil { rows.removeFirst() }
        return rows.compactMap { row in
            let address = addressColumn.flatMap { $0 < row.count ? row[$0] : nil } ?? row.first { $0.contains("@") }
            guard let address, !address.isEmpty else { return nil }
            let reason = reasonColumn.flatMap { $0 < row.count ? row[$0] : nil } ?? ""
            return JobError(address: Personal(address.lowercased()), reason: slug(for: reason))
        }
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

    /// Comma-separated rows (RFC 4180).
    private static func rows(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var (row, field, isQuoted) = ([String](), "", false)
        var scalars = text.unicodeScalars[...]
        func endRow() {
            row.append(field)
            if row != [""] { rows.append(row) }
            (row, field) = ([], "")
        }
        while let scalar = scalars.popFirst() {
            switch (scalar, isQuoted) {
            case ("\"", true):
                if scalars.first == "\"" {
                    scalars.removeFirst()
                    field.unicodeScalars.append(scalar)
                } else {
                    isQuoted = false
                }
            case ("\"", false) where field.isEmpty: isQuoted = true
            case (",", false):
                row.append(field)
                field = ""
            case ("\r", false): break
            case ("\n", false): endRow()
            default: field.unicodeScalars.append(scalar)
            }
        }
        endRow()
        return rows
    }
}
