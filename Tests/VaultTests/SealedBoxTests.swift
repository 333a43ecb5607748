import Model
import Support
import Testing

@testable import Vault

@Suite("Sealed boxes")
struct SealedBoxTests {
    static let record: [UInt8] = Array(0..<16)
    static let secret = Array("SG.an-api-key-of-no-account".utf8)

    static func label(
        tenant: String = "local", table: String = "secrets", record: [UInt8] = record, field: String = "api_key",
        version: UInt64 = 1
    ) -> SecretLabel {
        SecretLabel(tenant: tenant, table: table, record: record, field: field, version: version)
    }

    static func key(_ byte: UInt8 = 0x42, version: UInt32 = 1) throws(VaultError) -> KeyEncryptionKey {
        KeyEncryptionKey(version: version, bytes: try SecretBytes(copying: [UInt8](repeating: byte, count: 32)))
    }

    static func seal(_ secret: [UInt8] = secret) throws(VaultError) -> SealedBox {
        try SealedBox.seal(SecretBytes(copying: secret), label: label(), under: key())
    }

    /// What comes of parsing and opening `bytes`.
    static func open(
        _ bytes: [UInt8], label: SecretLabel = label(), key byte: UInt8 = 0x42, version: UInt32 = 1
    ) -> Result<[UInt8], VaultError> {
        Result { () throws(VaultError) in
            try SealedBox(parsing: bytes).open(label: label, under: key(byte, version: version)).revealed()
        }
    }

    @Test("what was sealed opens, whatever its length", arguments: [0, 1, 15, 16, 17, 69, 4096])
    func roundTrip(count: Int) throws {
        let secret = [UInt8](repeating: 0x5A, count: count)
        let box = try Self.seal(secret)
        #expect(Self.open(box.bytes) == .success(secret))
        #expect(try SealedBox(parsing: box.bytes) == box)
    }

    @Test("the bytes are those of the format EXS1, opened here part by part")
    func layout() throws {
        let bytes = try Self.seal().bytes
        #expect(bytes.count == 4 + 1 + 4 + 4 + 40 + 32 + 12 + Self.secret.count + 16)
        #expect(Array(bytes[0..<13]) == Array("EXS1".utf8) + [1] + [0, 0, 0, 1] + [0, 0, 0, 1])
        let kek = try SecretBytes(copying: [UInt8](repeating: 0x42, count: 32))
        let dataKey = try KeyWrap.unwrap(Array(bytes[13..<53]), with: kek)
        let (commitment, nonce, rest) = (Array(bytes[53..<85]), Array(bytes[85..<97]), Array(bytes[97...]))
        let derived = try KeyDerivation.hkdfSHA256(ikm: dataKey, salt: nonce, info: Self.purpose, count: 64).revealed()
        #expect(Array(derived[32...]) == commitment)
        let data = Self.associatedData(commitment: commitment, nonce: nonce)
        let opened = try AESGCM.open(
            rest, key: SecretBytes(copying: Array(derived[..<32])), nonce: nonce, authenticating: data
        ).revealed()
        #expect(opened == Self.secret)
    }

    private static let purpose = Array("exporter/secret/v1".utf8)

    /// What a box under ``label(tenant:table:record:field:version:)`` is bound to, written out.
    private static func associatedData(commitment: [UInt8], nonce: [UInt8]) -> [UInt8] {
        var data: [UInt8] = [0, 0, 0, 18] + purpose + [1]
        for part in [Array("local".utf8), Array("secrets".utf8), record, Array("api_key".utf8)] {
            data += [0, 0, 0, UInt8(part.count)] + part
        }
        return data + [0, 0, 0, 0, 0, 0, 0, 1] + commitment + nonce
    }

    @Test("a box that does not commit to its own key is refused, even if whoever has that key made all else fit")
    func commitment() throws {
        let kek = try SecretBytes(copying: [UInt8](repeating: 0x42, count: 32))
        let dataKey = try SecretBytes.random(count: 32)
        let nonce = try RandomBytes.make(count: 12)
        let derived = try KeyDerivation.hkdfSHA256(ikm: dataKey, salt: nonce, info: Self.purpose, count: 64).revealed()
        let messageKey = try SecretBytes(copying: Array(derived[..<32]))
        let header = Array("EXS1".utf8) + [1] + [0, 0, 0, 1] + [0, 0, 0, 1] + (try KeyWrap.wrap(dataKey, with: kek))
        func box(commitment: [UInt8]) throws -> [UInt8] {
            let data = Self.associatedData(commitment: commitment, nonce: nonce)
            let sealed = try AESGCM.seal(
                SecretBytes(copying: Self.secret), key: messageKey, nonce: nonce, authenticating: data)
            return header + commitment + nonce + sealed
        }
        #expect(Self.open(try box(commitment: Array(derived[32...]))) == .success(Self.secret))
        #expect(Self.open(try box(commitment: Array(derived[..<32]))) == .failure(.authentication))
    }

    @Test("two seals of one secret share nothing but the header")
    func sealsDiffer() throws {
        let (first, second) = (try Self.seal().bytes, try Self.seal().bytes)
        let parts = [13..<53, 53..<85, 85..<97, 97..<(97 + Self.secret.count), (first.count - 16)..<first.count]
        for part in parts {
            #expect(first[part] != second[part], "bytes \(part)")
        }
    }

    @Test("one changed bit anywhere is refused")
    func bitFlips() throws {
        let box = try Self.seal()
        for (bit, flipped) in oneBitFlips(of: box.bytes) {
            // Magic, algorithm and the key's identifier are read without a key; all else is what a key proves.
            let expected: VaultError = bit < 9 * 8 ? .malformed(what: "a sealed secret") : .authentication
            #expect(Self.open(flipped) == .failure(expected), "bit \(bit)")
        }
    }

    @Test("every truncation and a byte more are refused")
    func truncations() throws {
        let bytes = try Self.seal().bytes
        for count in 0..<bytes.count {
            let expected: VaultError = count < 113 ? .malformed(what: "a sealed secret") : .authentication
            #expect(Self.open(Array(bytes.prefix(count))) == .failure(expected), "\(count) bytes")
        }
        #expect(Self.open(bytes + [0]) == .failure(.authentication))
    }

    @Test("a tag cut short is refused at every length", arguments: [15, 12, 8, 4, 1, 0])
    func truncatedTag(length: Int) throws {
        let bytes = try Self.seal().bytes
        #expect(Self.open(Array(bytes.dropLast(16 - length))) == .failure(.authentication))
    }

    @Test(
        "a box does not open under the label of another place",
        arguments: [
            label(tenant: "other"), label(table: "others"), label(record: [1] + Array(record.dropFirst())),
            label(field: "subject_key"), label(version: 2), label(version: 0), label(tenant: ""), label(record: []),
            // The same characters, divided otherwise: the lengths are part of the label.
            label(tenant: "locals", table: "ecrets"), label(tenant: "loca", table: "lsecrets"),
            label(tenant: "secrets", table: "local"), label(table: "", field: "secretsapi_key"),
            label(record: record + [0x61], field: "pi_key"),
        ])
    func labels(other: SecretLabel) throws {
        #expect(Self.open(try Self.seal().bytes, label: other) == .failure(.authentication))
    }

    @Test("no two labels have one encoding")
    func labelsAreInjective() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        var seen: [[UInt8]: [String]] = [:]
        for _ in 0..<5000 {
            let parts = (0..<4).map { _ in
                String(repeating: "a", count: Int.random(in: 0...3, using: &generator))
            }
            let encoded = SecretLabel(
                tenant: parts[0], table: parts[1], record: Array(parts[2].utf8), field: parts[3], version: 0
            ).encoded
            #expect(seen.updateValue(parts, forKey: encoded) ?? parts == parts, "seed \(seed)")
        }
        #expect(seen.count > 200)
    }

    @Test("another key, and the right key under another version, do not open a box")
    func otherKeys() throws {
        let bytes = try Self.seal().bytes
        #expect(Self.open(bytes, key: 0x43) == .failure(.authentication))
        #expect(Self.open(bytes, version: 2) == .failure(.authentication))
    }

    @Test("the wrapped key, commitment, nonce or ciphertext of another box, under the same label, do not fit")
    func transplants() throws {
        let (ours, theirs) = (try Self.seal().bytes, try Self.seal().bytes)
        for part in [13..<53, 53..<85, 85..<97, 97..<ours.count, 53..<97] {
            var mixed = ours
            mixed.replaceSubrange(part, with: theirs[part])
            #expect(Self.open(mixed) == .failure(.authentication), "bytes \(part)")
        }
    }

    @Test("a rewrapped box opens under the new key alone, and its inner part is untouched")
    func rewrap() throws {
        let box = try Self.seal()
        let rewrapped = try box.rewrapped(from: Self.key(), to: Self.key(0x43, version: 2))
        #expect(rewrapped.keyVersion == 2)
        #expect(rewrapped.bytes[53...] == box.bytes[53...])
        #expect(Self.open(rewrapped.bytes, key: 0x43, version: 2) == .success(Self.secret))
        #expect(Self.open(rewrapped.bytes) == .failure(.authentication))
        #expect(Self.open(rewrapped.bytes, key: 0x42, version: 2) == .failure(.authentication))
        let third = try rewrapped.rewrapped(from: Self.key(0x43, version: 2), to: Self.key(0x44, version: 3))
        #expect(Self.open(third.bytes, key: 0x44, version: 3) == .success(Self.secret))
    }

    @Test("a box is not rewrapped from a key it is not wrapped under")
    func rewrapFromAnotherKey() throws {
        let box = try Self.seal()
        for (byte, version) in [(0x43, 1), (0x42, 2)] as [(UInt8, UInt32)] {
            let refusal = failure { () throws(VaultError) in
                _ = try box.rewrapped(from: Self.key(byte, version: version), to: Self.key(0x44, version: 3))
            }
            #expect(refusal == .authentication)
        }
    }

    @Test("a wrapped key of fewer than 32 bytes, which fills as many, is refused")
    func shortDataKey() throws {
        var bytes = try Self.seal().bytes
        let kek = try SecretBytes(copying: [UInt8](repeating: 0x42, count: 32))
        bytes.replaceSubrange(13..<53, with: try KeyWrap.wrap(SecretBytes.random(count: 31), with: kek))
        #expect(Self.open(bytes) == .failure(.authentication))
        let refusal = failure { () throws(VaultError) in
            _ = try SealedBox(parsing: bytes).rewrapped(from: Self.key(), to: Self.key(0x43, version: 2))
        }
        #expect(refusal == .authentication)
    }

    @Test("a secret of 1 MiB is sealed and one byte more is not")
    func longestSecret() throws {
        let box = try Self.seal([UInt8](repeating: 1, count: 1 << 20))
        #expect(try SealedBox(parsing: box.bytes) == box)
        let refusal = failure { () throws(VaultError) in _ = try Self.seal([UInt8](repeating: 1, count: (1 << 20) + 1))
        }
        #expect(refusal == .tooLong(what: "a secret to seal", limit: 1 << 20, found: (1 << 20) + 1))
        #expect(Self.open(box.bytes + [0]) == .failure(.malformed(what: "a sealed secret")))
    }

    @Test("a box says nothing of its secret, and neither does the error of opening it")
    func boxIsSilent() throws {
        let box = try Self.seal([UInt8](repeating: 0x41, count: 64))
        var dumped = ""
        dump(box, to: &dumped)
        for text in [String(describing: box), dumped] {
            #expect(!text.contains("65, 65, 65"))
        }
        let windows = (0...(box.bytes.count - 4)).map { Array(box.bytes[$0..<($0 + 4)]) }
        #expect(!windows.contains([0x41, 0x41, 0x41, 0x41]))
        #expect(!VaultError.authentication.description.contains("AAAA"))
    }

    @Test("a thousand boxes are sealed and opened at once, each with its own secret")
    func concurrency() async throws {
        let count = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<1000 {
                group.addTask {
                    let secret = Array("secret \(number)".utf8)
                    let label = Self.label(version: UInt64(number))
                    let box = try SealedBox.seal(SecretBytes(copying: secret), label: label, under: Self.key())
                    await Task.yield()
                    let neighbour = Self.label(version: UInt64(number + 1))
                    return Self.open(box.bytes, label: label) == .success(secret)
                        && Self.open(box.bytes, label: neighbour) == .failure(.authentication)
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(count == 1000)
    }
}
