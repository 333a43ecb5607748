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
        while index < count {
            let marks = ByteWord.nonASCII(ByteWord.load(raw, index))
            if marks == 0 {
                index &+= 8
                continue
            }
            index &+= marks.trailingZeroBitCount >> 3
            guard index < count else { return }
            // Two bytes are what most such letters have.
            repeat {
                let length = sequence(raw, index, count)
                guard length > 0 else {
                    let before = bytes[..<index].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
                    throw .encoding(Place(file: path, line: line + before))
                }
                index &+= length
            } while index < count && raw.unsafeLoad(fromByteOffset: index, as: UInt8.self) >= 0x80
        }
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
