import FoundationEssentials

/// The checks of an uploaded file: nothing of it is refused, everything surfaces in the job.
struct CSVReview {
    /// What a column of the file is.
    enum Column: Sendable, Equatable {
        case skipped
        case reserved(ContactKey)
        case custom(id: String, isNumber: Bool)

        /// The column that is mapped to this field; nil if there is no such field, or it cannot be written.
        init?(id: String?, types: [String: String]) {
            guard let id else {
                self = .skipped
                return
            }
            if let key = ReservedField.writable[id] {
                self = .reserved(key)
            } else if let type = types[id] {
                self = .custom(id: id, isNumber: type == "Number")
            } else {
                return nil
            }
        }
    }

    static let mostRows = 1_000_000

    private let columns: [Column]
    private let schema: UpsertReview.Schema
    private let mostRows: Int
    private var review: UpsertReview
    private var failure: String?
    private var isPastHeader = false

    private static let mismatch =
        "Failed to preprocess input csv: we were unable to upload your contacts because the field mapping doesn't match"
        + " the CSV."

    /// Reviews a file, plain or compressed with gzip.
    static func review(
        _ file: Data, columns: [Column], listIDs: [String], schema: UpsertReview.Schema, mostRows: Int = Self.mostRows
    ) -> UpsertReview {
        var review = CSVReview(
            columns: columns, schema: schema, mostRows: mostRows, review: UpsertReview(listIDs: listIDs))
        var reader = CSVReader()
        if Gunzip.isCompressed(file) {
            let isWhole = Gunzip.inflate(file) { bytes in
                reader.read(bytes) { review.take($0) }
                return review.failure == nil
            }
            if !isWhole { review.failure = review.failure ?? "Failed to preprocess input csv: the file is damaged." }
        } else {
            reader.read(file) { review.take($0) }
        }
        if reader.isOpen { review.failure = review.failure ?? "Failed to preprocess input csv: a quote is not closed." }
        reader.finish { review.take($0) }
        if !review.isPastHeader { review.failure = review.failure ?? mismatch }
        if let failure = review.failure { review.review.fail(failure) }
        return review.review
    }

    private mutating func take(_ row: CSVReader.Row) {
        guard failure == nil else { return }
        guard isPastHeader else {
            isPastHeader = true
            if row.count != columns.count { failure = Self.mismatch }
            return
        }
        guard review.requested < mostRows else {
            failure = "Failed to preprocess input csv: it has more than \(mostRows) contacts."
            return
        }
        guard row.count == columns.count else {
            review.addUnreadable("the row has \(row.count) columns, not \(columns.count)")
            return
        }
        var contact = ContactInput()
        for (column, cell) in zip(columns, row) {
            guard let cell else {
                review.addUnreadable("the row is not UTF-8")
                return
            }
            // An empty cell leaves the field as it is.
            if !cell.isEmpty { contact.set(column, to: cell) }
        }
        review.add(contact, by: schema)
    }
}

extension ContactInput {
    fileprivate mutating func set(_ column: CSVReview.Column, to cell: String) {
        switch column {
        case .skipped: break
        case .reserved(.alternateEmails): alternateEmails = cell.split(separator: ",").map(String.init)
        case .reserved(let key): text[key] = cell
        case .custom(let id, let isNumber):
            // What is no number stays a text, whose type then does not match.
            // The documentation of files knows no negative numbers.
            let isPlain = cell.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
            let number = isNumber && isPlain ? Double(cell) : nil
            customFields[id] = number.map { .number($0) } ?? .string(cell)
        }
    }
}
