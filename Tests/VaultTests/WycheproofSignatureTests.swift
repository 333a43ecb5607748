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
                let isValid = try ECDSAP256.isValid(
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
                let isValid = try ECDSAP256.isValid(
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

    @Test("vectors that are not there fail with the command that fetches them")
    func missingVectors() {
        let error = #expect(throws: MissingVectors.self) {
            try PublishedVectors.read("Cipher/wycheproof/aes_gcm_test.json", in: "/nonexistent")
        }
        #expect(error?.description.contains(".ci/fetch-vectors") == true)
    }
}
