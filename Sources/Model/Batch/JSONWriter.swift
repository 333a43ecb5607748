/// Writes JSON into memory that has room for it, thirty-two bytes at a time where it can.
///
/// Every access is checked against the bounds of both stretches; copies may write up to ``slack`` bytes behind their end,
/// which the next write covers. Whole blocks, because most values fit in one: then there is no loop whose end the
/// processor would have to guess.
struct JSONWriter {
    /// How many bytes a copy may write behind its end.
    static var slack: Int { ByteBlock.count }
    /// Where the next byte goes.
    private(set) var position: Int

    init(at position: Int) {
        self.position = position
    }

    @inline(__always)
    mutating func write(_ byte: UInt8, to out: inout MutableRawSpan) {
        out.storeBytes(of: byte, toByteOffset: position, as: UInt8.self)
        position &+= 1
    }

    /// Copies as it stands.
    @inline(__always)
    mutating func copy(_ source: RawSpan, _ start: Int, _ end: Int, to out: inout MutableRawSpan) {
        var index = start
        while index < end {
            guard index &+ ByteBlock.count <= source.byteCount else {
                return copyTail(source, index, end, escaping: false, to: &out)
            }
            ByteBlock(source, at: index).store(to: &out, at: position)
            let step = min(ByteBlock.count, end &- index)
            index &+= step
            position &+= step
        }
    }

    /// Copies an address in lower case; false if it holds what would have to be escaped.
    @inline(__always)
    mutating func copyLowercased(_ source: RawSpan, _ range: Range<Int>, to out: inout MutableRawSpan) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            let step = min(8, range.upperBound &- index)
            let word = ByteWord.load(source, index)
            if ByteWord.needsEscape(word) & ByteWord.first(step) != 0 { return false }
            out.storeBytes(
                of: ByteWord.lowercased(word).littleEndian, toByteOffset: position, as: UInt64.self)
            index &+= step
            position &+= step
        }
        return true
    }

    /// Writes the inside of a string, escaped where it has to be.
    @inline(__always)
    mutating func writeText(_ source: RawSpan, _ range: Range<Int>, to out: inout MutableRawSpan) {
        var index = range.lowerBound
        while index < range.upperBound {
            guard index &+ ByteBlock.count <= source.byteCount else {
                return copyTail(source, index, range.upperBound, escaping: true, to: &out)
            }
            let block = ByteBlock(source, at: index)
            let step = min(ByteBlock.count, range.upperBound &- index)
            if block.needsEscape.any(first: step) {
                copyTail(source, index, index &+ step, escaping: true, to: &out)
            } else {
                block.store(to: &out, at: position)
                position &+= step
            }
            index &+= step
        }
    }

    /// Byte by byte: what stands too near to the source's end, and what has to be escaped (RFC 8785 section 3.2.2.2).
    @inline(never)
    private mutating func copyTail(
        _ source: RawSpan, _ start: Int, _ end: Int, escaping: Bool, to out: inout MutableRawSpan
    ) {
        var text: [UInt8] = []
        for index in start..<end {
            let byte = source.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            if escaping { JSONText.writeEscaped(byte, to: &text) } else { text.append(byte) }
        }
        for byte in text { write(byte, to: &out) }
    }
}
