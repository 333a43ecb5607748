import Ledger
import Model
import Testing
import Vault

/// The tree built level by level, a lone last node moving up as it is: another way to the same tree as the recursion of
/// RFC 6962, to compare with.
struct LevelTree {
    private(set) var levels: [[Digest]]

    init(_ leaves: [Digest]) throws {
        levels = [leaves]
        while let last = levels.last, last.count > 1 {
            levels.append(
                try stride(from: 0, to: last.count, by: 2).map { left in
                    left + 1 < last.count ? try Tree.node(last[left], last[left + 1]) : last[left]
                })
        }
    }

    var root: Digest { levels[levels.count - 1][0] }

    func path(from level: Int, _ index: Int) -> [Digest] {
        var index = index
        return levels[level...].dropLast().compactMap { nodes in
            defer { index /= 2 }
            return nodes.indices.contains(index ^ 1) ? nodes[index ^ 1] : nil
        }
    }

    /// The last perfect subtree of the old tree, unless it is all of it, and the way up from there.
    func consistency(from old: Int) -> [Digest] {
        guard old > 0, old < levels[0].count else { return [] }
        let level = old.trailingZeroBitCount
        let index = (old - 1) >> level
        let start = old.nonzeroBitCount == 1 ? [] : [levels[level][index]]
        return start + path(from: level, index)
    }
}

@Suite("Merkle tree (RFC 6962 section 2.1)")
struct TreeTests {
    static let leaves = (0..<64).compactMap { try? Tree.leafHash([UInt8($0)]) }

    @Test(
        "the roots over the customary eight leaves are the known ones",
        arguments: zip(
            0...8,
            [
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
            ]))
    func knownRoots(size: Int, root: String) throws {
        let inputs = [
            "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
        ]
        let hashes = try inputs.prefix(size).map { try Tree.leafHash(Hex.decode($0) ?? []) }
        #expect(try Tree.root(of: hashes).hex == root)
    }

    @Test(
        "the path of every leaf in every tree up to 64 is the one found level by level, and verifies", arguments: 1...64
    )
    func inclusion(size: Int) throws {
        let leaves = Array(Self.leaves.prefix(size))
        let reference = try LevelTree(leaves)
        #expect(try Tree.root(of: leaves) == reference.root)
        for index in 0..<size {
            let path = try Tree.inclusionPath(index: index, leafHashes: leaves)
            #expect(path == reference.path(from: 0, index))
            #expect(try verify(index, size, path, reference.root))
            // The leaf is nowhere else, and nothing else is there.
            for other in 0..<size where other != index {
                #expect(try !verify(index, size, path, reference.root, leaf: other))
                #expect(try !verify(other, size, path, reference.root, leaf: index))
            }
        }
    }

    @Test("every tree up to 64 is proved to be the beginning of every larger one", arguments: 0...64)
    func consistency(old: Int) throws {
        let oldRoot = try Tree.root(of: Array(Self.leaves.prefix(old)))
        for new in old...64 {
            let leaves = Array(Self.leaves.prefix(new))
            let path = try Tree.consistencyPath(from: old, to: new, leafHashes: Self.leaves)
            if new > 0 { #expect(path == (try LevelTree(leaves)).consistency(from: old)) }
            #expect(
                try Tree.verifyConsistency(
                    from: Int64(old), to: Int64(new), oldRoot: oldRoot, newRoot: Tree.root(of: leaves), path: path))
        }
    }

    @Test("a place that is not in the tree has no path")
    func outOfRange() {
        for (index, size) in [(-1, 3), (3, 3), (0, 0), (4, 3)] {
            #expect(throws: LedgerError.outOfRange(index: Int64(index), size: Int64(size))) {
                try Tree.inclusionPath(index: index, leafHashes: Array(Self.leaves.prefix(size)))
            }
        }
        for (old, new) in [(-1, 3), (4, 3), (0, 65), (0, -1), (1, .max)] {
            #expect(throws: LedgerError.self) { try Tree.consistencyPath(from: old, to: new, leafHashes: Self.leaves) }
        }
    }

    private func verify(_ index: Int, _ size: Int, _ path: [Digest], _ root: Digest, leaf: Int? = nil) throws -> Bool {
        try Tree.verifyInclusion(
            index: Int64(index), size: Int64(size), leafHash: Self.leaves[leaf ?? index], path: path, root: root)
    }
}

@Suite("Proofs that must not verify")
struct ProofMutationTests {
    static let leaves = TreeTests.leaves

    /// Every list of hashes that differs from `path` by one accident.
    static func mutations(of path: [Digest]) throws -> [[Digest]] {
        var mutations = [path + [leaves[0]], [leaves[0]] + path]
        for place in path.indices {
            var flipped = path[place].bytes
            flipped[place % 32] ^= 1
            var changed = path
            changed[place] = try Digest(flipped)
            var without = path
            without.remove(at: place)
            var doubled = path
            doubled.insert(path[place], at: place)
            mutations += [changed, without, doubled]
            if place > 0 {
                var swapped = path
                swapped.swapAt(place, place - 1)
                mutations.append(swapped)
            }
        }
        return mutations + (path.count > 2 ? [path.reversed()] : [])
    }

    @Test(
        "an inclusion proof with a hash flipped, swapped, missing, doubled or added",
        arguments: [1, 2, 3, 7, 8, 13, 33, 64])
    func inclusion(size: Int) throws {
        let leaves = Array(Self.leaves.prefix(size))
        let root = try Tree.root(of: leaves)
        for index in 0..<size {
            let path = try Tree.inclusionPath(index: index, leafHashes: leaves)
            for mutation in try Self.mutations(of: path) {
                #expect(
                    try !Tree.verifyInclusion(
                        index: Int64(index), size: Int64(size), leafHash: leaves[index], path: mutation, root: root))
            }
        }
    }

    @Test(
        "a consistency proof with a hash flipped, swapped, missing, doubled or added",
        arguments: [1, 2, 3, 7, 8, 13, 33])
    func consistency(old: Int) throws {
        let oldRoot = try Tree.root(of: Array(Self.leaves.prefix(old)))
        for new in [old + 1, 34, 47, 64] {
            let newRoot = try Tree.root(of: Array(Self.leaves.prefix(new)))
            let path = try Tree.consistencyPath(from: old, to: new, leafHashes: Self.leaves)
            for mutation in try Self.mutations(of: path) {
                #expect(
                    try !Tree.verifyConsistency(
                        from: Int64(old), to: Int64(new), oldRoot: oldRoot, newRoot: newRoot, path: mutation))
            }
            #expect(
                try !Tree.verifyConsistency(
                    from: Int64(old), to: Int64(new), oldRoot: newRoot, newRoot: oldRoot, path: path))
        }
    }

    @Test("nothing is in a tree of size 0, nor before 0, nor past the end")
    func inclusionBounds() throws {
        let empty = try Tree.emptyRoot()
        for (index, size): (Int64, Int64) in [(0, 0), (-1, 1), (1, 1), (0, -1), (.max, .max), (-1, .max), (0, .min)] {
            #expect(
                try !Tree.verifyInclusion(index: index, size: size, leafHash: empty, path: [], root: empty),
                "\(index) of \(size)")
        }
    }

    @Test("a path that is longer than its tree is high proves nothing, even if it leads to the root")
    func tooLong() throws {
        let (left, right) = (Self.leaves[0], Self.leaves[1])
        #expect(
            try !Tree.verifyInclusion(index: 0, size: 1, leafHash: right, path: [left], root: Tree.node(left, right)))
        #expect(
            try Tree.verifyInclusion(index: 1, size: 2, leafHash: right, path: [left], root: Tree.node(left, right)))
    }

    @Test("the empty tree begins every log, but only as itself and with nothing to show")
    func fromEmpty() throws {
        let (empty, other) = (try Tree.emptyRoot(), Self.leaves[0])
        func holds(_ old: Int64, _ new: Int64, _ oldRoot: Digest, _ newRoot: Digest, _ path: [Digest] = []) throws
            -> Bool
        {
            try Tree.verifyConsistency(from: old, to: new, oldRoot: oldRoot, newRoot: newRoot, path: path)
        }
        #expect(try holds(0, 5, empty, other))
        #expect(try holds(0, 0, empty, empty))
        #expect(try !holds(0, 5, other, other))
        #expect(try !holds(0, 0, other, other))
        #expect(try !holds(0, 0, empty, other))
        #expect(try !holds(0, 5, empty, other, [other]))
        #expect(try holds(5, 5, other, other))
        #expect(try !holds(5, 5, other, empty))
        #expect(try !holds(5, 5, other, other, [other]))
        #expect(try !holds(6, 5, other, other))
        #expect(try !holds(-1, 5, empty, other))
        #expect(try !holds(1, .max, other, other))
    }
}
