import Model
import Testing
import Vault

@Suite("Signatures: Ed25519 (RFC 8032) and ECDSA P-256")
struct SignatureTests {
    @Test(
        "tests 1 to 3 of RFC 8032 section 7.1",
        arguments: [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                """
                e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0
                595bbe24655141438e7a100b
                """
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                """
                92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eae
                b4302aeeb00d291612bb0c00
                """
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                """
                6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9
                716ed28dc027beceea1ec40a
                """
            ),
        ])
    func published(seed: String, publicKey: String, message: String, signature: String) throws {
        let key = try SigningKey(seed: SecretBytes(copying: hex(seed)))
        let (message, signature) = (try hex(message), try hex(signature))
        #expect(Hex.encode(key.publicKey) == publicKey)
        #expect(try key.sign(message) == signature)
        #expect(try Ed25519.isValid(signature: signature, of: message, publicKey: key.publicKey))
        let again = try key.seed().revealed()
        #expect(Hex.encode(again) == seed)
    }

    @Test("a seed of another length than 32 bytes is refused", arguments: [0, 31, 33, 64])
    func seedLength(count: Int) throws {
        let seed = try SecretBytes.random(count: count)
        let refusal = failure { () throws(VaultError) in _ = try SigningKey(seed: seed) }
        #expect(refusal == .length(what: "an Ed25519 seed", expected: 32, found: count))
    }

    @Test("a changed bit anywhere in signature, message or key is no signature, and neither is a wrong length")
    func changes() throws {
        let key = try SigningKey.generate()
        let message = Array("a statement".utf8)
        let signature = try key.sign(message)
        #expect(try Ed25519.isValid(signature: signature, of: message, publicKey: key.publicKey))
        for (bit, flipped) in oneBitFlips(of: signature) {
            #expect(try !Ed25519.isValid(signature: flipped, of: message, publicKey: key.publicKey), "bit \(bit)")
        }
        for (bit, flipped) in oneBitFlips(of: message) {
            #expect(try !Ed25519.isValid(signature: signature, of: flipped, publicKey: key.publicKey), "bit \(bit)")
        }
        for (bit, flipped) in oneBitFlips(of: key.publicKey) {
            #expect(try !Ed25519.isValid(signature: signature, of: message, publicKey: flipped), "bit \(bit)")
        }
        for count in 0..<64 {
            let short = Array(signature.prefix(count))
            #expect(try !Ed25519.isValid(signature: short, of: message, publicKey: key.publicKey))
        }
        #expect(try !Ed25519.isValid(signature: signature + [0], of: message, publicKey: key.publicKey))
        for count in [0, 31, 33] {
            let other = Array((key.publicKey + [0]).prefix(count))
            #expect(try !Ed25519.isValid(signature: signature, of: message, publicKey: other))
        }
    }

    @Test(
        "under the neutral element, whose signatures fit every message, nothing is valid",
        arguments: [0x00, 0x80] as [UInt8])
    func neutralElement(sign: UInt8) throws {
        // R = S·B with S = 0 is the neutral element as well: a signature that needs no secret.
        let key = [1] + [UInt8](repeating: 0, count: 30) + [sign]
        let signature = [1] + [UInt8](repeating: 0, count: 63)
        #expect(try !Ed25519.isValid(signature: signature, of: [1, 2, 3], publicKey: key))
    }

    @Test("a y of p or more, the second name of a point, is no key", arguments: 0xED...0xFF as ClosedRange<UInt8>)
    func unreducedKeys(lowest: UInt8) throws {
        let key = [lowest] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
        let signature = [1] + [UInt8](repeating: 0, count: 63)
        #expect(try !Ed25519.isValid(signature: signature, of: [], publicKey: key))
    }

    @Test("the PEM of a key is the one of RFC 8410 section 10.1")
    func pem() throws {
        let key = try hex("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")
        #expect(
            Ed25519.pem(publicKey: key) == """
                -----BEGIN PUBLIC KEY-----
                MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
                -----END PUBLIC KEY-----

                """)
    }

    @Test("what a signing key says of itself holds neither its seed nor an address")
    func signingKeyIsSilent() throws {
        let seed = [UInt8](repeating: 0xA7, count: 32)
        let key = try SigningKey(seed: SecretBytes(copying: seed))
        var dumped = ""
        dump(key, to: &dumped)
        for text in [String(describing: key), String(reflecting: key), dumped] {
            #expect(!text.lowercased().contains("a7a7a7"))
            #expect(!text.contains("167, 167, 167"))
            #expect(!text.contains("0x0000"))
        }
    }

    @Test("a P-256 signature is valid under its key, and under no point off the curve and no other form of the point")
    func pointForms() throws {
        // RFC 6979 section A.2.5, SHA-256, "sample".
        let x = try hex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")
        let y = try hex("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")
        let r = try hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716")
        let s = try hex("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")
        let message = Array("sample".utf8)
        #expect(try ECDSA.isValid(r: r, s: s, of: message, publicKey: [4] + x + y))
        // As an SSH mpint: with the zero that keeps a number with a high bit from being negative.
        #expect(try ECDSA.isValid(r: [0] + r, s: [0] + s, of: message, publicKey: [4] + x + y))
        #expect(try !ECDSA.isValid(r: [0, 0] + r, s: s, of: message, publicKey: [4] + x + y))
        let others: [[UInt8]] = [
            // Off the curve; then the compressed and the hybrid form, which OpenSSL reads; then no points at all.
            [4] + x + x, [4] + y + x, [3] + x, [6] + x + y, [7] + x + y, [0], [],
            [4] + [UInt8](repeating: 0, count: 64), [4] + [UInt8](repeating: 0xFF, count: 64),
            [4] + x + y + [0], [4] + x + y.dropLast(),
        ]
        for point in others {
            #expect(try !ECDSA.isValid(r: r, s: s, of: message, publicKey: point), "\(point.prefix(1))")
        }
        for (bit, flipped) in oneBitFlips(of: x + y) {
            #expect(try !ECDSA.isValid(r: r, s: s, of: message, publicKey: [4] + flipped), "bit \(bit)")
        }
        for (bit, flipped) in oneBitFlips(of: r) {
            #expect(try !ECDSA.isValid(r: flipped, s: s, of: message, publicKey: [4] + x + y), "bit \(bit)")
        }
    }

    @Test("r and s that are zero, empty or longer than the order are no signature")
    func numbersOutOfRange() throws {
        let point = try hex(
            """
            046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296
            4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5
            """)
        let one: [UInt8] = [1]
        let numbers: [[UInt8]] = [
            [], [0], [UInt8](repeating: 0, count: 33), [UInt8](repeating: 0xFF, count: 32),
            [1] + [UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 200) + one,
        ]
        for number in numbers {
            #expect(try !ECDSA.isValid(r: number, s: one, of: [], publicKey: point))
            #expect(try !ECDSA.isValid(r: one, s: number, of: [], publicKey: point))
        }
        for signature in [[], [0x30], [0x30, 0], [UInt8](repeating: 0x30, count: 10_000)] as [[UInt8]] {
            #expect(try !ECDSA.isValid(derSignature: signature, of: [], publicKey: point))
        }
    }
}
