internal import COpenSSL

/// An Ed25519 private key, RFC 8032.
public struct SigningKey: Sendable {
    private let key: EVPKey
    /// The public key, 32 bytes.
    public let publicKey: [UInt8]

    /// A new key.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func generate() throws(VaultError) -> SigningKey {
        try SigningKey(seed: SecretBytes.random(count: 32))
    }

    /// The key with this 32-byte seed (RFC 8032 section 5.1.5).
    /// - Throws: ``VaultError/length(what:expected:found:)``, ``VaultError/openSSL(operation:detail:)``.
    public init(seed: borrowing SecretBytes) throws(VaultError) {
        guard seed.count == 32 else { throw .length(what: "an Ed25519 seed", expected: 32, found: seed.count) }
        let key = unsafe try seed.withPointer { (bytes, count) throws(VaultError) in
            unsafe EVPKey(
                owning: try unsafe require("read an Ed25519 key") {
                    unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, bytes, count)
                })
        }
        var publicKey = [UInt8](repeating: 0, count: 32)
        var length = 32
        try check("derive a public key") {
            unsafe EVP_PKEY_get_raw_public_key(key.pointer, &publicKey, &length)
        }
        self.key = key
        self.publicKey = publicKey
    }

    /// The seed, to be sealed.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public func seed() throws(VaultError) -> SecretBytes {
        unsafe try SecretBytes(count: 32) { (out) throws(VaultError) in
            var length = 32
            try check("read a seed") {
                unsafe EVP_PKEY_get_raw_private_key(
                    key.pointer, out.baseAddress?.assumingMemoryBound(to: UInt8.self), &length)
            }
        }
    }

    /// The 64-byte signature of `message`.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public func sign(_ message: [UInt8]) throws(VaultError) -> [UInt8] {
        let context = try DigestContext()
        try check("begin a signature") {
            unsafe EVP_DigestSignInit(context.pointer, nil, nil, nil, key.pointer)
        }
        var signature = [UInt8](repeating: 0, count: 64)
        var length = 64
        unsafe try message.withBytes { (bytes, count) throws(VaultError) in
            // One shot: Ed25519 hashes the message twice, and has no update and final.
            try check("sign") {
                unsafe EVP_DigestSign(context.pointer, &signature, &length, bytes, count)
            }
        }
        guard length == 64 else { throw .length(what: "a signature", expected: 64, found: length) }
        return signature
    }
}

/// Verification of Ed25519 signatures, RFC 8032 section 5.1.7.
public enum Ed25519 {
    /// The public key as SubjectPublicKeyInfo in PEM (RFC 8410 section 4), for `openssl pkeyutl`.
    public static func pem(publicKey: [UInt8]) -> String {
        let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        return "-----BEGIN PUBLIC KEY-----\n\(base64(prefix + publicKey))\n-----END PUBLIC KEY-----\n"
    }

    /// Base 64, RFC 4648 section 4, in one line: the 44 bytes of a key do not fill one of PEM's 64 characters.
    private static func base64(_ bytes: [UInt8]) -> String {
        // Four characters for three bytes, and the zero that OpenSSL ends them with.
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        unsafe EVP_EncodeBlock(&text, bytes, Int32(truncatingIfNeeded: bytes.count))
        return String(decoding: text.dropLast(), as: UTF8.self)
    }

    /// Whether `signature` (64 bytes) is one of `message` under `publicKey` (32 bytes).
    ///
    /// Another length is simply no, and so is a key that is not the one encoding of its point (RFC 8032 section 5.1.3) or
    /// that binds nobody.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func isValid(
        signature: [UInt8], of message: [UInt8], publicKey: [UInt8]
    ) throws(VaultError) -> Bool {
        guard signature.count == 64, publicKey.count == 32, isBinding(publicKey) else { return false }
        let pointer = unsafe publicKey.withBytes { bytes, count in
            unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, count)
        }
        guard let pointer = unsafe pointer else {
            ERR_clear_error()
            return false
        }
        return unsafe try EVPKey(owning: pointer).verifies(signature, message, digest: nil)
    }

    /// Whether the point is encoded as it must be and is none of the eight of small order.
    ///
    /// Under those, anybody can make a signature that fits; OpenSSL takes them, and an administrator could disown a
    /// consent.
    public static func isBinding(_ publicKey: [UInt8]) -> Bool {
        // Little-endian; the top bit is the sign of x and says nothing here.
        var y = publicKey
        y[31] &= 0x7F
        let isReduced = y[0] < 0xED || y[31] != 0x7F || y[1..<31].contains { $0 != 0xFF }
        return isReduced && !smallOrder.contains(y)
    }

    /// The y coordinates of the eight points of small order: 1 (order 1), -1 (2), 0 (4), and the two with
    /// d·y⁴ + 2·y² = 1 (8), for which the double has the y of order 4.
    private static let smallOrder: Set<[UInt8]> = [
        [1] + [UInt8](repeating: 0, count: 31),
        [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        [UInt8](repeating: 0, count: 32),
        [
            0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
            0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
        ],
        [
            0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
            0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
        ],
    ]
}
