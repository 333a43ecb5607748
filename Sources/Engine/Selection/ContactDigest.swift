internal import Model

/// Stands for the values of a contact, so that the next export can tell whether they changed.
///
/// A polynomial hash modulo 2^61 - 1 at a secret place, as ``FingerprintKey`` computes it: two different contacts of n
/// bytes share a digest with a probability of at most (n / 7 + 2 fields) / 2^61, whatever they hold. Which fields are
/// sent, and as what, is part of it: another data matching makes every contact a changed one.
struct ContactDigest: Sendable {
    private let place: UInt64
    private let start: UInt64

    /// - Parameters:
    ///   - seed: the secret that the place is drawn from; the same for all exports that are compared.
    ///   - shape: the names of what is sent, in its order.
    init(seed: UInt64, shape: [String]) {
        place = seed % (FingerprintKey.prime - 2) + 1
        var state: UInt64 = 7
        for byte in shape.joined(separator: "\n").utf8 {
            state = FingerprintKey.multiply(state + UInt64(byte) + 1, place)
        }
        start = state
    }

    /// The digest of the values at `values`, the address (the first) left out: it has a tag of its own.
    @inline(__always)
    func digest(_ bytes: RawSpan, _ values: Span<Range<Int>>) -> UInt64 {
        var state = start
        var field = 1
        while field < values.count {
            let range = values[field]
            // The length separates what would otherwise run together.
            state = FingerprintKey.multiply(state + UInt64(range.count) + 1, place)
            var index = range.lowerBound
            while index < range.upperBound {
                let piece = ByteWord.load(bytes, index) & ByteWord.first(min(7, range.upperBound &- index))
                state = FingerprintKey.multiply(state + piece, place)
                index &+= 7
            }
            field &+= 1
        }
        return FingerprintKey.reduced(state)
    }
}
