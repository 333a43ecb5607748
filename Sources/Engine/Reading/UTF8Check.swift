internal import Model

/// Whether bytes are UTF-8 (RFC 3629; table 3-7 of the Unicode Standard).
///
/// Written out here because names are full of letters outside ASCII, each by itself between ASCII, and the standard
/// library's validation costs some fifty nanoseconds a call, which a profile would pay several times over.
enum UTF8Check {
    /// Makes sure that the first `count` bytes are UTF-8; `line` is that of the first.
    static func check(_ bytes: [UInt8], _ count: Int, path: String, line: Int) throws(EngineError) {
        let raw = bytes.span.bytes
        var index = 0
        // Whether the block before ended with the first of two bytes.
        var isOpen: UInt64 = 0
        while index &+ ByteBlock.count <= count {
            if closesPairs(ByteBlock(raw, at: index), &isOpen) {
                index &+= ByteBlock.count
                continue
            }
            // Something else than ASCII and sequences of two: look at it byte by byte.
            index = try walk(bytes, from: index &- Int(isOpen), to: index &+ ByteBlock.count, count, path, line)
            isOpen = 0
        }
        _ = try walk(bytes, from: index &- Int(isOpen), to: count, count, path, line)
    }

    /// Whether a block is ASCII and well-formed sequences of two bytes alone, which is what Latin, Greek and Cyrillic
    /// letters have; decided for all its bytes at once.
    ///
    /// Leaves `isOpen` as it is if it is not.
    @inline(__always)
    private static func closesPairs(_ block: ByteBlock, _ isOpen: inout UInt64) -> Bool {
        let belowSeconds = block.below(ByteBlock(repeating: 0x80)).words
        let belowOverlong = block.below(ByteBlock(repeating: 0xC0)).words
        let belowFirsts = block.below(ByteBlock(repeating: 0xC2)).words
        let belowLonger = block.below(ByteBlock(repeating: 0xE0)).words
        var open = isOpen
        var wrong: UInt64 = 0
        for word in 0..<4 {
            let firsts = belowLonger[word] & ~belowFirsts[word]
            let seconds = belowOverlong[word] & ~belowSeconds[word]
            // Right behind each first byte, and nowhere else, there is a second.
            wrong |=
                seconds ^ (firsts << 8 | open &* 0xFF) | ~belowLonger[word] | belowFirsts[word] & ~belowOverlong[word]
            open = firsts >> 63
        }
        guard wrong == 0 else { return false }
        isOpen = open
        return true
    }

    /// Goes over whole sequences from `start` to `end` or a little further; returns to where.
    private static func walk(
        _ bytes: [UInt8], from start: Int, to end: Int, _ count: Int, _ path: String, _ line: Int
    ) throws(EngineError) -> Int {
        let raw = bytes.span.bytes
        var index = start
        while index < end {
            if raw.unsafeLoad(fromByteOffset: index, as: UInt8.self) < 0x80 {
                index &+= 1
                continue
            }
            let length = sequence(raw, index, count)
            guard length > 0 else {
                let before = bytes[..<index].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
                throw .encoding(Place(file: path, line: line + before))
            }
            index &+= length
        }
        return index
    }

    /// The length of the well-formed sequence of two to four bytes at `index`, or 0.
    @inline(__always)
    private static func sequence(_ raw: RawSpan, _ index: Int, _ count: Int) -> Int {
        func byte(_ offset: Int) -> UInt8 {
            index &+ offset < count ? raw.unsafeLoad(fromByteOffset: index &+ offset, as: UInt8.self) : 0
        }
        func continues(_ offset: Int) -> Bool { byte(offset) & 0xC0 == 0x80 }
        let second = byte(1)
        switch byte(0) {
        case 0xC2...0xDF: return continues(1) ? 2 : 0
        case 0xE0: return (0xA0...0xBF).contains(second) && continues(2) ? 3 : 0
        case 0xED: return (0x80...0x9F).contains(second) && continues(2) ? 3 : 0
        case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : 0
        case 0xF0: return (0x90...0xBF).contains(second) && continues(2) && continues(3) ? 4 : 0
        case 0xF4: return (0x80...0x8F).contains(second) && continues(2) && continues(3) ? 4 : 0
        case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : 0
        default: return 0
        }
    }
}
