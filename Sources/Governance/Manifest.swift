public import Model
public import Vault

/// The sorted subject tags of one batch: 16 bytes each, one after the other.
///
/// It lies beside the log; its digest is in the intent.
///
/// A tag is the first half of HMAC-SHA-256 over the lower-cased address under the destination's subject key: who holds
/// the key can look a person up, who holds the log alone cannot guess.
public struct Manifest: Sendable, Hashable {
    /// How many bytes a tag has.
    public static let tagLength = 16

    /// The tags, sorted, concatenated.
    public let bytes: [UInt8]
    /// The SHA-256 of ``bytes``.
    public let digest: Digest

    /// Tags the addresses of a batch.
    /// - Throws: `VaultError` if OpenSSL fails.
    init(addresses: PackedAddresses, key: borrowing SecretBytes) throws {
        var authenticator = try MessageAuthenticator(key: key)
        var tags: [Tag] = []
        tags.reserveCapacity(addresses.count)
        for index in 0..<addresses.count {
            tags.append(Tag(try authenticator.tag(addresses[index])))
        }
        tags.sort()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tags.count * Self.tagLength)
        for tag in tags { tag.append(to: &bytes) }
        self.bytes = bytes
        digest = try SHA256.digest(of: bytes)
    }

    /// The tag of one address, given in lower case.
    /// - Throws: `VaultError` if OpenSSL fails.
    public static func tag(of address: Personal<String>, key: borrowing SecretBytes) throws -> [UInt8] {
        var authenticator = try MessageAuthenticator(key: key)
        return Array(try authenticator.tag(Array(address.reveal().utf8)).bytes.prefix(tagLength))
    }

    /// Whether `tag` is in the manifest `bytes`: a binary search.
    public static func contains(_ tag: [UInt8], in bytes: [UInt8]) -> Bool {
        var low = 0
        var high = bytes.count / tagLength
        while low < high {
            let middle = (low + high) / 2
            let candidate = bytes[(middle * tagLength)..<((middle + 1) * tagLength)]
            if candidate.elementsEqual(tag) { return true }
            if candidate.lexicographicallyPrecedes(tag) { low = middle + 1 } else { high = middle }
        }
        return false
    }
}

/// A tag as two numbers, so that sorting a batch compares words.
private struct Tag: Comparable {
    let high: UInt64
    let low: UInt64

    init(_ digest: Digest) {
        high = digest.bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = digest.bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func < (left: Tag, right: Tag) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    func append(to bytes: inout [UInt8]) {
        for word in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
    }
}
