/// A set of texts that keeps 16 bytes of each.
///
/// The fingerprint is two SipHash values that the standard library keys at random for every process, so nobody can choose
/// texts that collide; among ten million texts some two collide with a probability below 10^-24.
struct FingerprintSet {
    private struct Fingerprint: Hashable {
        let high: Int
        let low: Int
    }

    private var members: Set<Fingerprint> = []

    var count: Int { members.count }

    private static func fingerprint(_ text: ArraySlice<UInt8>) -> Fingerprint {
        var high = Hasher()
        var low = Hasher()
        high.combine(UInt8(1))
        low.combine(UInt8(2))
        text.withUnsafeBytes {
            high.combine(bytes: $0)
            low.combine(bytes: $0)
        }
        return Fingerprint(high: high.finalize(), low: low.finalize())
    }

    /// Adds `text`; false if it was there.
    mutating func insert(_ text: ArraySlice<UInt8>) -> Bool { members.insert(Self.fingerprint(text)).inserted }

    func contains(_ text: ArraySlice<UInt8>) -> Bool { members.contains(Self.fingerprint(text)) }
}
