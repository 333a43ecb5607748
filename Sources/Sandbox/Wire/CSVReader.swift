/// Takes a comma-separated file (RFC 4180) apart, as it comes.
struct CSVReader {
    /// A cell, or nil where its bytes are not UTF-8.
    typealias Row = [String?]

    private var row: Row = []
    private var cell: [UInt8] = []
    private var isQuoted = false
    /// Whether the cell began with a quotation mark, be it closed or not.
    private var wasQuoted = false
    /// Whether the last byte was a quotation mark inside a quoted cell: its end, or half of an escaped one.
    private var isAfterQuote = false
    private var isAfterReturn = false
    private var mark: [UInt8] = []
    private var isBegun = false

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Whether the file, were it over here, would end within a quoted cell.
    var isOpen: Bool { isQuoted && !isAfterQuote }

    /// Reads on, and hands out every row that ends.
    mutating func read(_ bytes: some Sequence<UInt8>, _ take: (Row) -> Void) {
        for byte in bytes {
            if !isBegun {
                mark.append(byte)
                if mark == Self.byteOrderMark {
                    isBegun = true
                } else if !Self.byteOrderMark.starts(with: mark) {
                    isBegun = true
                    for early in mark { read(byte: early, take) }
                }
                continue
            }
            read(byte: byte, take)
        }
    }

    /// Hands out the last row, where no line end follows it.
    mutating func finish(_ take: (Row) -> Void) {
        if !isBegun { for early in mark { read(byte: early, take) } }
        if !row.isEmpty || !cell.isEmpty || wasQuoted { endRow(take) }
    }

    private mutating func read(byte: UInt8, _ take: (Row) -> Void) {
        let wasAfterReturn = isAfterReturn
        isAfterReturn = false
        if isQuoted {
            if isAfterQuote {
                isAfterQuote = false
                if byte == UInt8(ascii: "\"") {
                    cell.append(byte)
                    return
                }
                isQuoted = false
            } else if byte == UInt8(ascii: "\"") {
                isAfterQuote = true
                return
            } else {
                cell.append(byte)
                return
            }
        }
        switch byte {
        case UInt8(ascii: ","): endCell()
        case UInt8(ascii: "\r"):
            isAfterReturn = true
            endRow(take)
        case UInt8(ascii: "\n"): if !wasAfterReturn { endRow(take) }
        case UInt8(ascii: "\"") where cell.isEmpty && !wasQuoted:
            isQuoted = true
            wasQuoted = true
        default: cell.append(byte)
        }
    }

    private mutating func endCell() {
        row.append(String(validating: cell, as: UTF8.self))
        cell.removeAll(keepingCapacity: true)
        isQuoted = false
        isAfterQuote = false
        wasQuoted = false
    }

    private mutating func endRow(_ take: (Row) -> Void) {
        // A line without anything is no row.
        if row.isEmpty && cell.isEmpty && !wasQuoted { return }
        endCell()
        take(row)
        row.removeAll(keepingCapacity: true)
    }
}
