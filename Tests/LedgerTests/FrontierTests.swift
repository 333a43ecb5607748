import Model
import Testing

@testable import Ledger

@Suite("The right edge")
struct FrontierTests {
    @Test("grown leaf by leaf to 600, its root is always the recursive one, the audit's too")
    func growth() throws {
        var edge = Frontier()
        var audit = RunningRoot()
        var leaves: [Digest] = []
        for size in 0...600 {
            let expected = try Tree.root(of: leaves)
            #expect(try edge.root() == expected, "\(size)")
            #expect(try audit.root() == expected, "\(size)")
            #expect(edge.size == Int64(size))
            #expect(edge.roots.count == size.nonzeroBitCount)
            // What was stored can be taken up again.
            #expect(Frontier(size: edge.size, roots: edge.roots) == edge)
            let leaf = try Tree.leafHash(Array("entry \(size)".utf8))
            leaves.append(leaf)
            try edge.append(leaf: leaf)
            try audit.add(leaf: leaf.bytes)
        }
    }

    @Test("an edge with another number of roots than its size has bits is none", arguments: [-1, 0, 1, 3, .max, .min])
    func wrongCount(size: Int64) throws {
        let root = try Tree.emptyRoot()
        for count in 0...3 where size < 0 || size == .max || count != size.nonzeroBitCount {
            #expect(Frontier(size: size, roots: Array(repeating: root, count: count)) == nil)
        }
    }
}
