import Testing

@testable import Sandbox

@Suite("The sandbox's SHA-256")
struct SHA256Tests {
    private static func digest(_ bytes: [UInt8], chunk: Int = .max) -> String {
        var hash = SHA256()
        bytes.withUnsafeBytes { all in
            var start = 0
            while start < all.count {
                let end = min(all.count, chunk == .max ? all.count : start + chunk)
                hash.update(UnsafeRawBufferPointer(rebasing: all[start..<end]))
                start = end
            }
        }
        return hash.hexadecimal()
    }

    @Test(
        "gives the digests of FIPS 180-4's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
        ])
    func examples(text: String, expected: String) {
        #expect(Self.digest(Array(text.utf8)) == expected)
    }

    @Test("gives the digest of a million letters a, in chunks of any size", arguments: [1 << 20, 65_536, 1_000, 63])
    func million(chunk: Int) {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(Self.digest(bytes, chunk: chunk) == expected)
    }

    @Test("does not depend on how the bytes are cut, at every length around the block size")
    func cuts() {
        for length in 0...200 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
            let whole = Self.digest(bytes)
            for chunk in [1, 3, 55, 56, 64, 65] { #expect(Self.digest(bytes, chunk: chunk) == whole) }
        }
    }
}
