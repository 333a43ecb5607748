import Model
import Support
import Testing

@testable import Engine

@Suite("Finding equal texts without keeping them")
struct PartitionsTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private let key = FingerprintKey()

    private func fingerprint(_ text: String, folding: Bool = true) -> Fingerprint {
        withBytes(text) { key.fingerprint($0, $1, folding: folding) }
    }

    private func entries(_ texts: [Int]) -> [(row: Int, fingerprint: Fingerprint)] {
        texts.enumerated().map { ($0.offset, fingerprint("person\($0.element)@example.com")) }
    }

    @Test(
        "rows that repeat an earlier text are found, the first one not, in memory and through a scratch file",
        arguments: [0, 1, 5, 3000, 600_000])
    func repeated(count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let texts = (0..<count).map { _ in Int.random(in: 0..<max(1, count * 2), using: &random) }
        var partitions = Partitions(scratch: folder.path(""))
        let all = entries(texts)
        // Rows are numbered on over several calls.
        try partitions.add(Array(all.prefix(count / 2)), first: 0)
        try partitions.add(all.dropFirst(count / 2).map { ($0.row - count / 2, $0.fingerprint) }, first: count / 2)
        var found: Set<Int> = []
        try partitions.forEachRepeated { row, finding in
            #expect(found.insert(row).inserted && finding == .repeated)
        }
        var seen: Set<Int> = []
        let expected = texts.indices.filter { !seen.insert(texts[$0]).inserted }
        #expect(found == Set(expected))
        #expect(try folder.names().isEmpty, "the scratch file has a name")
    }

    @Test(
        "what is kept out is found wherever it was said, in memory and through a scratch file",
        arguments: [10, 600_000])
    func keptOut(count: Int) throws {
        var random = SeededGenerator(seed: 3)
        let texts = (0..<count).map { _ in Int.random(in: 0..<count, using: &random) }
        let out = Set((0..<(count / 5)).map { _ in Int.random(in: 0..<(count * 2), using: &random) })
        var partitions = Partitions(scratch: folder.path(""))
        let (all, marks) = (entries(texts), entries(Array(out)))
        try partitions.keepOut(Array(marks.prefix(out.count / 2)))
        try partitions.add(all, first: 0)
        try partitions.keepOut(Array(marks.dropFirst(out.count / 2)))
        var (repeated, kept): (Set<Int>, Set<Int>) = ([], [])
        try partitions.forEachRepeated { row, finding in
            let isNew = finding == .keptOut ? kept.insert(row).inserted : repeated.insert(row).inserted
            #expect(isNew)
        }
        var seen = out
        #expect(kept == Set(texts.indices.filter { out.contains(texts[$0]) }))
        #expect(repeated == Set(texts.indices.filter { !seen.insert(texts[$0]).inserted }).subtracting(kept))
    }

    @Test(
        "members are matched with profiles, whichever are more",
        arguments: [(10, 1000), (1000, 10), (300_000, 400_000)])
    func joined(members: Int, profiles: Int) throws {
        var random = SeededGenerator(seed: 9)
        let left = (0..<members).map { _ in Int.random(in: 0..<1_000_000, using: &random) }
        let right = (0..<profiles).map { _ in Int.random(in: 0..<1_000_000, using: &random) }
        var list = Partitions(scratch: folder.path(""))
        var source = Partitions(scratch: folder.path(""))
        try list.add(entries(left), first: 0)
        try source.add(entries(right), first: 0)
        var found: Set<Int> = []
        try list.forEachMatch(in: source) { row, isKeptOut in
            found.insert(row)
            #expect(!isKeptOut)
        }
        let wanted = Set(left)
        #expect(found == Set(right.indices.filter { wanted.contains(right[$0]) }))
    }

    @Test("texts that differ in one byte, in length or in zeros have other fingerprints; capitals differ unless folded")
    func fingerprints() {
        var random = SeededGenerator(seed: 4)
        for length in 0..<80 {
            let text = random.bytes(length)
            var others: [[UInt8]] = [text + [0], text + [0, 0]]
            for place in text.indices {
                var other = text
                other[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                others.append(other)
            }
            for other in others {
                let one = key.fingerprint(text.span.bytes, 0..<text.count, folding: false)
                #expect(one != key.fingerprint(other.span.bytes, 0..<other.count, folding: false))
            }
        }
        #expect(fingerprint("Anna@Example.COM") == fingerprint("anna@example.com"))
        #expect(fingerprint("Anna", folding: false) != fingerprint("anna", folding: false))
        // What follows a text in its buffer is no part of it.
        let (one, two) = (Array("xxabcdyy".utf8), Array("zzzabcd".utf8))
        #expect(
            key.fingerprint(one.span.bytes, 2..<6, folding: true)
                == key.fingerprint(two.span.bytes, 3..<7, folding: true))
    }

    @Test("a scratch file that cannot be made is an I/O error that names the folder")
    func noRoom() throws {
        var partitions = Partitions(scratch: folder.path("none"))
        let error = #expect(throws: EngineError.self) {
            for first in stride(from: 0, to: 600_000, by: 100_000) {
                try partitions.add(entries(Array(first..<(first + 100_000))), first: first)
            }
        }
        #expect(error?.failure == .io && error?.message.contains(folder.path("none")) == true)
    }
}
