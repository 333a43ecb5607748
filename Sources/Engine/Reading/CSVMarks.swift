internal import Model

/// Where in a chunk the bytes stand that CSV is made of: delimiters, quotes, control characters (line ends among them).
///
/// Found in one pass, thirty-two bytes at a time and without a branch for each, which is what makes parsing fast: fields
/// are as long as they like, so a branch would be guessed wrong for nearly every one.
enum CSVMarks {
    /// The places in ascending order; the last one is `count`, the end.
    /// - Parameter bytes: ends in zeros, ``InputFile/padding`` of them.
    static func find(in bytes: RawSpan, _ count: Int, delimiter: UInt8) -> [UInt32] {
        // At most one mark a byte, the end, and one that is written before it is known to be none.
        [UInt32](unsafeUninitializedCapacity: count + 3) { marks, initialized in
            var found = 0
            var index = 0
            let delimiters = ByteBlock(repeating: delimiter)
            let quotes = ByteBlock(repeating: UInt8(ascii: "\""))
            let blanks = ByteBlock(repeating: 0x20)
            while index &+ ByteBlock.count <= count {
                let block = ByteBlock(bytes, at: index)
                let hits = block.equal(delimiters) | block.equal(quotes) | block.below(blanks)
                let words = hits.words & SIMD4(repeating: 0x8080_8080_8080_8080)
                add(words[0], at: index, to: marks, &found)
                add(words[1], at: index &+ 8, to: marks, &found)
                add(words[2], at: index &+ 16, to: marks, &found)
                add(words[3], at: index &+ 24, to: marks, &found)
                index &+= ByteBlock.count
            }
            while index < count {
                let word = ByteWord.load(bytes, index)
                let hits =
                    ByteWord.equal(word, ByteWord.all(delimiter))
                    | ByteWord.equal(word, ByteWord.all(UInt8(ascii: "\""))) | ByteWord.controls(word)
                // Behind the end all reads as control characters.
                add(hits & ByteWord.first(count &- index), at: index, to: marks, &found)
                index &+= 8
            }
            marks[found] = UInt32(truncatingIfNeeded: count)
            initialized = found + 1
        }
    }

    /// Writes two places, whether there are as many or not, and counts those there are.
    @inline(__always)
    private static func add(
        _ hits: UInt64, at index: Int, to marks: UnsafeMutableBufferPointer<UInt32>, _ found: inout Int
    ) {
        var hits = hits
        let number = ByteWord.count(hits)
        marks[found] = UInt32(truncatingIfNeeded: index &+ hits.trailingZeroBitCount >> 3)
        hits &= hits &- 1
        marks[found &+ 1] = UInt32(truncatingIfNeeded: index &+ hits.trailingZeroBitCount >> 3)
        if number > 2 {
            var more = found &+ 2
            while more < found &+ number {
                hits &= hits &- 1
                marks[more] = UInt32(truncatingIfNeeded: index &+ hits.trailingZeroBitCount >> 3)
                more &+= 1
            }
        }
        found &+= number
    }
}
