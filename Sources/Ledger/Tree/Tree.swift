public import Model
internal import Vault

/// The Merkle tree over the log's entries: RFC 6962 section 2.1 with SHA-256.
public enum Tree {
    /// The hash of an entry: SHA-256 of 0x00 and its bytes.
    /// - Throws: `VaultError` if OpenSSL fails.
    public static func leafHash(_ bytes: [UInt8]) throws -> Digest {
        try SHA256.digest(of: [0x00] + bytes)
    }

    /// The hash of an inner node: SHA-256 of 0x01 and the hashes of its children.
    /// - Throws: `VaultError` if OpenSSL fails.
    public static func node(_ left: Digest, _ right: Digest) throws -> Digest {
        try SHA256.digest(of: [0x01] + left.bytes + right.bytes)
    }

    /// The root of a tree without entries: SHA-256 of nothing.
    /// - Throws: `VaultError` if OpenSSL fails.
    public static func emptyRoot() throws -> Digest { try SHA256.digest(of: []) }

    /// The root over the leaves with these hashes.
    /// - Throws: `VaultError` if OpenSSL fails.
    public static func root(of leafHashes: [Digest]) throws -> Digest { try root(leafHashes[...]) }

    /// The hashes beside the way from leaf `index` up to the root, the leaf's sibling first.
    /// - Throws: ``LedgerError/outOfRange(index:size:)``; `VaultError` if OpenSSL fails.
    public static func inclusionPath(index: Int, leafHashes: [Digest]) throws -> [Digest] {
        guard leafHashes.indices.contains(index) else {
            throw LedgerError.outOfRange(index: Int64(index), size: Int64(leafHashes.count))
        }
        return try inclusion(index, leafHashes[...])
    }

    /// The hashes that prove that the tree over the first `old` leaves is the beginning of the tree over the first
    /// `new`: RFC 6962 section 2.1.2.
    ///
    /// Empty if `old` is 0 or equals `new`.
    /// - Throws: ``LedgerError/outOfRange(index:size:)`` unless 0 ≤ `old` ≤ `new` ≤ the number of leaves; `VaultError` if
    ///   OpenSSL fails.
    public static func consistencyPath(from old: Int, to new: Int, leafHashes: [Digest]) throws -> [Digest] {
        guard new >= 0, new <= leafHashes.count else {
            throw LedgerError.outOfRange(index: Int64(new), size: Int64(leafHashes.count))
        }
        guard old >= 0, old <= new else { throw LedgerError.outOfRange(index: Int64(old), size: Int64(new)) }
        guard old > 0, old < new else { return [] }
        return try consistency(old, leafHashes[..<new], isComplete: true)
    }

    /// The largest power of two below `count`, which must be at least 2.
    private static func split(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }

    private static func halves(_ leaves: ArraySlice<Digest>) -> (ArraySlice<Digest>, ArraySlice<Digest>) {
        let middle = leaves.startIndex + split(leaves.count)
        return (leaves[..<middle], leaves[middle...])
    }

    private static func root(_ leaves: ArraySlice<Digest>) throws -> Digest {
        guard let first = leaves.first else { return try emptyRoot() }
        guard leaves.count > 1 else { return first }
        let (left, right) = halves(leaves)
        return try node(root(left), root(right))
    }

    private static func inclusion(_ index: Int, _ leaves: ArraySlice<Digest>) throws -> [Digest] {
        guard leaves.count > 1 else { return [] }
        let (left, right) = halves(leaves)
        return index < left.count
            ? try inclusion(index, left) + [root(right)]
            : try inclusion(index - left.count, right) + [root(left)]
    }

    /// `isComplete`: the old tree is a subtree of the whole, so that its root is known to who verifies.
    private static func consistency(
        _ old: Int, _ leaves: ArraySlice<Digest>, isComplete: Bool
    ) throws -> [Digest] {
        guard old < leaves.count else { return isComplete ? [] : [try root(leaves)] }
        let (left, right) = halves(leaves)
        return old <= left.count
            ? try consistency(old, left, isComplete: isComplete) + [root(right)]
            : try consistency(old - left.count, right, isComplete: false) + [root(left)]
    }
}
