import FoundationEssentials
import Model
import Testing
import Vault

@Suite("Wycheproof through Vault: signatures")
struct WycheproofSignatureTests {
    private struct Group<Key: Decodable>: Decodable {
        let publicKey: Key
        let tests: [Vector]
    }

    private struct Vector: Decodable {
        let tcId: Int
        let msg, sig: HexBytes
        let result: Verdict
        let flags: [String]
    }

    private struct EdwardsKey: Decodable {
        let pk: HexBytes
    }

    private struct PointKey: Decodable {
        let uncompressed: HexBytes
    }

    @Test("Ed25519: every valid signature is valid, every invalid one is not, and a key of small order signs nothing")
    func ed25519() throws {
        let file = try PublishedVectors.wycheproof("Signature/wycheproof/ed25519_test.json", Group<EdwardsKey>.self)
        var tally = Tally()
        var mixedOrder = 0
        for group in file.testGroups {
            for vector in group.tests {
                let isValid = try Ed25519.isValid(
                    signature: vector.sig.bytes, of: vector.msg.bytes, publicKey: group.publicKey.pk.bytes)
                switch vector.result {
                case .valid: tally.count(vector.tcId, as: \.accepted, if: isValid)
                case .invalid: tally.count(vector.tcId, as: \.rejected, if: !isValid)
                case .acceptable where vector.flags == ["SmallOrderPublicKey"]:
                    tally.count(vector.tcId, as: \.rejected, if: !isValid)
                case .acceptable:
                    #expect(vector.flags == ["MixedOrderPublicKey"], "vector \(vector.tcId)")
                    // A key with a torsion component still has one holder of its secret: RFC 8032 lets both answers stand.
                    mixedOrder += 1
                }
            }
        }
        #expect(tally == Tally(accepted: 117, rejected: 64 + 8))
        #expect(mixedOrder == 21)
        #expect(tally.total + mixedOrder == file.numberOfTests)
    }

    @Test("ECDSA P-256 in DER: every valid signature is valid and every invalid one is not")
    func ecdsa() throws {
        let file = try PublishedVectors.wycheproof(
            "Signature/wycheproof/ecdsa_secp256r1_sha256_test.json", Group<PointKey>.self)
        var tally = Tally()
        for group in file.testGroups {
            for vector in group.tests {
                let isValid = try ECDSA.isValid(
                    derSignature: vector.sig.bytes, of: vector.msg.bytes, publicKey: group.publicKey.uncompressed.bytes)
                if vector.result == .valid {
                    tally.count(vector.tcId, as: \.accepted, if: isValid)
                } else {
                    tally.count(vector.tcId, as: \.rejected, if: !isValid)
                }
            }
        }
        #expect(tally == Tally(accepted: 174, rejected: 310))
        #expect(tally.total == file.numberOfTests)
    }

    @Test("ECDSA P-256 as two numbers: every valid signature is valid and every invalid one is not")
    func ecdsaNumbers() throws {
        let file = try PublishedVectors.wycheproof(
            "Signature/wycheproof/ecdsa_secp256r1_sha256_p1363_test.json", Group<PointKey>.self)
        var tally = Tally()
        var wronglySized = 0
        for group in file.testGroups {
            for vector in group.tests {
                // IEEE P1363: two halves.
                let signature = vector.sig.bytes
                let isValid = try ECDSA.isValid(
                    r: Array(signature.prefix(signature.count / 2)), s: Array(signature.dropFirst(signature.count / 2)),
                    of: vector.msg.bytes, publicKey: group.publicKey.uncompressed.bytes)
                if vector.result == .valid {
                    tally.count(vector.tcId, as: \.accepted, if: isValid)
                } else if vector.flags.contains("SignatureSize") {
                    // Right numbers, written in fewer than the 64 bytes of P1363. Ours are numbers of SSH, which are always
                    // written as short as they can be: as numbers they must be taken.
                    #expect(isValid, "vector \(vector.tcId)")
                    wronglySized += 1
                } else {
                    tally.count(vector.tcId, as: \.rejected, if: !isValid)
                }
            }
        }
        #expect(tally == Tally(accepted: 173, rejected: 77))
        #expect(wronglySized == 12)
        #expect(tally.total + wronglySized == file.numberOfTests)
    }

    @Test(
        "ECDSA P-384 and P-521: every valid signature is valid and every invalid one is not",
        arguments: [("ecdsa_secp384r1_sha384", ECDSA.Curve.p384), ("ecdsa_secp521r1_sha512", .p521)])
    func ecdsaLarger(name: String, curve: ECDSA.Curve) throws {
        let file = try PublishedVectors.wycheproof("Signature/wycheproof/\(name)_test.json", Group<PointKey>.self)
        var tally = Tally()
        for group in file.testGroups {
            for vector in group.tests {
                let isValid = try ECDSA.isValid(
                    derSignature: vector.sig.bytes, of: vector.msg.bytes,
                    publicKey: group.publicKey.uncompressed.bytes, curve: curve)
                if vector.result == .valid {
                    tally.count(vector.tcId, as: \.accepted, if: isValid)
                } else {
                    tally.count(vector.tcId, as: \.rejected, if: !isValid)
                }
            }
        }
        #expect(tally.accepted > 50 && tally.rejected > 100)
        #expect(tally.total == file.numberOfTests)
    }

    private struct RSAGroup: Decodable {
        struct Key: Decodable {
            let modulus, publicExponent: HexBytes
        }

        let publicKey: Key
        let tests: [Vector]
    }

    @Test(
        "RSA with PKCS #1 v1.5 from 3072 bits on: every valid signature is valid and every invalid one is not",
        arguments: [
            ("rsa_signature_3072_sha256", RSASignature.Hash.sha256), ("rsa_signature_3072_sha512", .sha512),
            ("rsa_signature_4096_sha512", .sha512), ("rsa_signature_2048_sha256", .sha256),
        ])
    func rsa(name: String, hash: RSASignature.Hash) throws {
        let file = try PublishedVectors.wycheproof("Signature/wycheproof/\(name)_test.json", RSAGroup.self)
        var (accepted, rejected) = (0, 0)
        for group in file.testGroups {
            let modulus = Array(group.publicKey.modulus.bytes.drop { $0 == 0 })
            let exponent = Array(group.publicKey.publicExponent.bytes.drop { $0 == 0 })
            for vector in group.tests {
                let isValid = try RSASignature.isValid(
                    signature: vector.sig.bytes, of: vector.msg.bytes, modulus: modulus, exponent: exponent, hash: hash)
                let isLong = modulus.count * 8 >= RSASignature.bits.lowerBound
                switch vector.result {
                case .valid: #expect(isValid == isLong, "vector \(vector.tcId)")
                case .invalid: #expect(!isValid, "vector \(vector.tcId)")
                // What some verifiers take for compatibility's sake (no NULL in the digest's name) may be either.
                default: break
                }
                if isValid { accepted += 1 } else { rejected += 1 }
            }
        }
        #expect(accepted + rejected == file.numberOfTests && rejected > 100)
    }

    @Test("vectors that are not there fail with the command that fetches them")
    func missingVectors() {
        let error = #expect(throws: MissingVectors.self) {
            try PublishedVectors.read("Cipher/wycheproof/aes_gcm_test.json", in: "/nonexistent")
        }
        #expect(error?.description.contains(".ci/fetch-vectors") == true)
    }
}
