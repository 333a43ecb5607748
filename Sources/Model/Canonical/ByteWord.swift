/// Eight bytes at once, the first in the lowest bits; a match is the highest bit of its byte.
public enum ByteWord {
    /// The eight bytes at `index`; zeros stand for what lies behind the end.
    @inlinable @inline(__always)
    public static func load(_ bytes: RawSpan, _ index: Int) -> UInt64 {
        guard index <= bytes.byteCount &- 8 else { return loadTail(bytes, index) }
        return UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Out of line, so that the loops around ``load(_:_:)`` stay small.
    @usableFromInline @inline(never)
    static func loadTail(_ bytes: RawSpan, _ index: Int) -> UInt64 {
        var word: UInt64 = 0
        for offset in index..<max(index, bytes.byteCount) {
            word |= UInt64(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) << UInt64(8 * (offset - index))
        }
        return word
    }

    /// All bits of the first `count` bytes, of at most eight.
    @inlinable @inline(__always)
    public static func first(_ count: Int) -> UInt64 {
        count >= 8 ? .max : (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1
    }

    /// A word of eight times `byte`.
    @inlinable @inline(__always)
    public static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Marks the bytes equal to those of `pattern`, exactly.
    @inlinable @inline(__always)
    public static func equal(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
        let difference = word ^ pattern
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        return ~(((difference & low) &+ low) | difference | low)
    }

    /// Marks control characters, 0x00 to 0x1F, exactly.
    @inlinable @inline(__always)
    public static func controls(_ word: UInt64) -> UInt64 {
        ~(((word & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x6060_6060_6060_6060) | word) & 0x8080_8080_8080_8080
    }

    /// Marks bytes above 0x7F.
    @inlinable @inline(__always)
    public static func nonASCII(_ word: UInt64) -> UInt64 { word & 0x8080_8080_8080_8080 }

    /// Marks what JSON strings escape.
    @inlinable @inline(__always)
    public static func needsEscape(_ word: UInt64) -> UInt64 {
        equal(word, all(UInt8(ascii: "\""))) | equal(word, all(UInt8(ascii: "\\"))) | controls(word)
    }

    /// A to Z as a to z; all else stays.
    @inlinable @inline(__always)
    public static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & 0x7F7F_7F7F_7F7F_7F7F
        let fromA = low &+ all(0x80 - 0x41)
        let afterZ = low &+ all(0x80 - 0x5B)
        return word | ((fromA & ~afterZ & ~word & 0x8080_8080_8080_8080) >> 2)
    }

    /// How many bytes are marked; for a mark's highest bits alone, which takes two steps on any processor.
    @inlinable @inline(__always)
    public static func count(_ marks: UInt64) -> Int {
        Int(truncatingIfNeeded: ((marks >> 7) &* 0x0101_0101_0101_0101) >> 56)
    }
}
