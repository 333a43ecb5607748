import Testing
import Vault

@Suite("HKDF-SHA-256 (RFC 5869)")
struct KeyDerivationTests {
    @Test(
        "the SHA-256 cases of RFC 5869",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 22), Array(0x00...0x0C), Array(0xF0...0xF9),
                """
                3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865
                """
            ),
            (
                Array(0x00...0x4F), Array(0x60...0xAF), Array(0xB0...0xFF),
                """
                b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09
                da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87
                """
            ),
            (
                [UInt8](repeating: 0x0B, count: 22), [], [],
                """
                8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8
                """
            ),
        ] as [([UInt8], [UInt8], [UInt8], String)])
    func published(ikm: [UInt8], salt: [UInt8], info: [UInt8], okm: String) throws {
        let expected = try hex(okm)
        let derived = try KeyDerivation.hkdfSHA256(
            ikm: SecretBytes(copying: ikm), salt: salt, info: info, count: expected.count
        ).revealed()
        #expect(derived == expected)
    }

    @Test(
        "no output, negative output and more than 255 blocks are refused, 255 blocks are not",
        arguments: [-1, 0, 8161, .max])
    func outputLength(count: Int) throws {
        let ikm = try SecretBytes(copying: [1])
        let refusal = failure { () throws(VaultError) in
            _ = try KeyDerivation.hkdfSHA256(ikm: ikm, salt: [], info: [], count: count)
        }
        #expect(refusal?.isAboutLength == true)
        let longest = try KeyDerivation.hkdfSHA256(ikm: ikm, salt: [], info: [], count: 8160).count
        #expect(longest == 8160)
    }

    @Test("info of 1,024 bytes is taken and of one more is refused")
    func infoLength() throws {
        let ikm = try SecretBytes(copying: [1])
        let info = [UInt8](repeating: 7, count: 1024)
        let derived = try KeyDerivation.hkdfSHA256(ikm: ikm, salt: [], info: info, count: 32).revealed()
        let shorter = try KeyDerivation.hkdfSHA256(ikm: ikm, salt: [], info: info.dropLast(), count: 32).revealed()
        #expect(derived != shorter)
        let refusal = failure { () throws(VaultError) in
            _ = try KeyDerivation.hkdfSHA256(ikm: ikm, salt: [], info: info + [7], count: 32)
        }
        #expect(refusal == .tooLong(what: "HKDF info", limit: 1024, found: 1025))
    }

    @Test("no salt is a salt of zeros, and every input changes the key")
    func inputs() throws {
        func derived(_ ikm: [UInt8], _ salt: [UInt8], _ info: [UInt8]) throws -> [UInt8] {
            try KeyDerivation.hkdfSHA256(ikm: SecretBytes(copying: ikm), salt: salt, info: info, count: 32).revealed()
        }
        #expect(try derived([1], [], []) == derived([1], [UInt8](repeating: 0, count: 32), []))
        let all = try [
            derived([1], [], []), derived([2], [], []), derived([1], [1], []), derived([1], [], [1]),
            derived([], [], []),
        ]
        #expect(Set(all).count == all.count)
    }
}
