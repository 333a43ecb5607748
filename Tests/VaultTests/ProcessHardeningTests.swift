import Glibc
import Testing
import Vault

/// In processes of their own: what is forbidden here stays forbidden.
@Suite("Process hardening")
struct ProcessHardeningTests {
    /// PR_GET_DUMPABLE and RLIMIT_MEMLOCK of Linux, macros that Glibc's module leaves out.
    private static let getDumpable: Int32 = 3
    private static let lockedMemory = __rlimit_resource_t(8)

    @Test("a hardened process cannot be dumped or traced")
    func dumps() async {
        await #expect(processExitsWith: .success) {
            let warnings = ProcessHardening.apply()
            var limit = rlimit(rlim_cur: 1, rlim_max: 1)
            #expect(getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0)
            #expect(limit.rlim_cur == 0 && limit.rlim_max == 0)
            // prctl(2) is variadic, which Swift cannot call; its arguments are words either way.
            typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
            let symbol = try #require(dlsym(dlopen(nil, RTLD_NOW), "prctl"))
            let control = unsafeBitCast(symbol, to: Control.self)
            #expect(control(Self.getDumpable, 0, 0, 0, 0) == 0)
            #expect(!warnings.contains { $0.contains("dump") || $0.contains("OpenSSL") }, "\(warnings)")
        }
    }

    @Test("applying it again, also from many tasks at once, does nothing and says the same")
    func idempotence() async {
        await #expect(processExitsWith: .success) {
            let all = await withTaskGroup(of: [String].self) { group in
                for _ in 0..<64 { group.addTask { ProcessHardening.apply() } }
                return await group.reduce(into: Set<[String]>()) { $0.insert($1) }
            }
            #expect(all.count == 1)
            #expect(all == [ProcessHardening.apply()])
        }
    }

    @Test("without permission to lock memory there is a warning and secrets still work")
    func noLocking() async {
        await #expect(processExitsWith: .success) {
            var none = rlimit(rlim_cur: 0, rlim_max: 0)
            #expect(setrlimit(Self.lockedMemory, &none) == 0)
            let warnings = ProcessHardening.apply()
            // Root may lock whatever the limit is.
            #expect(geteuid() == 0 || warnings.contains { $0.contains("cannot be locked") })
            let secret = try SecretBytes(copying: [1, 2, 3]).revealed()
            #expect(secret == [1, 2, 3])
        }
    }

    @Test("when the memory for secrets is used up, the next secret is an error, and none is made elsewhere")
    func fullHeap() async {
        await #expect(processExitsWith: .success) {
            let before = try SecretBytes(copying: [1])
            _ = ProcessHardening.apply()
            let full = failure { () throws(VaultError) in _ = try SecretBytes.random(count: 2 << 20) }
            #expect(
                full == .openSSL(operation: "reserve memory for a secret", detail: "the memory for secrets is used up"))
            // Freed again each time: a thousand times a quarter of the heap.
            for _ in 0..<1000 { _ = try SecretBytes.random(count: 1 << 18) }
            // Made before there was a secure heap, and freed after.
            let first = before.revealed()
            #expect(first == [1])
        }
    }

    @Test("ten thousand seals and opens leave the secure heap as empty as it was")
    func noLeaks() async {
        await #expect(processExitsWith: .success) {
            _ = ProcessHardening.apply()
            for _ in 0..<10_000 {
                let box = try SealedBoxTests.seal()
                #expect(SealedBoxTests.open(box.bytes) == .success(SealedBoxTests.secret))
            }
            // Whatever had leaked would stand in the way of half the heap.
            let half = try SecretBytes.random(count: 1 << 19).count
            #expect(half == 1 << 19)
        }
    }
}
