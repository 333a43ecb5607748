import FoundationEssentials
import Model
import Support
import Testing
import Vault

@Suite("SHA-2 (FIPS 180-4)")
struct HashingTests {
    @Test(
        "SHA-256 of the messages of the standard",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ])
    func standard(message: String, digest: String) throws {
        let bytes = Array(message.utf8)
        #expect(try SHA256.digest(of: bytes).hex == digest)
        let fromBuffer = try bytes.withUnsafeBytes { try SHA256.digest(of: $0).hex }
        #expect(fromBuffer == digest)
    }

    @Test("a hasher gives the same digest for every way of cutting a message up")
    func pieces() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let message = generator.bytes(Int.random(in: 0...300, using: &generator))
            var hasher = try SHA256.Hasher()
            var rest = message[...]
            while !rest.isEmpty {
                // Empty pieces, too.
                let piece = rest.prefix(Int.random(in: 0...80, using: &generator))
                try hasher.update(Array(piece))
                rest = rest.dropFirst(piece.count)
            }
            let digest = try hasher.finish()
            #expect(try digest == SHA256.digest(of: message), "seed \(seed)")
        }
    }

    @Test(
        "SHA-512 of the messages of the standard",
        arguments: [
            (
                "",
                """
                cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
                47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e
                """
            ),
            (
                "abc",
                """
                ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
                """
            ),
        ])
    func standard512(message: String, digest: String) throws {
        #expect(try Hex.encode(SHA512.digest(of: Array(message.utf8))) == digest)
    }

    @Test("SHA-512 of every short message of the NIST programme (CAVS 11.0)")
    func sha512() throws {
        let text = String(decoding: try PublishedVectors.read("Hash/SHA2/SHA512ShortMsg.rsp"), as: UTF8.self)
        var length = 0
        var message: [UInt8] = []
        var count = 0
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: " ").map(String.init)
            guard parts.count == 3, parts[1] == "=" else { continue }
            switch parts[0] {
            case "Len": length = try #require(Int(parts[2])) / 8
            // The empty message is written as one zero byte.
            case "Msg": message = Array(try hex(parts[2]).prefix(length))
            case "MD":
                #expect(try Hex.encode(SHA512.digest(of: message)) == parts[2], "a message of \(length) bytes")
                count += 1
            default: break
            }
        }
        #expect(count == 129)
    }
}
