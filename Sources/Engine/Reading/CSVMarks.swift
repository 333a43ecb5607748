internal import Model

/// Where in a chunk the bytes stand that CSV is made of: delimiters, quotes, control characters (line ends among them).
///
/// Found in one pass without a branch for each, which is what makes parsing fast: fields are as long as they like, so a
/// branch would be guessed wrong for nearly every one.
enum CSVMarks {
    /// The places in ascending order; the last one is `count`, the end.
    static func find(in bytes: RawSpan, _ count: Int, delimiter: UInt8) -> [UInt32] {
        let delimiters = ByteWord.all(delimiter)
        let quotes = ByteWord.all(UInt8(ascii: "\""))
        // At most one mark a byte, the end, and one that is written before it is known to be none.
        return [UInt32](unsafeUninitializedCapacity: count + 3) { marks, initialized in
            var found = 0
            var index = 0
            while index < count {
                let word = ByteWord.load(bytes, index)
                var bits =
                    ByteWord.equal(word, delimiters) | ByteWord.equal(word, quotes) | ByteWord.controls(word)
                // Behind the end all reads as control characters.
                if index &+ 8 > count { bits &= ByteWord.first(count &- index) }
                let number = ByteWord.count(bits)
                marks[found] = UInt32(truncatingIfNeeded: index &+ bits.trailingZeroBitCount >> 3)
                bits &= bits &- 1
                marks[found &+ 1] = UInt32(truncatingIfNeeded: index &+ bits.trailingZeroBitCount >> 3)
                if number > 2 {
                    var more = found &+ 2
                    while more < found &+ number {
                        bits &= bits &- 1
                        marks[more] = UInt32(truncatingIfNeeded: index &+ bits.trailingZeroBitCount >> 3)
                        more &+= 1
                    }
                }
                found &+= number
                index &+= 8
            }
            marks[found] = UInt32(truncatingIfNeeded: count)
            initialized = found + 1
        }
    }
}
