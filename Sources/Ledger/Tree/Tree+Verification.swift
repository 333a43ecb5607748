public import Model
internal import Vault

extension Tree {
    /// Whether `path` proves that the leaf with hash `leaf` stands at `index` of the tree of `size` leaves and this
    /// root (RFC 9162 section 2.1.3.2).
    /// - Throws: `VaultError` if hashing fails.
    public static func verifyInclusion(
        leaf: Digest, index: Int64, size: Int64, path: [Digest], root: Digest
    ) throws -> Bool {
        guard index >= 0, index < size else { return false }
        var place = index
        var last = size - 1
        var hash = leaf
        for sibling in path {
            guard last != 0 else { return false }
            if place & 1 == 1 || place == last {
                hash = try node(sibling, hash)
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                hash = try node(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether `path` proves that the tree of `size` leaves with `root` begins with the tree of `earlierSize` leaves
    /// with `earlierRoot` (RFC 9162 section 2.1.4.2). Of size 0 there is one tree, and nothing to prove.
    /// - Throws: `VaultError` if hashing fails.
    public static func verifyConsistency(
        earlierSize: Int64, earlierRoot: Digest, size: Int64, root: Digest, path: [Digest]
    ) throws -> Bool {
        guard earlierSize >= 0, earlierSize <= size else { return false }
        if earlierSize == 0 { return try path.isEmpty && earlierRoot == emptyRoot() }
        if earlierSize == size { return path.isEmpty && earlierRoot == root }
        let isPowerOfTwo = earlierSize & (earlierSize - 1) == 0
        let path = isPowerOfTwo ? [earlierRoot] + path : path
        guard let first = path.first else { return false }
        var place = earlierSize - 1
        var last = size - 1
        while place & 1 == 1 {
            place >>= 1
            last >>= 1
        }
        var earlier = first
        var later = first
        for hash in path.dropFirst() {
            guard last != 0 else { return false }
            if place & 1 == 1 || place == last {
                earlier = try node(hash, earlier)
                later = try node(hash, later)
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                later = try node(later, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && earlier == earlierRoot && later == root
    }
}
