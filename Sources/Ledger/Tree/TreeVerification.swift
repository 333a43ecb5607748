public import Model

extension Tree {
    /// Whether `path` proves that the leaf `leafHash` is at `index` in the tree of `size` leaves with this root: RFC
    /// 9162 section 2.1.3.2.
    ///
    /// Nothing is in a tree of size 0.
    /// - Throws: `VaultError` if OpenSSL fails.
    public static func verifyInclusion(
        index: Int64, size: Int64, leafHash: Digest, path: [Digest], root: Digest
    ) throws -> Bool {
        guard index >= 0, index < size else { return false }
        var place = index
        var last = size - 1
        var hash = leafHash
        for sibling in path {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                hash = try node(sibling, hash)
                climbToRightChild(&place, &last)
            } else {
                hash = try node(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether `path` proves that the tree of `old` leaves with root `oldRoot` is the beginning of the tree of `new`
    /// leaves with root `newRoot`: RFC 9162 section 2.1.4.2.
    ///
    /// Equal sizes need equal roots, size 0 the root of nothing, and both an empty path; the general rule would take
    /// any root for size 0.
    /// - Throws: `VaultError` if OpenSSL fails.
    public static func verifyConsistency(
        from old: Int64, to new: Int64, oldRoot: Digest, newRoot: Digest, path: [Digest]
    ) throws -> Bool {
        guard old >= 0, old <= new else { return false }
        guard old < new else { return try path.isEmpty && oldRoot == newRoot && (old > 0 || oldRoot == emptyRoot()) }
        guard old > 0 else { return try path.isEmpty && oldRoot == emptyRoot() }

        var rest = path[...]
        if old.nonzeroBitCount == 1 { rest = [oldRoot] + rest }
        guard let first = rest.popFirst() else { return false }
        var place = old - 1
        var last = new - 1
        while place & 1 == 1 {
            place >>= 1
            last >>= 1
        }
        var oldHash = first
        var newHash = first
        for sibling in rest {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                oldHash = try node(sibling, oldHash)
                newHash = try node(sibling, newHash)
                climbToRightChild(&place, &last)
            } else {
                newHash = try node(newHash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == oldRoot && newHash == newRoot
    }

    /// A node on the right edge without sibling moves up as it is, until it is a right child.
    private static func climbToRightChild(_ place: inout Int64, _ last: inout Int64) {
        while place & 1 == 0, place > 0 {
            place >>= 1
            last >>= 1
        }
    }
}
