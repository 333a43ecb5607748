/// The line with which Excel says what stands between fields: `sep=;`.
enum SeparatorLine {
    /// What may be meant where a row of names has one name only, and one of these stands in it.
    static let likely: [UInt8] = [UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]

    /// The delimiter that a chunk's first line states, and how many bytes that line has; nil if it states none.
    static func read(_ chunk: Chunk) -> (delimiter: UInt8, count: Int)? {
        let start = Array("sep=".utf8)
        let bytes = chunk.bytes.prefix(chunk.count)
        guard bytes.count > start.count + 1, bytes.starts(with: start) else { return nil }
        let rest = bytes[(start.count + 1)...]
        if rest.first == 0x0A { return (bytes[start.count], start.count + 2) }
        return rest.starts(with: [0x0D, 0x0A]) ? (bytes[start.count], start.count + 3) : nil
    }

    /// The likely delimiter that stands most often in a chunk's first line, outside quotes; nil if none stands there.
    static func guess(_ chunk: Chunk) -> UInt8? {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in chunk.bytes.prefix(min(chunk.count, ReadingLimits.field)) {
            if byte == 0x0A { break }
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, byte == UInt8(ascii: ",") || likely.contains(byte) { counts[byte, default: 0] += 1 }
        }
        let commas = counts[UInt8(ascii: ",")] ?? 0
        return likely.max { counts[$0] ?? 0 < counts[$1] ?? 0 }.flatMap { (counts[$0] ?? 0) > commas ? $0 : nil }
    }
}

extension Chunk {
    /// The same without its first bytes.
    func dropping(_ first: Int) -> Chunk {
        Chunk(
            bytes: Array(bytes.dropFirst(first)), count: count - first, file: file, offset: offset + Int64(first),
            isCut: isCut)
    }
}

/// Encodings of two and four bytes a character, which are not read.
enum WideEncoding {
    /// Which one `start`, the beginning of a file, is written in; nil if in none.
    ///
    /// By its mark, or by zeros in the places where text of Latin letters has them.
    static func name(of start: ArraySlice<UInt8>) -> String? {
        if start.starts(with: [0xFF, 0xFE, 0, 0]) || start.starts(with: [0, 0, 0xFE, 0xFF]) { return "UTF-32" }
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
        let head = Array(start.prefix(64))
        guard head.count >= 4 else { return nil }
        var zeros = [0, 0, 0, 0]
        for (index, byte) in head.enumerated() where byte == 0 { zeros[index % 4] += 1 }
        let places = head.count / 4
        switch zeros.map({ $0 * 4 >= places * 3 }) {
        case [false, true, true, true]: return "UTF-32LE"
        case [true, true, true, false]: return "UTF-32BE"
        case [false, true, false, true]: return "UTF-16LE"
        case [true, false, true, false]: return "UTF-16BE"
        default: return nil
        }
    }
}

/// Files that people take for CSV or NDJSON, and that have to be made into it first.
enum PackedFormat {
    private static let known: [(start: [UInt8], problem: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "it is a ZIP archive, as Excel's workbooks are; unpack it, or save it as CSV"),
        ([0xD0, 0xCF, 0x11, 0xE0], "it is a workbook of an older Excel; save it as CSV"),
        (Array("PAR1".utf8), "it is a Parquet file; convert it to CSV"),
        ([0x28, 0xB5, 0x2F, 0xFD], "it is compressed with Zstandard; unpack it, or compress it with gzip"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "it is compressed with xz; unpack it, or compress it with gzip"),
        (Array("BZh".utf8), "it is compressed with bzip2; unpack it, or compress it with gzip"),
        ([0x1F, 0x8B, 0x08], "it is gzip'd twice; unpack it once"),
    ]

    /// What is wrong with a file that starts so; nil if it may be text.
    static func problem(of start: ArraySlice<UInt8>) -> String? {
        known.first { start.starts(with: $0.start) }?.problem
    }
}
