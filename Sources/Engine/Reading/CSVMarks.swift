internal import Model

/// Where in a chunk the bytes stand that CSV is made of: delimiters, quotes, control characters (line ends among them).
///
/// Found in one pass, thirty-two bytes at a time and without a branch for each, which is what makes parsing fast: fields
/// are as long as they like, so a branch would be guessed wrong for nearly every one.
enum CSVMarks {
    /// The places in ascending order; the last one is `count`, the end.
    /// - Parameter bytes: ends in zeros, ``InputFile/padding`` of them.
    static func find(in bytes: RawSpan, _ count: Int, delimiter: UInt8) -> [UInt32] {
        // At most one mark a byte, the end, and four that are written before they are known to be none.
        [UInt32](unsafeUninitializedCapacity: count + 5) { marks, initialized in
            var found = 0
            var index = 0
            let delimiters = ByteBlock(repeating: delimiter)
            let quotes = ByteBlock(repeating: UInt8(ascii: "\""))
            let blanks = ByteBlock(repeating: 0x20)
            while index &+ ByteBlock.count <= count {
                let block = ByteBlock(bytes, at: index)
                let hits = block.equal(delimiters) | block.equal(quotes) | block.below(blanks)
                add(hits.bits, at: index, to: marks, &found)
                index &+= ByteBlock.count
            }
            while index < count {
                let word = ByteWord.load(bytes, index)
                let hits =
                    ByteWord.equal(word, ByteWord.all(delimiter))
                    | ByteWord.equal(word, ByteWord.all(UInt8(ascii: "\""))) | ByteWord.controls(word)
                // Behind the end all reads as control characters.
                var hit = hits & ByteWord.first(count &- index)
                while hit != 0 {
                    marks[found] = UInt32(truncatingIfNeeded: index &+ hit.trailingZeroBitCount >> 3)
                    found &+= 1
                    hit &= hit &- 1
                }
                index &+= 8
            }
            marks[found] = UInt32(truncatingIfNeeded: count)
            initialized = found + 1
        }
    }

    /// Writes four places, whether there are as many or not, and counts those there are.
    @inline(__always)
    private static func add(
        _ bits: UInt32, at index: Int, to marks: UnsafeMutableBufferPointer<UInt32>, _ found: inout Int
    ) {
        let start = UInt32(truncatingIfNeeded: index)
        var bits = bits
        let number = ByteMarks.count(bits)
        for offset in 0..<4 {
            marks[found &+ offset] = start &+ UInt32(truncatingIfNeeded: bits.trailingZeroBitCount)
            bits &= bits &- 1
        }
        if number > 4 {
            var more = found &+ 4
            while bits != 0 {
                marks[more] = start &+ UInt32(truncatingIfNeeded: bits.trailingZeroBitCount)
                bits &= bits &- 1
                more &+= 1
            }
        }
        found &+= number
    }
}
