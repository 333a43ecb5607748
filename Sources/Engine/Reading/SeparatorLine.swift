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
        case [false, true, true, true], [true, true, true, false]: return "UTF-32"
        case [false, true, false, true], [true, false, true, false]: return "UTF-16"
        default: return nil
        }
    }
}
