internal import Model

/// 88 bits that stand for a text, so that texts can be compared without being kept.
///
/// The polynomial hash of Carter and Wegman, modulo the prime 2^61 - 1, twice, at two places drawn at random for every
/// ``FingerprintKey``: two different texts of n bytes share a fingerprint with a probability of at most
/// (n / 7 + 2)^2 / 2^88, whatever the texts are, so that nobody can choose texts that do. Among ten million addresses
/// some two do with a probability below 10^-10.
struct Fingerprint: Sendable, Hashable {
    let high: UInt64
    /// 24 bits.
    let low: UInt64
}

/// Makes fingerprints that can be compared with each other.
struct FingerprintKey: Sendable {
    private let first = UInt64.random(in: 1...((1 << 61) - 2))
    private let second = UInt64.random(in: 1...((1 << 61) - 2))

    static var prime: UInt64 { (1 << 61) - 1 }

    /// The fingerprint of the bytes in `range`; with `folding`, ASCII capitals count as small letters.
    @inline(__always)
    func fingerprint(_ bytes: RawSpan, _ range: Range<Int>, folding: Bool) -> Fingerprint {
        var one = UInt64(range.count)
        var two = one
        var index = range.lowerBound
        while index < range.upperBound {
            var piece = ByteWord.load(bytes, index) & ByteWord.first(min(7, range.upperBound - index))
            if folding { piece = ByteWord.lowercased(piece) }
            one = Self.multiply(one + piece, first)
            two = Self.multiply(two + piece, second)
            index += 7
        }
        one = Self.reduced(one)
        two = Self.reduced(two)
        return Fingerprint(high: one << 3 | two & 7, low: two >> 3 & 0xFF_FFFF)
    }

    /// The product modulo the prime, up to one multiple too much; `left` may have 63 bits.
    @inline(__always)
    static func multiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        let sum = (product.low & prime) &+ (product.low >> 61 | product.high << 3)
        return (sum & prime) &+ sum >> 61
    }

    static func reduced(_ value: UInt64) -> UInt64 {
        let folded = (value & prime) &+ value >> 61
        return folded >= prime ? folded - prime : folded
    }
}
