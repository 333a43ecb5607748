internal import COpenSSL
internal import FoundationEssentials

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
        return "-----BEGIN PUBLIC KEY-----\n\(Data(prefix + publicKey).base64EncodedString())\n-----END PUBLIC KEY-----\n"
    }

    /// Whether `signature` (64 bytes) is one of `message` under `publicKey` (32 bytes). Another length is simply no.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func isValid(
        signature: [UInt8], of message: [UInt8], publicKey: [UInt8]
    ) throws(VaultError) -> Bool {
        guard signature.count == 64, publicKey.count == 32 else { return false }
        let pointer = unsafe publicKey.withBytes { bytes, count in
            unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, count)
        }
        guard let pointer = unsafe pointer else {
            ERR_clear_error()
            return false
        }
        return unsafe try EVPKey(owning: pointer).verifies(signature, message, digest: nil)
    }
}
