/// How a CSV file is spelled.
struct CSVDialect: Sendable, Hashable {
    /// What quotes mean.
    enum Quotes: Sendable {
        /// RFC 4180: a field is quoted whole or not at all; anything else is an error.
        case strict
        /// They mean nothing (`QuoteStyle.None`).
        case none
        /// They open a quoted text at the start of a field alone (`CsvStyle.QuoteAfterDelimiter`).
        case afterDelimiter
        /// They open one wherever they stand (`CsvStyle.QuoteAlways`).
        case anywhere
    }

    var delimiter = UInt8(ascii: ",")
    var quotes = Quotes.strict
    /// Whether somebody said what the delimiter is.
    var isDelimiterStated = false
    /// Whether a row may have fewer fields than there are columns; those that it lacks have no value then.
    var isRaggedRight = false

    /// A dialect with this delimiter: a comma unless one is stated.
    init(delimiter: UInt8? = nil, quotes: Quotes = .strict, isRaggedRight: Bool = false) {
        self.delimiter = delimiter ?? UInt8(ascii: ",")
        isDelimiterStated = delimiter != nil
        self.quotes = quotes
        self.isRaggedRight = isRaggedRight
    }
}

/// Bounds on what one row may hold, so that memory stays flat whatever the file says.
enum ReadingLimits {
    static let chunk = 256 * 1024
    static let field = 1 << 20
    static let record = 4 << 20
    static let nesting = 64
}
