internal import Model

/// The right edge of the tree: the roots of its perfect subtrees, largest first. All that is needed to append.
struct Frontier {
    private(set) var size: Int64
    private(set) var roots: [Digest]

    /// An edge as stored.
    /// - Throws: ``LedgerError/headAltered(reason:)`` if a tree of this size has another number of perfect subtrees.
    init(size: Int64, roots: [Digest]) throws {
        guard size >= 0, roots.count == size.nonzeroBitCount else {
            throw LedgerError.headAltered(reason: "its right edge has the wrong length")
        }
        self.size = size
        self.roots = roots
    }

    mutating func append(_ leaf: Digest) throws {
        var hash = leaf
        var full = size
        // Each trailing 1 of the size is a perfect subtree that the new leaf completes to one of twice the size.
        while full & 1 == 1, let left = roots.popLast() {
            hash = try Tree.node(left, hash)
            full >>= 1
        }
        roots.append(hash)
        size += 1
    }

    func root() throws -> Digest {
        guard var hash = roots.last else { return try Tree.emptyRoot() }
        for left in roots.dropLast().reversed() { hash = try Tree.node(left, hash) }
        return hash
    }
}
