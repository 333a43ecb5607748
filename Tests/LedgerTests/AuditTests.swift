import Ledger
import Model
import Support
import Testing
import Vault

@Suite("I7: no change goes unseen")
struct AuditTests {
    /// Written by the log itself, once for all tests.
    private static let shared = Task { try await Story.long().written() }

    let log: StoredLog

    init() async throws {
        log = try await Self.shared.value
    }

    @Test("a log in which nothing is wrong has no violations and no open intents")
    func valid() throws {
        let report = try log.audit()
        #expect(report.violations == [])
        #expect(report.openIntents == [])
        #expect(report.size == Int64(log.entries.count))
        #expect(report.size >= 40)
        #expect(report.root == log.heads.last?.root)
        #expect(report.root == (try Tree.root(of: log.entries.map(\.leafHash))))
    }

    @Test("the forged form of the same story has the same entries")
    func forgedIsWritten() throws {
        #expect(try Story.long().forged().entries.map(\.bytes) == log.entries.map(\.bytes))
    }

    @Test("it holds against every checkpoint it ever had")
    func everyCheckpoint() throws {
        for head in log.heads { #expect(try log.audit(since: head.note).violations == []) }
    }

    /// Feeds everything before entry `index` and hands on the audit, so that a change costs one entry, not the log.
    private func forEachEntry(_ body: (inout LogAudit, Int) throws -> Void) throws {
        var audit = LogAudit(verifierKey: log.key, since: nil)
        for (index, entry) in log.entries.enumerated() {
            var copy = audit
            try body(&copy, index)
            try audit.add(entry: entry.bytes, storedLeafHash: entry.leafHash, index: Int64(index))
            let head = log.heads[index]
            try audit.add(head: head.note, storedSize: head.size, storedRoot: head.root)
        }
    }

    @Test(
        "a flipped bit in any byte of any entry is found, with its leaf hash left or made to fit",
        arguments: [0x01, 0x20, 0x80] as [UInt8])
    func everyByteOfEveryEntry(flip: UInt8) throws {
        try forEachEntry { audit, index in
            let head = log.heads[index]
            for place in log.entries[index].bytes.indices {
                var bytes = log.entries[index].bytes
                bytes[place] ^= flip
                var left = audit
                try left.add(entry: bytes, storedLeafHash: log.entries[index].leafHash, index: Int64(index))
                let isFound = try left.finish().violations.contains { $0.invariant == "I7" && $0.index == Int64(index) }
                #expect(isFound, "byte \(place) of entry \(index)")

                // One flip will do here: what counts is that the root is derived from the bytes.
                guard flip == 0x01 else { continue }
                try audit.withCopy { fitted in
                    try fitted.add(entry: bytes, storedLeafHash: Tree.leafHash(bytes), index: Int64(index))
                    try fitted.add(head: head.note, storedSize: head.size, storedRoot: head.root)
                    let violations = try fitted.finish().violations
                    #expect(
                        violations.contains {
                            $0.invariant == "I7" && $0.message.contains("signed over other entries")
                        },
                        "byte \(place) of entry \(index)")
                }
            }
        }
    }

    @Test("a flipped bit in any byte of any stored leaf hash is found", arguments: [0x01, 0x80] as [UInt8])
    func everyLeafHash(flip: UInt8) throws {
        try forEachEntry { audit, index in
            for place in 0..<32 {
                var hash = log.entries[index].leafHash.bytes
                hash[place] ^= flip
                try audit.withCopy { copy in
                    try copy.add(entry: log.entries[index].bytes, storedLeafHash: Digest(hash), index: Int64(index))
                    let violations = try copy.finish().violations
                    #expect(violations.contains { $0.invariant == "I7" && $0.index == Int64(index) })
                }
            }
        }
    }

    @Test("a flipped bit in any byte of any stored head is found", arguments: [0x01, 0x20, 0x80] as [UInt8])
    func everyHead(flip: UInt8) throws {
        try forEachEntry { audit, index in
            let (entry, head) = (log.entries[index], log.heads[index])
            try audit.add(entry: entry.bytes, storedLeafHash: entry.leafHash, index: Int64(index))
            func isFound(_ note: String, _ size: Int64, _ root: Digest) throws -> Bool {
                try audit.withCopy { copy in
                    try copy.add(head: note, storedSize: size, storedRoot: root)
                    return try copy.finish().violations.contains { $0.invariant == "I7" }
                }
            }
            #expect(try !isFound(head.note, head.size, head.root))
            let note = Array(head.note.utf8)
            for place in note.indices {
                var changed = note
                changed[place] ^= flip
                let text = String(decoding: changed, as: UTF8.self)
                #expect(try isFound(text, head.size, head.root), "byte \(place) of head \(index)")
            }
            for place in 0..<32 {
                var root = head.root.bytes
                root[place] ^= flip
                #expect(try isFound(head.note, head.size, Digest(root)))
            }
            for bit in 0..<64 { #expect(try isFound(head.note, head.size ^ (1 << bit), head.root)) }
        }
    }

    @Test("whatever is changed, wherever, the whole log never passes", arguments: 0..<150)
    func anyChange(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var log = log
        let place = Int.random(in: log.entries.indices, using: &random)
        let other = (place + Int.random(in: 1..<log.entries.count, using: &random)) % log.entries.count
        let change = Int.random(in: 0..<6, using: &random)
        switch change {
        case 0: log.entries.swapAt(place, other)
        case 1: log.entries.remove(at: place)
        case 2: log.entries.insert(log.entries[other], at: place)
        case 3: log.entries[place] = log.entries[other]
        case 4:
            let byte = Int.random(in: log.entries[place].bytes.indices, using: &random)
            log.entries[place].bytes[byte] = log.entries[place].bytes[byte] &+ .random(in: 1...255, using: &random)
            log.entries[place].leafHash = try Tree.leafHash(log.entries[place].bytes)
        default: log.entries[place].bytes = []
        }
        let violations = try log.audit().violations
        #expect(violations.contains { $0.invariant == "I7" }, "seed \(seed), change \(change) at \(place)")
    }

    @Test("an entry stored under another index is found")
    func wrongIndex() throws {
        var audit = LogAudit(verifierKey: log.key, since: nil)
        for index: Int64 in [0, 2, .min, .max, -1] {
            try audit.add(entry: log.entries[0].bytes, storedLeafHash: log.entries[0].leafHash, index: index)
        }
        let found = try audit.finish().violations.filter { $0.message.contains("is stored under") }
        #expect(found.map(\.index) == [2, .min, .max, -1])
    }
}

extension LogAudit {
    /// Runs `body` on a copy.
    func withCopy<R>(_ body: (inout LogAudit) throws -> R) rethrows -> R {
        var copy = self
        return try body(&copy)
    }
}

@Suite("I7: truncated and rewritten logs")
struct TruncationTests {
    let log: StoredLog
    let signer: SigningKey

    init() throws {
        signer = try SigningKey.generate()
        log = try Story.long().forged(with: signer)
    }

    private func messages(_ report: AuditReport) -> String { report.violations.map(\.message).joined(separator: "; ") }

    @Test("the last k entries, removed with their heads, are missed against the newest checkpoint")
    func everyTruncation() throws {
        for count in 1...log.entries.count {
            let report = try log.truncated(by: count).audit(since: log.lastNote)
            #expect(report.violations.contains { $0.invariant == "I7" && $0.message.contains("truncated") }, "\(count)")
        }
    }

    @Test("without a checkpoint from outside, a log cut at a head cannot be told from a young one")
    func limit() throws {
        #expect(try log.truncated(by: 5).audit().violations == [])
    }

    @Test("entries removed without their heads, and heads removed without their entries, are missed")
    func oneSided() throws {
        var fewerEntries = log
        fewerEntries.entries.removeLast(3)
        #expect(try messages(fewerEntries.audit()).contains("covers other entries"))
        var fewerHeads = log
        fewerHeads.heads.removeLast(3)
        let report = try fewerHeads.audit()
        let start = Int64(log.entries.count - 3)
        #expect(report.violations.contains { $0.invariant == "I7" && $0.index == start })
    }

    @Test("a log rewritten and signed anew with the right key is found by any checkpoint from after the change")
    func rewritten() throws {
        var forged = log
        let place = 9
        forged.entries[place].bytes = forged.entries[place - 1].bytes
        forged.entries[place].leafHash = forged.entries[place - 1].leafHash
        for (index, head) in forged.heads.enumerated() {
            let root = try Tree.root(of: forged.entries.prefix(Int(head.size)).map(\.leafHash))
            let note = try Checkpoint(origin: Story.origin, size: head.size, root: root).sign(with: signer)
            forged.heads[index] = StoredHead(size: head.size, root: root, frontier: [], note: note)
        }
        for head in log.heads {
            let found = try messages(forged.audit(since: head.note)).contains("the earlier checkpoint was signed over")
            #expect(found == (head.size > place), "\(head.size)")
        }
    }

    @Test("an earlier checkpoint that is none of this log's is said to be so, and proves nothing")
    func foreignCheckpoint() throws {
        let other = try Story.long().forged()
        for note in ["", "no note", other.lastNote, log.lastNote.replacing("\u{2014}", with: "-")] {
            let report = try log.audit(since: note)
            #expect(report.violations.map(\.invariant) == ["I7"])
            #expect(messages(report).contains("the earlier checkpoint"))
        }
    }

    @Test("a checkpoint of the empty log is contained in every log")
    func emptyCheckpoint() throws {
        let note = try Checkpoint(origin: Story.origin, size: 0, root: Tree.emptyRoot()).sign(with: signer)
        #expect(try log.audit(since: note).violations == [])
        let wrong = try Checkpoint(origin: Story.origin, size: 0, root: log.heads[0].root).sign(with: signer)
        #expect(try log.audit(since: wrong).violations.map(\.invariant) == ["I7"])
    }

    @Test("a log without entries is no log")
    func empty() throws {
        let report = try StoredLog(entries: [], heads: [], key: log.key).audit()
        #expect(report.size == 0)
        #expect(report.violations.map(\.invariant) == ["I7"])
    }

    @Test("a head given twice, out of order, or signed by somebody else is found")
    func strangeHeads() throws {
        var twice = log
        twice.heads.insert(twice.heads[4], at: 5)
        #expect(try messages(twice.audit()).contains("does not follow"))
        var swapped = log
        swapped.heads.swapAt(4, 5)
        #expect(try !swapped.audit().violations.isEmpty)
        var foreign = log
        foreign.heads[4] = try Story.long().forged().heads[4]
        #expect(try messages(foreign.audit()).contains("has not signed it"))
    }

    @Test("entries of two installations in one log are found")
    func instances() throws {
        var story = Story()
        story.open()
        story.publish()
        let index = story.add(.subjectReported, ["transfers": 1], instance: "another")
        let report = try story.forged(with: signer).audit()
        #expect(report.violations.map(\.invariant) == ["I7"])
        #expect(report.violations.first?.index == index)
    }
}

@Suite("The audit takes any garbage")
struct GarbageTests {
    static let samples: [[UInt8]] = [
        [], [0], [0xFF, 0xFE], Array("{".utf8), Array("{}".utf8), Array("[]".utf8), Array("null".utf8), Array("7".utf8),
        Array(repeating: UInt8(ascii: "["), count: 65_535), Array(repeating: UInt8(ascii: "{"), count: 65_535),
        Array(String(repeating: "{\"a\":", count: 10_000).utf8), Array(repeating: 0x20, count: 100_000),
        Array(String(repeating: "[", count: 400).utf8) + Array(String(repeating: "]", count: 400).utf8),
        Array(#"{"type":"transfer.intent"}"#.utf8), Array(#"{"type":"transfer.outcome","intent":-1}"#.utf8),
        Array(#"{"consent_index":-9007199254740991,"fields":[[]],"type":"transfer.intent"}"#.utf8),
        Array(#"{"type":["transfer.intent"]}"#.utf8), Array(#"{"policy":7,"type":"policy.applied"}"#.utf8),
        Array(#"{"agreement":"a","texts":{"en":7},"type":"agreement.published","version":1}"#.utf8),
        Array(#"{"destination":7,"type":"destination.removed"}"#.utf8),
        Array(#"{"time":"0000-00-00T00:00:00Z","type":"transfer.intent"}"#.utf8),
        Array(#"{"time":"9999-99-99T99:99:99Z","type":"consent.given"}"#.utf8),
    ]

    @Test("whatever an entry is made of, it is reported and the audit goes on", arguments: samples.indices)
    func garbage(number: Int) throws {
        var log = try Story.long().forged()
        let bytes = Self.samples[number]
        log.entries[10] = StoredLog.Entry(bytes: bytes, leafHash: try Tree.leafHash(bytes))
        let report = try log.audit()
        #expect(report.size == Int64(log.entries.count))
        #expect(report.violations.contains { $0.invariant == "I6" && $0.index == 10 })
        #expect(report.violations.contains { $0.invariant == "I7" })
    }

    @Test("well-formed entries with values taken from elsewhere never stop it", arguments: 0..<100)
    func shuffledValues(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let log = try Story.long().forged()
        let members = try log.entries.flatMap { entry -> [(String, CanonicalJSON)] in
            guard case .object(let members) = try CanonicalJSON(bytes: entry.bytes) else { return [] }
            return members.sorted { $0.key < $1.key }
        }
        var audit = LogAudit(verifierKey: log.key, since: nil)
        for index in 0..<60 as Range<Int64> {
            var entry: [String: CanonicalJSON] = [
                "type": .string(EntryType.allCases.randomElement(using: &random)?.rawValue ?? "")
            ]
            for _ in 0..<30 {
                guard let (key, value) = members.randomElement(using: &random) else { continue }
                entry[key] = Bool.random(using: &random) ? value : members.randomElement(using: &random)?.1
            }
            let bytes = CanonicalJSON.object(entry).bytes
            try audit.add(entry: bytes, storedLeafHash: Tree.leafHash(bytes), index: index)
        }
        let report = try audit.finish()
        #expect(report.size == 60, "seed \(seed)")
        #expect(!report.violations.isEmpty, "seed \(seed)")
    }

    @Test("a log of nothing but garbage gives a bounded report")
    func bounded() throws {
        let signer = try SigningKey.generate()
        let key = try VerifierKey(name: Story.origin, publicKey: signer.publicKey)
        var audit = LogAudit(verifierKey: key, since: nil)
        let root = try Tree.emptyRoot()
        for index in 0..<3000 as Range<Int64> {
            try audit.add(entry: [1, 2, 3], storedLeafHash: root, index: index)
            try audit.add(head: "garbage", storedSize: .max - index, storedRoot: root)
        }
        let report = try audit.finish()
        #expect(report.violations.count == 1001)
        #expect(report.violations.last?.message.contains("more violations") == true)
    }
}
