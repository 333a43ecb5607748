internal import Model

/// A stretch of a file that starts where a row starts, and ends where one ends.
struct Chunk: Sendable {
    /// Its bytes, with ``InputFile/padding`` zeros behind them.
    var bytes: [UInt8]
    /// How many of ``bytes`` belong to it.
    let count: Int
    /// The file, by its number among those that are read.
    let file: Int
    /// Where in the file it starts.
    let offset: Int64
    /// Whether its last row goes on behind it, because the row is longer than a row may be.
    let isCut: Bool
}

/// Cuts files into chunks at row ends, so that several tasks can parse at once.
struct ChunkReader {
    private let files: [SourceFile]
    private let size: Int
    private var index = 0
    private var offset: Int64

    init(_ files: [SourceFile], chunk: Int = ReadingLimits.chunk) {
        self.files = files
        size = max(1, chunk)
        offset = files.first?.start.offset ?? 0
    }

    /// The next chunk, nil at the end of the last file.
    /// - Throws: ``EngineError``, also if a file was changed since it was opened.
    mutating func next() throws(EngineError) -> Chunk? {
        while index < files.count {
            let file = files[index]
            let length = try file.input.length()
            if offset < length { return try chunk(of: file, length) }
            try file.input.requireUnchanged()
            index += 1
            offset = index < files.count ? files[index].start.offset : 0
        }
        return nil
    }

    private mutating func chunk(of file: SourceFile, _ length: Int64) throws(EngineError) -> Chunk {
        var wanted = size
        while true {
            let (bytes, count) = try file.input.read(at: offset, count: wanted)
            let isLast = offset + Int64(count) >= length
            guard count == wanted || isLast else { throw .unreadable(path: file.path, problem: "it became shorter") }
            let end = isLast ? count : RowEnds.last(in: bytes.span.bytes, count, file.layout)
            if end > 0 || wanted > ReadingLimits.record {
                let chunk = Chunk(
                    bytes: bytes, count: end > 0 ? end : count, file: index, offset: offset, isCut: end == 0)
                offset += Int64(chunk.count)
                return chunk
            }
            wanted *= 4
        }
    }
}

/// Finds where rows end without parsing them.
enum RowEnds {
    /// The end of the last row that ends within the first `count` bytes, which start with a row; 0 if none does.
    ///
    /// In well-formed CSV a line feed ends a row if the quotes before it are even in number. In malformed CSV the first
    /// wrong end lies behind the malformed row, whose error comes first.
    static func last(in bytes: RawSpan, _ count: Int, _ layout: RowLayout) -> Int {
        switch layout {
        case .csv(let dialect) where dialect.quotes == .strict || dialect.quotes == .anywhere:
            lastByParity(bytes, count)
        case .csv(let dialect) where dialect.quotes == .afterDelimiter: lastByState(bytes, count, dialect.delimiter)
        default: lastLineFeed(bytes, count)
        }
    }

    private static func lastLineFeed(_ bytes: RawSpan, _ count: Int) -> Int {
        var index = count
        while index > 0 {
            index -= 1
            if bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) == 0x0A { return index + 1 }
        }
        return 0
    }

    private static func lastByParity(_ bytes: RawSpan, _ count: Int) -> Int {
        let pattern = ByteBlock(repeating: UInt8(ascii: "\""))
        var quotes = 0
        var index = 0
        while index &+ ByteBlock.count <= count {
            // A count for each of 32 places, up to 31: then those of eight places still fit in a byte together.
            var lanes = SIMD4<UInt64>.zero
            let end = min(count, index &+ 31 &* ByteBlock.count)
            while index &+ ByteBlock.count <= end {
                lanes &+= ByteBlock(bytes, at: index).equal(pattern).words & SIMD4(repeating: ByteWord.all(1))
                index &+= ByteBlock.count
            }
            for lane in 0..<4 { quotes += Int(truncatingIfNeeded: (lanes[lane] &* ByteWord.all(1)) >> 56) }
        }
        while index < count {
            if bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) == UInt8(ascii: "\"") { quotes += 1 }
            index += 1
        }
        var isQuoted = !quotes.isMultiple(of: 2)
        index = count
        while index > 0 {
            index -= 1
            let byte = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == 0x0A, !isQuoted { return index + 1 }
        }
        return 0
    }

    private static func lastByState(_ bytes: RawSpan, _ count: Int, _ delimiter: UInt8) -> Int {
        var end = 0
        var isAtStart = true
        var isQuoted = false
        for index in 0..<count {
            let byte = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            if byte == UInt8(ascii: "\""), isAtStart || isQuoted {
                // A doubled quote closes and opens again.
                isQuoted.toggle()
                isAtStart = !isQuoted
                continue
            }
            isAtStart = !isQuoted && (byte == delimiter || byte == 0x0A)
            if byte == 0x0A, !isQuoted { end = index + 1 }
        }
        return end
    }
}
