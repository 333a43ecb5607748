/// Thirty-two bytes at once.
@frozen public struct ByteBlock {
    @usableFromInline let bytes: SIMD32<UInt8>

    @usableFromInline @inline(__always)
    init(_ bytes: SIMD32<UInt8>) {
        self.bytes = bytes
    }

    /// How many bytes that is.
    @inlinable public static var count: Int { 32 }

    /// The bytes at `index`, all of which must be there.
    @inlinable @inline(__always)
    public init(_ source: RawSpan, at index: Int) {
        bytes = source.unsafeLoadUnaligned(fromByteOffset: index, as: SIMD32<UInt8>.self)
    }

    /// A block of one byte again and again.
    @inlinable @inline(__always)
    public init(repeating byte: UInt8) {
        bytes = SIMD32(repeating: byte)
    }

    /// Writes all of them at `index`.
    @inlinable @inline(__always)
    public func store(to out: inout MutableRawSpan, at index: Int) {
        out.storeBytes(of: bytes, toByteOffset: index, as: SIMD32<UInt8>.self)
    }

    /// Marks the bytes equal to those of `other`.
    @inlinable @inline(__always)
    public func equal(_ other: ByteBlock) -> ByteMarks { ByteMarks(bytes .== other.bytes) }

    /// Marks the bytes below those of `other`.
    @inlinable @inline(__always)
    public func below(_ other: ByteBlock) -> ByteMarks { ByteMarks(bytes .< other.bytes) }

    /// Marks what JSON strings escape.
    @inlinable @inline(__always)
    public var needsEscape: ByteMarks {
        equal(ByteBlock(repeating: UInt8(ascii: "\""))) | equal(ByteBlock(repeating: UInt8(ascii: "\\")))
            | below(ByteBlock(repeating: 0x20))
    }
}

/// Which bytes of a block are marked: all bits of each that is, none of any other; the first in the lowest bits.
@frozen public struct ByteMarks {
    /// Eight bytes a word.
    public let words: SIMD4<UInt64>

    @inlinable @inline(__always)
    init(_ mask: SIMDMask<SIMD32<Int8>>) {
        // Proof: a mask of 32 lanes is stored as 32 signed bytes, 0 or -1 each (SIMDMask's documentation: "the
        // underlying storage"), and four words are 32 bytes without padding in which any bits are a value. The standard
        // library has no other way from a mask to bits that compiles to nothing.
        words = unsafeBitCast(mask, to: SIMD4<UInt64>.self)
    }

    @inlinable @inline(__always)
    init(_ words: SIMD4<UInt64>) {
        self.words = words
    }

    /// Marks what either marks.
    @inlinable @inline(__always)
    public static func | (left: ByteMarks, right: ByteMarks) -> ByteMarks { ByteMarks(left.words | right.words) }

    /// A bit for each byte, the first lowest.
    @inlinable @inline(__always)
    public var bits: UInt32 {
        // The highest bits of eight bytes, gathered in the highest byte of a product.
        let gather: UInt64 = 0x0002_0408_1020_4081
        let high = words & SIMD4(repeating: 0x8080_8080_8080_8080)
        var bits: UInt32 = 0
        for word in 0..<4 {
            bits |= UInt32(truncatingIfNeeded: (high[word] &* gather) >> 56) << UInt32(8 &* word)
        }
        return bits
    }

    /// Whether any of the first `count` bytes is marked.
    @inlinable @inline(__always)
    public func any(first count: Int) -> Bool {
        count >= 32 ? (words[0] | words[1] | words[2] | words[3]) != 0 : bits & ((1 &<< UInt32(count)) &- 1) != 0
    }

    /// How many bits are set, in steps that every processor has.
    @inlinable @inline(__always)
    public static func count(_ bits: UInt32) -> Int {
        var bits = bits &- (bits >> 1 & 0x5555_5555)
        bits = (bits & 0x3333_3333) &+ (bits >> 2 & 0x3333_3333)
        bits = (bits &+ bits >> 4) & 0x0F0F_0F0F
        return Int(truncatingIfNeeded: (bits &* 0x0101_0101) >> 24)
    }
}
