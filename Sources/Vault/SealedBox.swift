/// What a sealed secret is bound to; it opens under exactly the same label and no other.
public struct SecretLabel: Sendable, Hashable {
    let encoded: [UInt8]

    /// The place of a secret: whose, in which table, which record (16 bytes), which field, which version.
    public init(tenant: String, table: String, record: [UInt8], field: String, version: UInt64) {
        var bytes: [UInt8] = []
        for part in [Array(tenant.utf8), Array(table.utf8), record, Array(field.utf8)] {
            // Length first: no two labels have the same encoding.
            bytes += BigEndian.bytes(UInt32(truncatingIfNeeded: part.count)) + part
        }
        encoded = bytes + BigEndian.bytes(version)
    }
}

/// A secret at rest: AES-256-GCM under a key of its own, which is wrapped by the key encryption key, with a commitment
/// to that key.
///
/// Layout, integers big-endian. Outer part, replaced on rotation: magic `EXS1`, algorithm (1 byte, 1), key encryption
/// key's identifier (4) and version (4), wrapped data encryption key (40). Inner part, never changed: commitment (32),
/// nonce (12), ciphertext, tag (16). The data encryption key is used for one message; HKDF-SHA-256 with the nonce as salt
/// makes of it the message key and the commitment, without which a ciphertext could be made to open under two keys.
public struct SealedBox: Sendable, Hashable {
    /// All of it, as stored.
    public let bytes: [UInt8]

    private static let magic = Array("EXS1".utf8)
    private static let algorithm: UInt8 = 1
    private static let keyIdentifier: UInt32 = 1
    private static let purpose = Array("exporter/secret/v1".utf8)
    private static let outerLength = 4 + 1 + 4 + 4 + 40
    private static let minimumLength = outerLength + 32 + 12 + 16
    private static let longestSecret = 1 << 20

    /// Takes stored bytes; checks everything that can be checked without a key.
    /// - Throws: ``VaultError/malformed(what:)``.
    public init(parsing bytes: [UInt8]) throws(VaultError) {
        guard bytes.count >= Self.minimumLength, bytes.count <= Self.minimumLength + Self.longestSecret,
            Array(bytes.prefix(4)) == Self.magic, bytes[4] == Self.algorithm,
            Array(bytes[5..<9]) == BigEndian.bytes(Self.keyIdentifier)
        else { throw .malformed(what: "a sealed secret") }
        self.bytes = bytes
    }

    private init(assembled bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The version of the key encryption key it is wrapped under.
    public var keyVersion: UInt32 { bytes[9..<13].reduce(0) { $0 << 8 | UInt32($1) } }

    private var wrappedKey: [UInt8] { Array(bytes[13..<53]) }
    private var inner: ArraySlice<UInt8> { bytes[Self.outerLength...] }

    /// Seals `secret`, of at most 1 MiB.
    /// - Throws: ``VaultError/tooLong(what:limit:found:)``; ``VaultError/openSSL(operation:detail:)``.
    public static func seal(
        _ secret: borrowing SecretBytes, label: SecretLabel, under key: borrowing KeyEncryptionKey
    ) throws(VaultError) -> SealedBox {
        // What is sealed must also parse.
        guard secret.count <= longestSecret else {
            throw .tooLong(what: "a secret to seal", limit: longestSecret, found: secret.count)
        }
        let dataKey = try SecretBytes.random(count: 32)
        let nonce = try RandomBytes.make(count: AESGCM.nonceLength)
        let derived = try derive(dataKey, nonce)
        let sealed = try AESGCM.seal(
            secret, key: derived.messageKey, nonce: nonce,
            authenticating: associated(label, derived.commitment, nonce))
        return SealedBox(assembled: try outer(dataKey, key) + derived.commitment + nonce + sealed)
    }

    /// Opens it.
    ///
    /// Nothing of the plaintext is handed out unless everything fits.
    /// - Throws: ``VaultError/authentication`` for another key or label, or altered bytes.
    public func open(label: SecretLabel, under key: borrowing KeyEncryptionKey) throws(VaultError) -> SecretBytes {
        guard keyVersion == key.version else { throw .authentication }
        let dataKey = try KeyWrap.unwrap(wrappedKey, with: key.bytes)
        guard dataKey.count == 32 else { throw .authentication }
        let commitment = Array(inner.prefix(32))
        let nonce = Array(inner.dropFirst(32).prefix(AESGCM.nonceLength))
        let derived = try Self.derive(dataKey, nonce)
        guard ConstantTime.equal(commitment, derived.commitment) else { throw .authentication }
        return try AESGCM.open(
            Array(inner.dropFirst(32 + AESGCM.nonceLength)), key: derived.messageKey, nonce: nonce,
            authenticating: Self.associated(label, commitment, nonce))
    }

    /// The same secret wrapped under another key encryption key; the secret itself is not opened.
    /// - Throws: ``VaultError/authentication`` if `old` is not the key it is wrapped under.
    public func rewrapped(
        from old: borrowing KeyEncryptionKey, to new: borrowing KeyEncryptionKey
    ) throws(VaultError) -> SealedBox {
        guard keyVersion == old.version else { throw .authentication }
        let dataKey = try KeyWrap.unwrap(wrappedKey, with: old.bytes)
        // 40 wrapped bytes can hold a shorter key as well (RFC 5649 pads).
        guard dataKey.count == 32 else { throw .authentication }
        return SealedBox(assembled: try Self.outer(dataKey, new) + inner)
    }

    private static func outer(
        _ dataKey: borrowing SecretBytes, _ key: borrowing KeyEncryptionKey
    ) throws(VaultError) -> [UInt8] {
        magic + [algorithm] + BigEndian.bytes(keyIdentifier) + BigEndian.bytes(key.version)
            + (try KeyWrap.wrap(dataKey, with: key.bytes))
    }

    private static func derive(
        _ dataKey: borrowing SecretBytes, _ nonce: [UInt8]
    ) throws(VaultError) -> DerivedKeys {
        let both = try KeyDerivation.hkdfSHA256(ikm: dataKey, salt: nonce, info: purpose, count: 64)
        let commitment = unsafe both.withUnsafeBytes { unsafe Array($0[32..<64]) }
        return DerivedKeys(messageKey: try both.slice(0..<32), commitment: commitment)
    }

    private struct DerivedKeys: ~Copyable {
        let messageKey: SecretBytes
        let commitment: [UInt8]
    }

    /// Binds the label, and what makes this sealing its own; not the wrapping, which rotation replaces.
    private static func associated(_ label: SecretLabel, _ commitment: [UInt8], _ nonce: [UInt8]) -> [UInt8] {
        BigEndian.bytes(UInt32(purpose.count)) + purpose + [algorithm] + label.encoded + commitment + nonce
    }
}

/// Integers in network order.
enum BigEndian {
    static func bytes<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
        (0..<(I.bitWidth / 8)).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
