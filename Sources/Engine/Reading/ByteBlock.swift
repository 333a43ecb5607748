/// Thirty-two bytes at once.
struct ByteBlock {
    private let bytes: SIMD32<UInt8>

    static var count: Int { 32 }

    /// The bytes at `index`, all of which must be there.
    @inline(__always)
    init(_ source: RawSpan, at index: Int) {
        bytes = source.unsafeLoadUnaligned(fromByteOffset: index, as: SIMD32<UInt8>.self)
    }

    /// A block of one byte again and again.
    init(repeating byte: UInt8) {
        bytes = SIMD32(repeating: byte)
    }

    /// Marks the bytes equal to those of `other`.
    @inline(__always)
    func equal(_ other: ByteBlock) -> ByteMarks { ByteMarks(bytes .== other.bytes) }

    /// Marks the bytes below those of `other`.
    @inline(__always)
    func below(_ other: ByteBlock) -> ByteMarks { ByteMarks(bytes .< other.bytes) }
}

/// Which bytes of a block are marked: all bits of each that is, none of any other; the first in the lowest bits.
struct ByteMarks {
    let words: SIMD4<UInt64>

    @inline(__always)
    fileprivate init(_ mask: SIMDMask<SIMD32<Int8>>) {
        // Proof: a mask of 32 lanes is stored as 32 signed bytes, 0 or -1 each (SIMDMask's documentation: "the
        // underlying storage"), and four words are 32 bytes without padding in which any bits are a value. The standard
        // library has no other way from a mask to bits that compiles to nothing.
        words = unsafeBitCast(mask, to: SIMD4<UInt64>.self)
    }

    private init(_ words: SIMD4<UInt64>) {
        self.words = words
    }

    @inline(__always)
    static func | (left: ByteMarks, right: ByteMarks) -> ByteMarks { ByteMarks(left.words | right.words) }
}
