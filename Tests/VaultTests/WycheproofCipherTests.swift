import Model
import Testing
import Vault

@Suite("Wycheproof through Vault: ciphers and key derivation")
struct WycheproofCipherTests {
    private struct CipherGroup: Decodable {
        let keySize: Int
        let ivSize: Int
        let tests: [Vector]

        struct Vector: Decodable {
            let tcId: Int
            let key, iv, aad, msg, ct, tag: HexBytes
            let result: Verdict
        }
    }

    @Test("AES-GCM: every valid vector opens and seals to the same bytes, every invalid one is refused")
    func aesGCM() throws {
        let file = try PublishedVectors.wycheproof("Cipher/wycheproof/aes_gcm_test.json", CipherGroup.self)
        var tally = Tally()
        for group in file.testGroups {
            let hasOurShape = group.keySize == 256 && group.ivSize == 96
            for vector in group.tests {
                let key = try SecretBytes(copying: vector.key.bytes)
                let message = try SecretBytes(copying: vector.msg.bytes)
                let expected = vector.ct.bytes + vector.tag.bytes
                var opened: [UInt8]?
                var sealed: [UInt8]?
                let openFailure = failure { () throws(VaultError) in
                    opened = try AESGCM.open(
                        expected, key: key, nonce: vector.iv.bytes, authenticating: vector.aad.bytes
                    ).revealed()
                }
                let sealFailure = failure { () throws(VaultError) in
                    sealed = try AESGCM.seal(
                        message, key: key, nonce: vector.iv.bytes, authenticating: vector.aad.bytes)
                }
                switch (hasOurShape, vector.result) {
                case (false, _):
                    let isRight = openFailure?.isAboutLength == true && sealFailure?.isAboutLength == true
                    tally.count(vector.tcId, as: \.refusedByShape, if: isRight)
                case (true, .valid):
                    let isRight = opened == vector.msg.bytes && sealed == expected
                    tally.count(vector.tcId, as: \.accepted, if: isRight)
                case (true, _):
                    let isRight = openFailure == .authentication && opened == nil && sealed != expected
                    tally.count(vector.tcId, as: \.rejected, if: isRight)
                }
            }
        }
        #expect(tally == Tally(accepted: 39, rejected: 27, refusedByShape: 250))
        #expect(tally.total == file.numberOfTests)
    }

    private struct WrapGroup: Decodable {
        let keySize: Int
        let tests: [Vector]

        struct Vector: Decodable {
            let tcId: Int
            let key, msg, ct: HexBytes
            let result: Verdict
        }
    }

    @Test("AES key wrap with padding: every valid vector wraps and unwraps, every invalid one is refused")
    func keyWrap() throws {
        let file = try PublishedVectors.wycheproof("Cipher/wycheproof/aes_kwp_test.json", WrapGroup.self)
        var tally = Tally()
        for group in file.testGroups {
            for vector in group.tests {
                let key = try SecretBytes(copying: vector.key.bytes)
                let message = try SecretBytes(copying: vector.msg.bytes)
                var wrapped: [UInt8]?
                var unwrapped: [UInt8]?
                let wrapFailure = failure { () throws(VaultError) in wrapped = try KeyWrap.wrap(message, with: key) }
                let unwrapFailure = failure { () throws(VaultError) in
                    unwrapped = try KeyWrap.unwrap(vector.ct.bytes, with: key).revealed()
                }
                switch (group.keySize, vector.result) {
                case (256, .valid):
                    let isRight = wrapped == vector.ct.bytes && unwrapped == vector.msg.bytes
                    tally.count(vector.tcId, as: \.accepted, if: isRight)
                case (256, _):
                    let isRight =
                        unwrapped == nil && wrapped != vector.ct.bytes
                        && (unwrapFailure == .authentication || unwrapFailure?.isAboutLength == true)
                    tally.count(vector.tcId, as: \.rejected, if: isRight)
                default:
                    let isRight = wrapFailure?.isAboutLength == true && unwrapFailure?.isAboutLength == true
                    tally.count(vector.tcId, as: \.refusedByShape, if: isRight)
                }
            }
        }
        #expect(tally == Tally(accepted: 25, rejected: 69, refusedByShape: 160))
        #expect(tally.total == file.numberOfTests)
    }

    private struct DerivationGroup: Decodable {
        let tests: [Vector]

        struct Vector: Decodable {
            let tcId: Int
            let ikm, salt, info, okm: HexBytes
            let size: Int
            let result: Verdict
        }
    }

    @Test("HKDF-SHA-256: every valid vector gives the published key, every invalid length is refused")
    func keyDerivation() throws {
        let file = try PublishedVectors.wycheproof("Protocol/wycheproof/hkdf_sha256_test.json", DerivationGroup.self)
        var tally = Tally()
        for vector in file.testGroups.flatMap(\.tests) {
            let ikm = try SecretBytes(copying: vector.ikm.bytes)
            var derived: [UInt8]?
            let refusal = failure { () throws(VaultError) in
                derived = try KeyDerivation.hkdfSHA256(
                    ikm: ikm, salt: vector.salt.bytes, info: vector.info.bytes, count: vector.size
                ).revealed()
            }
            if vector.result == .valid {
                tally.count(vector.tcId, as: \.accepted, if: derived == vector.okm.bytes)
            } else {
                tally.count(vector.tcId, as: \.rejected, if: refusal?.isAboutLength == true)
            }
        }
        #expect(tally == Tally(accepted: 83, rejected: 3))
        #expect(tally.total == file.numberOfTests)
    }

    @Test("HMAC-SHA-256: HKDF put together from our own tags gives the published keys")
    func authenticator() throws {
        // HKDF is nothing but HMAC (RFC 5869 section 2), so its vectors are vectors of MessageAuthenticator as well, with
        // keys of many lengths and one key for many messages.
        let file = try PublishedVectors.wycheproof("Protocol/wycheproof/hkdf_sha256_test.json", DerivationGroup.self)
        var tally = Tally()
        for vector in file.testGroups.flatMap(\.tests) where vector.result == .valid {
            let salt = try SecretBytes(copying: vector.salt.bytes)
            let extractor = try MessageAuthenticator(key: salt)
            let key = try SecretBytes(copying: extractor.tag(vector.ikm.bytes).bytes)
            let expander = try MessageAuthenticator(key: key)
            var output: [UInt8] = []
            var block: [UInt8] = []
            for counter in 1...UInt8((vector.size + 31) / 32) {
                block = try expander.tag(block + vector.info.bytes + [counter]).bytes
                output += block
            }
            tally.count(vector.tcId, as: \.accepted, if: Array(output.prefix(vector.size)) == vector.okm.bytes)
        }
        #expect(tally == Tally(accepted: 83))
    }
}
