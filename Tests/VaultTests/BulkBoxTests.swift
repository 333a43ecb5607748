import Testing
import Vault

@Suite("Boxes for many bytes")
struct BulkBoxTests {
    private static let label = Array("part/7".utf8)

    private static func key(_ byte: UInt8 = 1) throws -> SecretBytes {
        try SecretBytes(copying: [UInt8](repeating: byte, count: 32))
    }

    @Test(
        "what is sealed comes back, of any length; twice the same is sealed differently",
        arguments: [0, 1, 33, 2_000_000])
    func roundTrip(count: Int) throws {
        let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let box = try BulkBox.seal(plaintext, key: Self.key(), label: Self.label)
        #expect(box.count == count + 28)
        #expect(try BulkBox.open(box, key: Self.key(), label: Self.label) == plaintext)
        #expect(try BulkBox.seal(plaintext, key: Self.key(), label: Self.label) != box)
    }

    @Test("another key, another label, a changed byte or a short box does not open")
    func refused() throws {
        let box = try BulkBox.seal(Array("three@example.com".utf8), key: Self.key(), label: Self.label)
        func opens(_ box: [UInt8], _ byte: UInt8 = 1, _ label: [UInt8] = Self.label) throws -> Bool {
            let key = try Self.key(byte)
            return (try? BulkBox.open(box, key: key, label: label)) != nil
        }
        #expect(try opens(box))
        #expect(try !opens(box, 2))
        #expect(try !opens(box, 1, Array("part/8".utf8)))
        for index in box.indices {
            var changed = box
            changed[index] ^= 1
            #expect(try !opens(changed))
        }
        for count in 0..<box.count { #expect(try !opens(Array(box.prefix(count)))) }
    }
}
