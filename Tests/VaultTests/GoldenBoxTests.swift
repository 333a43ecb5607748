import Testing

@testable import Vault

/// A box in the format EXS1 that another implementation made, from the description of the format alone.
///
/// Boxes are kept for years: these bytes must open with every version to come.
@Suite("A sealed box from elsewhere")
struct GoldenBoxTests {
    /// The data key is 80...9F and the nonce C0...CB, which no box of ours would have.
    private static let box = """
        45585331 01 00000001 00000007
        f73fd1e121781074dc70ded0785ab2dc85c9b5e3d2fd1f814964f6345693b85bc0e22f1f049103ec
        bf78638c0d224f76a5311e38aa249e22fb16b8113d4491555f497c320a4e5ba9
        c0c1c2c3c4c5c6c7c8c9cacb
        7a8a6f0e53aee124817481becc9cc5 fc9570767607ce0f5ca6161999f7cf91
        """

    private static func key() throws(VaultError) -> KeyEncryptionKey {
        KeyEncryptionKey(version: 7, bytes: try SecretBytes(copying: Array(0x40...0x5F)))
    }

    @Test("it opens, and has the published length and the version of its key")
    func opens() throws {
        let bytes = try hex(Self.box)
        #expect(bytes.count == 113 + 15)
        let box = try SealedBox(parsing: bytes)
        #expect(box.keyVersion == 7)
        let opened = try box.open(label: SealedBoxTests.label(), under: Self.key()).revealed()
        #expect(String(decoding: opened, as: UTF8.self) == "a golden secret")
    }

    @Test("it does not open under the label of another version")
    func otherLabel() throws {
        let box = try SealedBox(parsing: hex(Self.box))
        let refusal = failure { () throws(VaultError) in
            _ = try box.open(label: SealedBoxTests.label(version: 2), under: Self.key())
        }
        #expect(refusal == .authentication)
    }
}
