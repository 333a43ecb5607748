import Glibc
import Model
import Testing
import Vault

@Suite("Secret bytes")
struct SecretBytesTests {
    /// What reading a pipe that holds `bytes` gives.
    private static func read(_ bytes: [UInt8], limit: Int) throws -> Result<[UInt8], VaultError> {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        // Within a pipe's capacity, so that nobody has to read meanwhile.
        try #require(bytes.count <= 4096 && Glibc.write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        return Result { () throws(VaultError) in
            try SecretBytes.reading(fileDescriptor: ends[0], limit: limit).revealed()
        }
    }

    @Test(
        "a secret is read to the end, without the white space that follows it",
        arguments: [
            ("key", "key"), ("key\n", "key"), ("key\r\n", "key"), ("key \r\n\n  ", "key"), (" a key", " a key"),
            ("a\nkey\n", "a\nkey"), ("key\t", "key\t"),
        ])
    func reading(input: String, secret: String) throws {
        #expect(try Self.read(Array(input.utf8), limit: 64) == .success(Array(secret.utf8)))
    }

    @Test("as many bytes as the limit are read, and one more is refused", arguments: [1, 2, 512, 4095])
    func limit(limit: Int) throws {
        let bytes = [UInt8](repeating: 0x61, count: limit)
        #expect(try Self.read(bytes, limit: limit) == .success(bytes))
        #expect(
            try Self.read(bytes + [0x61], limit: limit)
                == .failure(.malformed(what: "the secret (it is longer than \(limit) bytes)")))
    }

    @Test("nothing, and nothing but white space, is no secret", arguments: ["", "\n", " \r\n "])
    func empty(input: String) throws {
        #expect(
            try Self.read(Array(input.utf8), limit: 64) == .failure(.malformed(what: "the secret (it is empty)")))
    }

    @Test("a closed descriptor, a limit below zero and one past all memory are errors")
    func unreadable() throws {
        let closed = failure { () throws(VaultError) in _ = try SecretBytes.reading(fileDescriptor: -1, limit: 8) }
        #expect(closed == .malformed(what: "the secret (it cannot be read)"))
        for limit in [-1, .min, .max] {
            let refusal = failure { () throws(VaultError) in
                _ = try SecretBytes.reading(fileDescriptor: -1, limit: limit)
            }
            #expect(refusal == .malformed(what: "the limit of a secret"))
        }
        #expect(try Self.read([1], limit: 0) == .failure(.malformed(what: "the secret (it is longer than 0 bytes)")))
    }

    @Test("copies hold what was given, the empty secret too, and are apart from it")
    func copying() throws {
        var bytes: [UInt8] = [1, 2, 3]
        let fromArray = try SecretBytes(copying: bytes)
        let fromBuffer = try bytes.withUnsafeBytes { try SecretBytes(copying: $0).revealed() }
        let second = try fromArray.copy()
        bytes[0] = 9
        let (first, copied, count) = (fromArray.revealed(), second.revealed(), fromArray.count)
        #expect(first == [1, 2, 3])
        #expect(fromBuffer == [1, 2, 3])
        #expect(copied == [1, 2, 3])
        #expect(count == 3)
        let empty = try SecretBytes(copying: []).revealed()
        #expect(empty.isEmpty)
    }

    @Test("random bytes have the length asked for and are not the same twice", arguments: [0, 1, 16, 32, 1000])
    func random(count: Int) throws {
        let (first, second) = try (
            SecretBytes.random(count: count).revealed(), SecretBytes.random(count: count).revealed()
        )
        let nonces = try (RandomBytes.make(count: count), RandomBytes.make(count: count))
        #expect(first.count == count && second.count == count && nonces.0.count == count)
        if count >= 16 {
            #expect(first != second)
            #expect(nonces.0 != nonces.1)
        }
    }

    @Test("a negative number of random bytes is an error", arguments: [-1, .min])
    func negativeCount(count: Int) {
        let secret = failure { () throws(VaultError) in _ = try SecretBytes.random(count: count) }
        #expect(secret == .malformed(what: "the length of a secret"))
        let nonce = failure { () throws(VaultError) in _ = try RandomBytes.make(count: count) }
        #expect(nonce == .malformed(what: "the number of random bytes"))
    }

    @Test("comparison in constant time is equality")
    func constantTime() {
        #expect(ConstantTime.equal([], []))
        #expect(ConstantTime.equal([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.equal([1, 2, 3], [1, 2]))
        #expect(!ConstantTime.equal([], [0]))
        for (_, flipped) in oneBitFlips(of: [UInt8](repeating: 0x55, count: 32)) {
            #expect(!ConstantTime.equal(flipped, [UInt8](repeating: 0x55, count: 32)))
        }
    }

    @Test(
        "errors have a slug, a sentence without capital and full stop, and the class of their failure",
        arguments: [
            (VaultError.openSSL(operation: "hash", detail: "x"), "openssl", FailureClass.internalError),
            (.authentication, "secret-does-not-open", .configuration),
            (.keyFile(path: "p", problem: "is gone", remedy: "find it"), "bad-key-file", .configuration),
            (.malformed(what: "a thing"), "malformed-secret", .badInput),
            (.length(what: "a thing", expected: 2, found: 1), "wrong-length", .badInput),
            (.tooLong(what: "a thing", limit: 2, found: 3), "too-long", .badInput),
        ])
    func errors(error: VaultError, code: String, failure: FailureClass) {
        #expect(error.code == code)
        #expect(error.failure == failure)
        #expect(error.message.hasSuffix(".") == false)
        #expect(error.message.first?.isLowercase == true || error.message.hasPrefix("OpenSSL"))
    }
}
