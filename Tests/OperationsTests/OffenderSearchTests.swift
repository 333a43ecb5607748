import Testing

@testable import Operations

@Suite("The search for the contacts that keep a request from being taken")
struct OffenderSearchTests {
    /// Plays a server that refuses requests with a bad contact in them, and names at most `naming` of them.
    private func play(_ count: Int, bad: Set<Int>, naming: Int) -> (requests: Int, refused: Set<Int>, left: Int) {
        var search = OffenderSearch(count: count)
        var pieces = [Array(0..<count)]
        var (requests, refused) = (0, Set<Int>())
        var suspects: [Int] = []
        while let piece = search.next(of: &pieces) {
            requests += 1
            let offenders = piece.indices.filter { bad.contains(piece[$0]) }
            guard !offenders.isEmpty else {
                search.noteAccepted()
                refused.formUnion(suspects)
                suspects = []
                continue
            }
            let found = search.narrow(piece.count, Array(offenders.prefix(naming)))
            refused.formUnion(found.refused.map { piece[$0] })
            suspects += found.suspects.map { piece[$0] }
            pieces += found.rest.map { $0.map { piece[$0] } }
            if search.isGivenUp { break }
        }
        return (requests, refused, pieces.reduce(suspects.count) { $0 + $1.count })
    }

    private func halvings(_ count: Int) -> Int { (0...64).first { 1 << $0 >= count } ?? 64 }

    @Test("who is named costs one request an answer", arguments: [1, 3, 100])
    func named(naming: Int) {
        for count in [1, 2, 50, 30_000] {
            let bad = Set((0..<min(count, 40)).map { $0 * count / min(count, 40) })
            let found = play(count, bad: bad, naming: naming)
            #expect(found.refused == bad && found.left == 0)
            #expect(found.requests <= bad.count + 1)
        }
    }

    @Test("one among n who is not named is found in about 2·log₂ n requests, wherever it is")
    func halving() {
        for count in [2, 3, 50, 1000, 30_000] {
            for place in [0, count / 3, count / 2, count - 1] {
                let found = play(count, bad: [place], naming: 0)
                #expect(found.refused == [place] && found.left == 0, "\(place) of \(count)")
                #expect(found.requests <= 2 * halvings(count) + 1)
            }
        }
    }

    @Test("several who are not named are found as well")
    func several() {
        let others = [[1, 2], [0, 29_999], [29_997, 29_998, 29_999], [7, 8, 9, 20_000]].map { Set($0) }
        for bad in others + [Set(stride(from: 0, to: 30_000, by: 5000))] {
            let found = play(30_000, bad: bad, naming: 0)
            #expect(found.refused == bad && found.left == 0, "\(bad.sorted())")
        }
    }

    @Test("what is refused whatever is in it is given up soon, and nobody is blamed for it unless named")
    func givenUp() {
        for count in [1, 2, 3, 50, 1000, 30_000] {
            let all = Set(0..<count)
            let halved = play(count, bad: all, naming: 0)
            #expect(halved.requests <= halvings(count) + 4)
            #expect(halved.refused.isEmpty && halved.left == count)
            let named = play(count, bad: all, naming: 1)
            #expect(named.requests <= OffenderSearch.mostRequests)
            #expect(named.refused.count + named.left == count)
        }
    }
}
