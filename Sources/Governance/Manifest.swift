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
    public init(addresses: Personal<PackedAddresses>, key: borrowing SecretBytes) throws {
        let packed = addresses.reveal()
        try self.init(tags: Self.tags(of: packed.bytes, at: packed.ranges, key: key))
    }

    /// The manifest of tags in any order.
    init(tags: [UInt8]) throws {
        bytes = Tag.sorted(tags)
        digest = try SHA256.digest(of: bytes)
    }

    /// The tags of addresses in lower case, in the order of `ranges`.
    static func tags(of bytes: [UInt8], at ranges: [Range<Int>], key: borrowing SecretBytes) throws -> [UInt8] {
        try MessageAuthenticator(key: key).tags(of: bytes, at: ranges, length: tagLength)
    }

    /// Whether two manifests have a tag in common.
    static func share(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let (shorter, longer) = left.count < right.count ? (left, right) : (right, left)
        return stride(from: 0, to: shorter.count, by: tagLength).contains { offset in
            contains(Array(shorter[offset..<(offset + tagLength)]), in: longer)
        }
    }

    /// The tag of one address, given in lower case.
    /// - Throws: `VaultError` if OpenSSL fails.
    public static func tag(of address: Personal<String>, key: borrowing SecretBytes) throws -> [UInt8] {
        let authenticator = try MessageAuthenticator(key: key)
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
private struct Tag {
    let high: UInt64
    let low: UInt64

    /// The same tags in ascending order.
    ///
    /// Tags are spread evenly, so each is put close to its place by its first bits; what is left is to order neighbours.
    static func sorted(_ tags: [UInt8]) -> [UInt8] {
        let count = tags.count / Manifest.tagLength
        var bits: UInt64 = 1
        while 1 << bits < count { bits += 1 }
        let source = tags.span.bytes
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: source.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        var starts = [Int](repeating: 0, count: 1 << Int(bits) + 1)
        for index in 0..<count { starts[Int(word(index * Manifest.tagLength) >> (64 - bits)) + 1] += 1 }
        for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
        var ordered = [Tag](repeating: Tag(high: 0, low: 0), count: count)
        for index in 0..<count {
            let tag = Tag(high: word(index * Manifest.tagLength), low: word(index * Manifest.tagLength + 8))
            let bucket = Int(tag.high >> (64 - bits))
            ordered[starts[bucket]] = tag
            starts[bucket] += 1
        }
        for index in ordered.indices.dropFirst() {
            let tag = ordered[index]
            var place = index
            while place > 0, tag.precedes(ordered[place - 1]) {
                ordered[place] = ordered[place - 1]
                place -= 1
            }
            ordered[place] = tag
        }
        return bytes(ordered)
    }

    private func precedes(_ other: Tag) -> Bool { high != other.high ? high < other.high : low < other.low }

    private static func bytes(_ tags: [Tag]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: tags.count * Manifest.tagLength)
        var span = bytes.mutableSpan
        var out = span.mutableBytes
        for (index, tag) in tags.enumerated() {
            out.storeBytes(of: tag.high.bigEndian, toByteOffset: index * Manifest.tagLength, as: UInt64.self)
            out.storeBytes(of: tag.low.bigEndian, toByteOffset: index * Manifest.tagLength + 8, as: UInt64.self)
        }
        return bytes
    }
}
