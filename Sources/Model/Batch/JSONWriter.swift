/// Writes JSON into memory that has room for it, sixteen bytes at a time where it can.
///
/// Every access is checked against the bounds of both stretches; copies may write up to fifteen bytes behind their end,
/// which the next write covers. Two words at once, because most values fit in them: then there is no loop whose end the
/// processor would have to guess.
struct JSONWriter {
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

    @inline(__always)
    private func store(_ first: UInt64, _ second: UInt64, to out: inout MutableRawSpan) {
        out.storeBytes(of: first.littleEndian, toByteOffset: position, as: UInt64.self)
        out.storeBytes(of: second.littleEndian, toByteOffset: position &+ 8, as: UInt64.self)
    }

    /// Copies as it stands.
    @inline(__always)
    mutating func copy(_ source: RawSpan, _ start: Int, _ end: Int, to out: inout MutableRawSpan) {
        var index = start
        while true {
            store(ByteWord.load(source, index), ByteWord.load(source, index &+ 8), to: &out)
            guard end &- index > 16 else { break }
            index &+= 16
            position &+= 16
        }
        position &+= end &- index
    }

    /// Copies an address in lower case; false if it holds what would have to be escaped.
    @inline(__always)
    mutating func copyLowercased(_ source: RawSpan, _ range: Range<Int>, to out: inout MutableRawSpan) -> Bool {
        var index = range.lowerBound
        while true {
            let first = ByteWord.load(source, index)
            let second = ByteWord.load(source, index &+ 8)
            let left = range.upperBound &- index
            if Self.escapes(first, second, left) { return false }
            store(ByteWord.lowercased(first), ByteWord.lowercased(second), to: &out)
            guard left > 16 else {
                position &+= left
                return true
            }
            index &+= 16
            position &+= 16
        }
    }

    /// Writes the inside of a string, escaped where it has to be.
    @inline(__always)
    mutating func writeText(_ source: RawSpan, _ range: Range<Int>, to out: inout MutableRawSpan) {
        var index = range.lowerBound
        while true {
            let first = ByteWord.load(source, index)
            let second = ByteWord.load(source, index &+ 8)
            let left = range.upperBound &- index
            let step = min(16, left)
            if Self.escapes(first, second, left) {
                escape(source, index..<(index &+ step), to: &out)
            } else {
                store(first, second, to: &out)
                position &+= step
            }
            guard left > 16 else { return }
            index &+= 16
        }
    }

    @inline(__always)
    private static func escapes(_ first: UInt64, _ second: UInt64, _ left: Int) -> Bool {
        let marks =
            ByteWord.needsEscape(first) & ByteWord.first(left)
            | ByteWord.needsEscape(second) & ByteWord.first(max(0, left &- 8))
        return marks != 0
    }

    /// RFC 8785 section 3.2.2.2.
    @inline(never)
    private mutating func escape(_ source: RawSpan, _ range: Range<Int>, to out: inout MutableRawSpan) {
        var text: [UInt8] = []
        for index in range {
            JSONText.writeEscaped(source.unsafeLoad(fromByteOffset: index, as: UInt8.self), to: &text)
        }
        for byte in text { write(byte, to: &out) }
    }
}
