import Glibc
import Model
import Testing

@testable import Vault

/// OpenSSL keeps its errors in a queue of the thread, where the next call that looks for one would find another's.
@Suite("OpenSSL's error queue and return values")
struct ErrorQueueTests {
    /// What empties an empty queue.
    private static let nothing = VaultError.openSSL(operation: "look", detail: "no reason given")

    /// Leaves an error in this thread's queue, as a library that does not clean up would.
    private static func poison() throws {
        typealias New = @convention(c) () -> Void
        // ERR_set_error(3) is variadic, which Swift cannot call; without a format there are no further arguments.
        typealias Set = @convention(c) (Int32, Int32, UnsafePointer<CChar>?) -> Void
        let library = dlopen(nil, RTLD_NOW)
        let new = unsafeBitCast(try #require(dlsym(library, "ERR_new")), to: New.self)
        let set = unsafeBitCast(try #require(dlsym(library, "ERR_set_error")), to: Set.self)
        new()
        // ERR_LIB_EVP, EVP_R_BAD_DECRYPT: what a wrong padding leaves.
        set(6, 100, nil)
    }

    private static let signing = Result { () throws(VaultError) in
        try SigningKey(seed: SecretBytes(copying: [UInt8](repeating: 3, count: 32)))
    }

    /// P-256's generator, a point on the curve.
    private static let point = """
        046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
        4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5
        """

    /// Everything that is refused, and whether the answer is no (and not an error of OpenSSL).
    private static let refusals: [(name: String, isRefused: @Sendable () throws -> Bool)] = [
        ("an altered box", { SealedBoxTests.open(try SealedBoxTests.seal().bytes.dropLast() + [0]) != success }),
        ("a box under another key", { SealedBoxTests.open(try SealedBoxTests.seal().bytes, key: 1) != success }),
        (
            "a wrapped key of zeros",
            {
                let key = try SecretBytes.random(count: 32)
                return failure { () throws(VaultError) in
                    _ = try KeyWrap.unwrap([UInt8](repeating: 0, count: 40), with: key)
                } == .authentication
            }
        ),
        ("a signature of another message", { try !isSigned([1], by: signing.get().sign([2])) }),
        ("a signature of zeros", { try !isSigned([1], by: [UInt8](repeating: 0, count: 64)) }),
        ("a signature whose S is not reduced", { try !isSigned([1], by: [UInt8](repeating: 0xFF, count: 64)) }),
        ("no signature", { try !isSigned([1], by: []) }),
        (
            "an Ed25519 key that is no point",
            {
                let key = [2] + [UInt8](repeating: 0, count: 31)
                return try !Ed25519.isValid(signature: [UInt8](repeating: 1, count: 64), of: [1], publicKey: key)
            }
        ),
        (
            "a P-256 key off the curve",
            { try !ECDSA.isValid(r: [1], s: [1], of: [1], publicKey: [4] + [UInt8](repeating: 7, count: 64)) }
        ),
        ("r and s that fit nothing", { try !ECDSA.isValid(r: [1], s: [1], of: [1], publicKey: hex(point)) }),
        (
            // The one for which OpenSSL's verification leaves an error and does not just say no.
            "r and s of zero",
            {
                try !ECDSA.isValid(
                    derSignature: [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00], of: [1], publicKey: hex(point))
            }
        ),
        (
            "a signature that is not DER",
            { try !ECDSA.isValid(derSignature: [0x30, 0x06, 0x02], of: [1], publicKey: hex(point)) }
        ),
    ]

    private static let success = Result<[UInt8], VaultError>.success(SealedBoxTests.secret)

    private static func isSigned(_ message: [UInt8], by signature: [UInt8]) throws -> Bool {
        try Ed25519.isValid(signature: signature, of: message, publicKey: signing.get().publicKey)
    }

    @Test("what is refused is refused without an error, leaves none in the queue, and the next call succeeds")
    func refusalsLeaveNothing() throws {
        for (name, isRefused) in Self.refusals {
            #expect(try isRefused(), "\(name)")
            #expect(drained("look") == Self.nothing, "\(name)")
            #expect(SealedBoxTests.open(try SealedBoxTests.seal().bytes) == Self.success, "after \(name)")
            #expect(try Self.isSigned([1], by: Self.signing.get().sign([1])), "after \(name)")
        }
    }

    @Test("an error that somebody else left in the queue changes no answer, neither yes nor no")
    func errorsOfOthers() throws {
        try Self.poison()
        #expect(drained("look") == .openSSL(operation: "look", detail: "bad decrypt"))
        for (name, isRefused) in Self.refusals {
            try Self.poison()
            #expect(try isRefused(), "\(name)")
        }
        try Self.poison()
        #expect(SealedBoxTests.open(try SealedBoxTests.seal().bytes) == Self.success)
        try Self.poison()
        #expect(try Self.isSigned([1], by: Self.signing.get().sign([1])))
        try Self.poison()
        #expect(try SHA256.digest(of: [1]) == SHA256.digest(of: [1]))
        _ = drained("clean up")
    }

    @Test("a call that fails reports its own reason and not one from before")
    func ownReason() throws {
        try Self.poison()
        let refusal = failure { () throws(VaultError) in try check("look") { 0 } }
        #expect(refusal == Self.nothing)
    }

    @Test(
        "only 1 is success: 0, other positive and negative results are failures", arguments: [0, -1, -2, 2, .min, .max])
    func onlyOneIsSuccess(result: Int32) {
        #expect(failure { () throws(VaultError) in try check("look") { result } } == Self.nothing)
        #expect(failure { () throws(VaultError) in try check("look") { 1 } } == nil)
    }

    @Test("a length that a C int cannot hold is refused and not cut")
    func lengths() {
        #expect(throws: VaultError.tooLong(what: "a text", limit: Int(Int32.max), found: Int(Int32.max) + 1)) {
            try cInt(Int(Int32.max) + 1, "a text")
        }
        #expect(throws: Never.self) { try cInt(Int(Int32.max), "a text") }
    }
}
