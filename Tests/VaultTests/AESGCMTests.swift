import Testing
import Vault

@Suite("AES-256-GCM: what OpenSSL would let pass is refused")
struct AESGCMTests {
    static let nonce = [UInt8](repeating: 0x24, count: 12)
    static let data = Array("associated".utf8)

    private static func key() throws -> SecretBytes { try SecretBytes(copying: [UInt8](repeating: 0x42, count: 32)) }

    private static func seal(_ plaintext: [UInt8], data: [UInt8] = data) throws -> [UInt8] {
        try AESGCM.seal(SecretBytes(copying: plaintext), key: key(), nonce: nonce, authenticating: data)
    }

    /// The plaintext, or the error that came instead of it.
    private static func open(
        _ sealed: [UInt8], nonce: [UInt8] = nonce, data: [UInt8] = data
    ) throws -> Result<[UInt8], VaultError> {
        let key = try key()
        return Result { () throws(VaultError) in
            try AESGCM.open(sealed, key: key, nonce: nonce, authenticating: data).revealed()
        }
    }

    @Test("plaintexts of every length up to four blocks come back, with and without associated data")
    func roundTrip() throws {
        for count in 0...64 {
            let plaintext = (0..<count).map { UInt8($0) }
            for data in [[], Self.data] {
                let sealed = try Self.seal(plaintext, data: data)
                #expect(sealed.count == count + 16)
                #expect(try Self.open(sealed, data: data) == .success(plaintext))
            }
        }
    }

    @Test("a tag cut short is refused", arguments: [15, 12, 8, 4, 1, 0])
    func truncatedTag(length: Int) throws {
        // OpenSSL takes any of these as the tag, so that a guess in 256 is a forgery. With a ciphertext before it, its last
        // bytes are taken for the missing ones of the tag; without one there are too few bytes for a tag.
        let sealed = try Self.seal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
        #expect(try Self.open(Array(sealed.dropLast(16 - length))) == .failure(.authentication))
        let empty = try Self.seal([])
        #expect(
            try Self.open(Array(empty.prefix(length)))
                == .failure(.length(what: "a sealed message", expected: 16, found: length)))
    }

    @Test("a tag of zeros over associated data alone is refused")
    func zeroTag() throws {
        // CVE-2026-45446: other modes of OpenSSL compute no tag if no ciphertext is fed.
        #expect(try Self.open([UInt8](repeating: 0, count: 16)) == .failure(.authentication))
        #expect(try Self.open([UInt8](repeating: 0, count: 16), data: []) == .failure(.authentication))
    }

    @Test("a nonce of another length than 12 bytes, or none, is refused", arguments: [0, 1, 8, 11, 13, 16])
    func nonceLength(count: Int) throws {
        let key = try Self.key()
        let nonce = [UInt8](repeating: 1, count: count)
        let expected = VaultError.length(what: "a nonce", expected: 12, found: count)
        let sealing = failure { () throws(VaultError) in
            _ = try AESGCM.seal(SecretBytes(copying: [1]), key: key, nonce: nonce, authenticating: [])
        }
        #expect(sealing == expected)
        #expect(try Self.open([UInt8](repeating: 0, count: 17), nonce: nonce) == .failure(expected))
    }

    @Test(
        "a key of another length than 32 bytes is refused before OpenSSL reads past its end",
        arguments: [0, 16, 24, 31, 33, 64])
    func keyLength(count: Int) throws {
        let key = try SecretBytes.random(count: count)
        let expected = VaultError.length(what: "an AES-256 key", expected: 32, found: count)
        let sealing = failure { () throws(VaultError) in
            _ = try AESGCM.seal(SecretBytes(copying: [1]), key: key, nonce: Self.nonce, authenticating: [])
        }
        let opening = failure { () throws(VaultError) in
            _ = try AESGCM.open([UInt8](repeating: 0, count: 17), key: key, nonce: Self.nonce, authenticating: [])
        }
        #expect(sealing == expected)
        #expect(opening == expected)
    }

    @Test("no plaintext is handed out after one changed bit in ciphertext, tag, nonce or associated data")
    func noPlaintextOnFailure() throws {
        let sealed = try Self.seal(Array("a secret".utf8))
        for (bit, flipped) in oneBitFlips(of: sealed) {
            #expect(try Self.open(flipped) == .failure(.authentication), "bit \(bit) of the message")
        }
        for (bit, flipped) in oneBitFlips(of: Self.nonce) {
            #expect(try Self.open(sealed, nonce: flipped) == .failure(.authentication), "bit \(bit) of the nonce")
        }
        for (bit, flipped) in oneBitFlips(of: Self.data) {
            #expect(try Self.open(sealed, data: flipped) == .failure(.authentication), "bit \(bit) of the data")
        }
        #expect(try Self.open(sealed, data: []) == .failure(.authentication))
    }

    @Test("a call leaves nothing behind for the next: the same inputs seal to the same bytes, also after a failure")
    func callsAreIndependent() throws {
        let first = try Self.seal([1, 2, 3])
        #expect(try Self.open(first.reversed()) == .failure(.authentication))
        #expect(try Self.seal([1, 2, 3]) == first)
        #expect(try Self.open(first) == .success([1, 2, 3]))
    }
}
