internal import Model
internal import Vault

/// The audit's own derivation of roots, from the bytes of the entries alone.
///
/// It deliberately shares no code with the writer: a mistake made once must not confirm itself.
struct RunningRoot {
    /// Roots of complete subtrees with their heights, from left to right; heights strictly fall.
    private var subtrees: [(height: Int, hash: [UInt8])] = []

    /// The hash of an entry's leaf: RFC 6962 section 2.1.
    static func leaf(_ entry: [UInt8]) throws -> [UInt8] {
        var input: [UInt8] = [0]
        input.append(contentsOf: entry)
        return try SHA256.digest(of: input).bytes
    }

    mutating func add(leaf: [UInt8]) throws {
        subtrees.append((0, leaf))
        while subtrees.count > 1, subtrees[subtrees.count - 1].height == subtrees[subtrees.count - 2].height {
            let right = subtrees.removeLast()
            let left = subtrees.removeLast()
            subtrees.append((left.height + 1, try Self.parent(left.hash, right.hash)))
        }
    }

    /// The root over everything added so far.
    func root() throws -> Digest {
        try subtrees.isEmpty ? SHA256.digest(of: []) : Digest(fold(from: 0))
    }

    /// The root over the subtrees from `position` to the right end.
    private func fold(from position: Int) throws -> [UInt8] {
        guard position < subtrees.count - 1 else { return subtrees[position].hash }
        return try Self.parent(subtrees[position].hash, fold(from: position + 1))
    }

    private static func parent(_ left: [UInt8], _ right: [UInt8]) throws -> [UInt8] {
        var input: [UInt8] = [1]
        input.append(contentsOf: left)
        input.append(contentsOf: right)
        return try SHA256.digest(of: input).bytes
    }
}
