import Ledger
import Model
import Support
import Testing
import Vault

@Suite("Writing the log")
struct TransparencyLogTests {
    let storage = MemoryStorage()
    let signer: SigningKey
    let log: TransparencyLog<MemoryStorage>

    init() throws {
        signer = try SigningKey.generate()
        log = try TransparencyLog(
            storage: storage, signer: signer, origin: Story.origin, instance: Story.instance,
            time: TimeSource { Timestamp(seconds: 1_795_435_200) })
    }

    var stored: StoredLog {
        get throws {
            let state = storage.state
            return StoredLog(
                entries: state.entries, heads: state.heads,
                key: try VerifierKey(name: Story.origin, publicKey: signer.publicKey))
        }
    }

    func entry(_ number: Int64) -> LogEntry {
        LogEntry(.subjectReported, actor: "system", ["transfers": .integer(number)])
    }

    @Test("entries, state and head are committed together, and receipts name what is under the head")
    func commit() async throws {
        let first = try await log.commit { transaction, appender in
            transaction.insert(note: "state")
            return try [appender.append(entry(1)), appender.append(entry(2))]
        }
        #expect(first.value == [0, 1])
        #expect(first.receipts.map(\.index) == [0, 1])
        #expect(first.receipts.map(\.headSize) == [2, 2])
        let second = try await log.commit { _, appender in try appender.append(entry(3)) }
        #expect(second.value == 2)
        #expect(second.receipts.map(\.headSize) == [3])

        let state = storage.state
        #expect(state.notes == ["state"])
        #expect(state.heads.map(\.size) == [2, 3])
        #expect((first.receipts + second.receipts).map(\.leafHash) == state.entries.map(\.leafHash))
        #expect(try state.entries.map { try Tree.leafHash($0.bytes) } == state.entries.map(\.leafHash))
        #expect(try stored.audit().violations == [])
    }

    @Test("an entry is canonical JSON with type, time, actor and instance added")
    func bytes() async throws {
        try await log.commit { _, appender in try appender.append(entry(7)) }
        let text = String(decoding: storage.state.entries[0].bytes, as: UTF8.self)
        #expect(
            text == #"{"actor":"system","instance":"0011223344556677","time":"2026-11-23T12:00:00Z","#
                + #""transfers":7,"type":"subject.reported"}"#)
    }

    @Test("a commit that appends nothing writes no head and gives no receipt")
    func nothingAppended() async throws {
        let committed = try await log.commit { transaction, _ in transaction.insert(note: "state only") }
        #expect(committed.receipts.isEmpty)
        #expect(storage.state.heads.isEmpty)
        #expect(storage.state.notes == ["state only"])
    }

    @Test("if the body throws, nothing has happened")
    func bodyThrows() async throws {
        struct Refused: Error {}
        await #expect(throws: Refused.self) {
            try await log.commit { transaction, appender in
                transaction.insert(note: "state")
                _ = try appender.append(entry(1))
                throw Refused()
            }
        }
        #expect(storage.state.entries.isEmpty)
        #expect(storage.state.heads.isEmpty)
        #expect(storage.state.notes.isEmpty)
    }

    @Test(
        "a commit that fails gives no receipt, and the log goes on whether or not it was kept",
        arguments: [(MemoryStorage.Fault.failsAndForgets, 1), (.failsAndPersists, 2)])
    func storageFails(fault: MemoryStorage.Fault, kept: Int) async throws {
        try await log.commit { _, appender in try appender.append(entry(1)) }
        storage.fail(nextCommit: fault)
        await #expect(throws: MemoryStorage.CommitFailed.self) {
            try await log.commit { transaction, appender in
                transaction.insert(note: "second")
                return try appender.append(entry(2))
            }
        }
        let state = storage.state
        #expect(state.entries.count == kept)
        #expect(state.heads.count == kept)
        #expect(state.notes.count == kept - 1)
        let next = try await log.commit { _, appender in try appender.append(entry(3)) }
        #expect(next.value == Int64(kept))
        #expect(try stored.audit().violations == [])
    }

    @Test("fifty commits at once get contiguous indices, each under its own head")
    func concurrency() async throws {
        let indices = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for task in 0..<50 {
                group.addTask {
                    try await log.commit { _, appender in
                        try (0...Int64(task % 3)).map { try appender.append(entry($0)) }
                    }.receipts.map(\.index)
                }
            }
            return try await group.reduce(into: [Int64]()) { $0 += $1 }
        }
        #expect(indices.sorted() == Array(0..<Int64(indices.count)))
        #expect(storage.state.heads.count == 50)
        #expect(try stored.audit().violations == [])
    }

    @Test("a log grown in commits of any size has the recursive root at every head", arguments: 0..<8)
    func growth(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<25 {
            let count = Int64.random(in: 1...12, using: &random)
            try await log.commit { _, appender in
                for number in 0..<count { try appender.append(entry(number)) }
            }
        }
        let state = storage.state
        for head in state.heads {
            let expected = try Tree.root(of: state.entries.prefix(Int(head.size)).map(\.leafHash))
            #expect(head.root == expected, "seed \(seed), size \(head.size)")
        }
    }
}

@Suite("A damaged head is never signed on")
struct DamagedHeadTests {
    /// What can be wrong with a stored head of size 6.
    enum Damage: CaseIterable {
        case size, root, frontierHash, frontierOrder, frontierShort, frontierLong, noteText, noteSignature, olderNote

        func applied(to head: StoredHead, older: StoredHead) throws -> StoredHead {
            var (size, root, frontier, note) = (head.size, head.root, head.frontier, head.note)
            switch self {
            case .size: size = 5
            case .root: root = frontier[0]
            case .frontierHash: frontier[1] = try Digest(frontier[1].bytes.map { $0 ^ 4 })
            case .frontierOrder: frontier.swapAt(0, 1)
            case .frontierShort: frontier.removeLast()
            case .frontierLong: frontier.append(root)
            case .noteText: note = note.replacing("\n6\n", with: "\n7\n")
            case .noteSignature: note = String(note.dropLast(5)) + "AAA=\n"
            case .olderNote: note = older.note
            }
            return StoredHead(size: size, root: root, frontier: frontier, note: note)
        }
    }

    @Test("neither with a wrong size, root, frontier nor note is there another entry", arguments: Damage.allCases)
    func damagedHead(damage: Damage) async throws {
        let storage = MemoryStorage()
        let log = try Self.log(in: storage)
        let entry = LogEntry(.subjectReported, actor: "system", ["transfers": 1])
        try await log.commit { _, appender in for _ in 0..<4 { try appender.append(entry) } }
        try await log.commit { _, appender in for _ in 0..<2 { try appender.append(entry) } }
        let heads = storage.state.heads
        let damaged = try damage.applied(to: heads[1], older: heads[0])
        storage.change { $0.heads[1] = damaged }
        let error = await #expect(throws: LedgerError.self) {
            try await log.commit { transaction, appender in
                transaction.insert(note: "state")
                return try appender.append(entry)
            }
        }
        #expect(error?.code == "log-head-damaged")
        #expect(error?.failure == .verification)
        #expect(storage.state.entries.count == 6)
        #expect(storage.state.heads == [heads[0], damaged])
        #expect(storage.state.notes.isEmpty)
    }

    @Test("a log signed by another key is not taken up")
    func otherKey() async throws {
        let storage = MemoryStorage()
        let entry = LogEntry(.subjectReported, actor: "system", ["transfers": 1])
        try await Self.log(in: storage).commit { _, appender in try appender.append(entry) }
        let other = try Self.log(in: storage)
        await #expect(throws: LedgerError.self) {
            try await other.commit { _, appender in try appender.append(entry) }
        }
        #expect(storage.state.entries.count == 1)
    }

    @Test("a lost head does not make the log begin anew over its entries")
    func lostHead() async throws {
        let storage = MemoryStorage()
        let log = try Self.log(in: storage)
        let entry = LogEntry(.subjectReported, actor: "system", ["transfers": 1])
        try await log.commit { _, appender in try appender.append(entry) }
        storage.change { $0.heads = [] }
        await #expect(throws: MemoryStorage.Occupied.self) {
            try await log.commit { _, appender in try appender.append(entry) }
        }
    }

    @Test(
        "an origin or instance that entries could not hold makes no log",
        arguments: [
            ("a b", "i"), ("", "i"), ("a+b", "i"), ("who@example.com", "i"), ("log", "who@example.com"),
            ("log", "SG.abc.def"),
        ])
    func badNames(origin: String, instance: String) {
        #expect(throws: LedgerError.self) {
            try TransparencyLog(
                storage: MemoryStorage(), signer: SigningKey.generate(), origin: origin, instance: instance,
                time: .system)
        }
    }

    private static func log(in storage: MemoryStorage) throws -> TransparencyLog<MemoryStorage> {
        try TransparencyLog(
            storage: storage, signer: SigningKey.generate(), origin: Story.origin, instance: Story.instance,
            time: .system)
    }
}
