internal import Model

/// The right edge of the tree: the roots of its perfect subtrees, from which the tree grows without its older leaves.
struct Frontier: Equatable {
    private(set) var size: Int64
    /// One root for each bit set in ``size``, largest subtree first.
    private(set) var roots: [Digest]

    /// The edge of the empty tree.
    init() {
        size = 0
        roots = []
    }

    /// The edge of a tree of `size` leaves, or nil if there cannot be that many roots.
    init?(size: Int64, roots: [Digest]) {
        guard size >= 0, size < .max, roots.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.roots = roots
    }

    /// Adds a leaf: it merges with every perfect subtree of its own size, as a carry runs through a binary counter.
    mutating func append(leaf: Digest) throws {
        var node = leaf
        var carry = size
        while carry & 1 == 1, let left = roots.popLast() {
            node = try Tree.node(left, node)
            carry >>= 1
        }
        roots.append(node)
        size += 1
    }

    /// The root of the whole tree.
    func root() throws -> Digest {
        guard var node = roots.last else { return try Tree.emptyRoot() }
        for left in roots.dropLast().reversed() { node = try Tree.node(left, node) }
        return node
    }
}
