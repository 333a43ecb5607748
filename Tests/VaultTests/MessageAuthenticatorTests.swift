import Model
import Support
import Testing
import Vault

@Suite("HMAC-SHA-256 (RFC 2104)")
struct MessageAuthenticatorTests {
    private static func repeated(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }

    @Test(
        "the cases of RFC 4231 that are not truncated",
        arguments: [
            (
                repeated(0x0B, 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                repeated(0xAA, 20), repeated(0xDD, 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), repeated(0xCD, 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                repeated(0xAA, 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                repeated(0xAA, 131),
                Array(
                    """
                    This is a test using a larger than block-size key and a larger than block-size data. \
                    The key needs to be hashed before being used by the HMAC algorithm.
                    """.utf8),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
        ])
    func published(key: [UInt8], message: [UInt8], tag: String) throws {
        let authenticator = try MessageAuthenticator(key: SecretBytes(copying: key))
        let found = try authenticator.tag(message)
        #expect(found.hex == tag)
    }

    /// H((K ⊕ opad) ‖ H((K ⊕ ipad) ‖ message)), word for word from RFC 2104 section 2.
    private static func definition(key: [UInt8], message: [UInt8]) throws -> Digest {
        let short = key.count > 64 ? try SHA256.digest(of: key).bytes : key
        let block = short + repeated(0, 64 - short.count)
        let inner = try SHA256.digest(of: block.map { $0 ^ 0x36 } + message)
        return try SHA256.digest(of: block.map { $0 ^ 0x5C } + inner.bytes)
    }

    @Test("one prepared key gives many messages the tags of the definition, the empty key and message included")
    func definition() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for keyLength in Array(0...2) + Array(62...66) + [32, 127, 128, 129] {
            let key = generator.bytes(keyLength)
            let authenticator = try MessageAuthenticator(key: SecretBytes(copying: key))
            for messageLength in [0, 1, 31, 55, 56, 63, 64, 65, 200, 0] {
                let message = generator.bytes(messageLength)
                let tag = try authenticator.tag(message)
                #expect(try tag == Self.definition(key: key, message: message), "seed \(seed), key of \(keyLength)")
            }
        }
    }

    @Test("a collection without contiguous storage has the same tag as an array")
    func otherCollections() throws {
        let authenticator = try MessageAuthenticator(key: SecretBytes(copying: [1, 2, 3]))
        let message: [UInt8] = [9, 8, 7, 6]
        let array = try authenticator.tag(message)
        let reversed = try authenticator.tag([6, 7, 8, 9].reversed() as ReversedCollection<[UInt8]>)
        let slice = try authenticator.tag(([0] + message + [0])[1..<5])
        #expect(array == reversed)
        #expect(array == slice)
    }

    @Test(
        "many tags at once are the beginnings of the single ones, for short and long messages", arguments: [1, 16, 32])
    func many(length: Int) throws {
        var random = SeededGenerator(seed: 11)
        let authenticator = try MessageAuthenticator(key: SecretBytes(copying: random.bytes(32)))
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for count in [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 300] {
            ranges.append(bytes.count..<(bytes.count + count))
            bytes += random.bytes(count)
        }
        let tags = try authenticator.tags(of: bytes, at: ranges, length: length)
        #expect(tags == (try ranges.flatMap { try authenticator.tag(bytes[$0]).bytes.prefix(length) }))
        #expect(try authenticator.tags(of: bytes, at: [], length: length).isEmpty)
        #expect(throws: VaultError.self) {
            try authenticator.tags(of: bytes, at: [0..<(bytes.count + 1)], length: length)
        }
        #expect(throws: VaultError.self) { try authenticator.tags(of: bytes, at: ranges, length: 33) }
    }
}
