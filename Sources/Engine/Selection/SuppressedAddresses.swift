public import Model

/// Addresses that must not be sent whatever the profiles say, kept as fingerprints: 16 bytes each, under a key that lives
/// as long as this.
public struct SuppressedAddresses: Sendable {
    let key = FingerprintKey()
    private var fingerprints: Set<Fingerprint> = []

    /// None yet.
    public init() {}

    /// How many there are.
    public var count: Int { fingerprints.count }

    /// Adds an address in any case.
    public mutating func insert(_ address: Personal<String>) {
        let text = Array(address.reveal().utf8)
        let padded = text + [UInt8](repeating: 0, count: InputFile.padding)
        fingerprints.insert(key.fingerprint(padded.span.bytes, 0..<text.count, folding: true))
    }

    func contains(_ fingerprint: Fingerprint) -> Bool { fingerprints.contains(fingerprint) }
}
