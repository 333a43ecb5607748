internal import COpenSSL

/// Verification of ECDSA signatures over P-256 with SHA-256, FIPS 186-5.
public enum ECDSAP256 {
    /// Whether the numbers `r` and `s`, big-endian, are a signature of `message` under `publicKey`, the 65-byte
    /// uncompressed point (SEC 1 section 2.3.3).
    ///
    /// A point off the curve is no key, and nothing verifies under it.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func isValid(
        r: [UInt8], s: [UInt8], of message: [UInt8], publicKey: [UInt8]
    ) throws(VaultError) -> Bool {
        guard let r = number(r), let s = number(s) else { return false }
        return try isValid(derSignature: sequence(r + s), of: message, publicKey: publicKey)
    }

    /// Whether a DER-encoded signature (RFC 3279 section 2.2.3) is one of `message` under `publicKey`.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func isValid(
        derSignature: [UInt8], of message: [UInt8], publicKey: [UInt8]
    ) throws(VaultError) -> Bool {
        guard publicKey.count == 65, publicKey[0] == 4, derSignature.count <= 80 else { return false }
        guard let key = try key(publicKey) else { return false }
        return try key.verifies(derSignature, message, digest: Algorithms.sha256.get())
    }

    /// An INTEGER of DER (X.690 section 8.3), or nil for zero and for a number of more than 256 bits.
    ///
    /// The input is unsigned; the leading zero byte that an SSH mpint (RFC 4251 section 5) needs is allowed.
    private static func number(_ bytes: [UInt8]) -> [UInt8]? {
        let magnitude = Array(bytes.drop { $0 == 0 })
        guard !magnitude.isEmpty, magnitude.count <= 32, bytes.count <= 33 else { return nil }
        let padded = magnitude[0] & 0x80 == 0 ? magnitude : [0] + magnitude
        return [0x02, UInt8(padded.count)] + padded
    }

    private static func sequence(_ content: [UInt8]) -> [UInt8] { [0x30, UInt8(content.count)] + content }

    private static func key(_ point: [UInt8]) throws(VaultError) -> EVPKey? {
        let context = try KeyContext()
        try check("begin to read a P-256 key") { unsafe EVP_PKEY_fromdata_init(context.pointer) }
        var point = point
        var key: OpaquePointer?
        ERR_clear_error()
        let result = unsafe waybill_p256_public_key(context.pointer, &point, point.count, &key)
        ERR_clear_error()
        guard result == 1 else { return nil }
        return unsafe key.map { unsafe EVPKey(owning: $0) }
    }
}

/// Owns an `EVP_PKEY_CTX` for EC keys.
@safe private final class KeyContext {
    let pointer: OpaquePointer

    init() throws(VaultError) {
        unsafe pointer = try require("make a key context") { unsafe EVP_PKEY_CTX_new_from_name(nil, "EC", nil) }
    }

    deinit { unsafe EVP_PKEY_CTX_free(pointer) }
}
