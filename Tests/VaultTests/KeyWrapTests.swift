import Support
import Testing
import Vault

@Suite("AES-256 key wrap with padding (RFC 5649)")
struct KeyWrapTests {
    private static func key(_ byte: UInt8 = 0x42) throws -> SecretBytes {
        try SecretBytes(copying: [UInt8](repeating: byte, count: 32))
    }

    private static func unwrap(_ wrapped: [UInt8], _ byte: UInt8 = 0x42) throws -> Result<[UInt8], VaultError> {
        let key = try key(byte)
        return Result { () throws(VaultError) in try KeyWrap.unwrap(wrapped, with: key).revealed() }
    }

    @Test("secrets of every length from 1 to 72 bytes come back, wrapped in the next eight bytes and eight more")
    func roundTrip() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for count in 1...72 {
            let secret = generator.bytes(count)
            let wrapped = try KeyWrap.wrap(SecretBytes(copying: secret), with: Self.key())
            #expect(wrapped.count == (count + 7) / 8 * 8 + 8, "seed \(seed)")
            #expect(try Self.unwrap(wrapped) == .success(secret), "seed \(seed)")
        }
    }

    @Test("one changed bit, another key and every truncation are refused")
    func integrity() throws {
        let wrapped = try KeyWrap.wrap(SecretBytes.random(count: 32), with: Self.key())
        for (bit, flipped) in oneBitFlips(of: wrapped) {
            #expect(try Self.unwrap(flipped) == .failure(.authentication), "bit \(bit)")
        }
        #expect(try Self.unwrap(wrapped, 0x43) == .failure(.authentication))
        for count in 0..<wrapped.count {
            let isWhole = count >= 16 && count.isMultiple(of: 8)
            let expected =
                isWhole ? .authentication : VaultError.length(what: "a wrapped key", expected: 40, found: count)
            #expect(try Self.unwrap(Array(wrapped.prefix(count))) == .failure(expected))
        }
    }

    @Test("a key encryption key of another length than 32 bytes is refused", arguments: [0, 16, 24, 31, 33])
    func keyLength(count: Int) throws {
        let key = try SecretBytes.random(count: count)
        let expected = VaultError.length(what: "a key encryption key", expected: 32, found: count)
        let wrapping = failure { () throws(VaultError) in
            _ = try KeyWrap.wrap(SecretBytes.random(count: 32), with: key)
        }
        let unwrapping = failure { () throws(VaultError) in
            _ = try KeyWrap.unwrap([UInt8](repeating: 0, count: 40), with: key)
        }
        #expect(wrapping == expected)
        #expect(unwrapping == expected)
    }

    @Test("nothing and too much cannot be wrapped", arguments: [0, 65_537])
    func secretLength(count: Int) throws {
        let secret = try SecretBytes.random(count: count)
        let refusal = failure { () throws(VaultError) in _ = try KeyWrap.wrap(secret, with: Self.vaultKey()) }
        #expect(refusal?.isAboutLength == true)
    }

    private static func vaultKey() throws(VaultError) -> SecretBytes { try SecretBytes.random(count: 32) }
}
