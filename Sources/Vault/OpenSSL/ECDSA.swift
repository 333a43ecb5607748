internal import COpenSSL

/// Verification of ECDSA signatures over the NIST curves, FIPS 186-5, each with the hash that SSH gives it (RFC 5656
/// section 6.2.1).
public enum ECDSA {
    /// A curve.
    public enum Curve: Sendable, CaseIterable {
        /// NIST P-256, with SHA-256.
        case p256
        /// NIST P-384, with SHA-384.
        case p384
        /// NIST P-521, with SHA-512.
        case p521

        /// How many bytes a coordinate, or a number of a signature, has at most.
        public var width: Int {
            switch self {
            case .p256: 32
            case .p384: 48
            case .p521: 66
            }
        }

        /// OpenSSL's name of it.
        fileprivate var group: String {
            switch self {
            case .p256: "prime256v1"
            case .p384: "secp384r1"
            case .p521: "secp521r1"
            }
        }

        fileprivate var hash: Result<Fetched, VaultError> {
            switch self {
            case .p256: Algorithms.sha256
            case .p384: Algorithms.sha384
            case .p521: Algorithms.sha512
            }
        }
    }

    /// Whether the numbers `r` and `s`, big-endian, are a signature of `message` under `publicKey`, the uncompressed point
    /// (SEC 1 section 2.3.3).
    ///
    /// A point off the curve is no key, and nothing verifies under it.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func isValid(
        r: [UInt8], s: [UInt8], of message: [UInt8], publicKey: [UInt8], curve: Curve = .p256
    ) throws(VaultError) -> Bool {
        guard let r = number(r, curve.width), let s = number(s, curve.width) else { return false }
        return try isValid(derSignature: DER.sequence(r + s), of: message, publicKey: publicKey, curve: curve)
    }

    /// Whether a DER-encoded signature (RFC 3279 section 2.2.3) is one of `message` under `publicKey`.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func isValid(
        derSignature: [UInt8], of message: [UInt8], publicKey: [UInt8], curve: Curve = .p256
    ) throws(VaultError) -> Bool {
        // Two numbers with their heads, and the head of the sequence.
        guard derSignature.count <= 2 * (curve.width + 4) + 8, let key = try key(publicKey, curve) else { return false }
        return try key.verifies(derSignature, message, digest: curve.hash.get())
    }

    /// Whether `point` is a public key: uncompressed, and on the curve.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func isKey(_ point: [UInt8], curve: Curve) throws(VaultError) -> Bool { try key(point, curve) != nil }

    /// An INTEGER of DER, or nil for zero and for a number that is too large.
    ///
    /// The input is unsigned; the leading zero byte that an SSH mpint (RFC 4251 section 5) needs is allowed.
    private static func number(_ bytes: [UInt8], _ width: Int) -> [UInt8]? {
        let magnitude = Array(bytes.drop { $0 == 0 })
        guard !magnitude.isEmpty, magnitude.count <= width, bytes.count <= width + 1 else { return nil }
        return DER.integer(magnitude)
    }

    private static func key(_ point: [UInt8], _ curve: Curve) throws(VaultError) -> EVPKey? {
        guard point.count == 1 + 2 * curve.width, point[0] == 4 else { return nil }
        let context = try KeyContext("EC")
        try check("begin to read an EC key") { unsafe EVP_PKEY_fromdata_init(context.pointer) }
        var point = point
        var key: OpaquePointer?
        ERR_clear_error()
        let result = unsafe curve.group.withCString { group in
            unsafe waybill_ec_public_key(context.pointer, group, &point, point.count, &key)
        }
        ERR_clear_error()
        guard result == 1 else { return nil }
        return unsafe key.map { unsafe EVPKey(owning: $0) }
    }
}

/// Owns an `EVP_PKEY_CTX` that keys of one kind are read with.
@safe final class KeyContext {
    let pointer: OpaquePointer

    init(_ kind: String) throws(VaultError) {
        unsafe pointer = try require("make a key context") {
            unsafe kind.withCString { unsafe EVP_PKEY_CTX_new_from_name(nil, $0, nil) }
        }
    }

    deinit { unsafe EVP_PKEY_CTX_free(pointer) }
}

/// The few forms of DER (X.690) that keys and signatures take.
enum DER {
    /// An INTEGER of a magnitude without leading zeros.
    static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        element(0x02, (magnitude.first ?? 0) & 0x80 == 0 ? magnitude : [0] + magnitude)
    }

    static func sequence(_ content: [UInt8]) -> [UInt8] { element(0x30, content) }

    /// An element with its tag and length (X.690 section 8.1.3).
    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            count < 0x80
            ? [UInt8(count)]
            : count < 0x100
                ? [0x81, UInt8(count)]
                : [0x82, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        return [tag] + length + content
    }
}
