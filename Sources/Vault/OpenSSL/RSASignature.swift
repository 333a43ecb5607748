internal import COpenSSL

/// Verification of RSA signatures with PKCS #1 v1.5 padding (RFC 8017 section 8.2), as SSH has them (RFC 8332).
///
/// With SHA-1 there is none.
public enum RSASignature {
    /// The hashes that SSH's RSA signatures are made with.
    public enum Hash: Sendable {
        /// `rsa-sha2-256`.
        case sha256
        /// `rsa-sha2-512`.
        case sha512
    }

    /// The sizes of a modulus, in bits, that count.
    public static let bits = 3072...16_384

    /// Whether `signature` is one of `message` under the key of this modulus and exponent, big-endian without leading
    /// zeros.
    ///
    /// A key of another size than ``bits``, an even one, and a signature of another length than the modulus are no.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func isValid(
        signature: [UInt8], of message: [UInt8], modulus: [UInt8], exponent: [UInt8], hash: Hash
    ) throws(VaultError) -> Bool {
        guard isKey(modulus: modulus, exponent: exponent), signature.count == modulus.count else { return false }
        // RSAPublicKey (RFC 8017 appendix A.1.1).
        let encoded = DER.sequence(DER.integer(modulus) + DER.integer(exponent))
        let key = unsafe encoded.withBytes { (bytes, count) -> OpaquePointer? in
            var next: UnsafePointer<UInt8>? = unsafe bytes
            return unsafe d2i_PublicKey(EVP_PKEY_RSA, nil, &next, count)
        }
        guard let key = unsafe key else {
            ERR_clear_error()
            return false
        }
        let digest = hash == .sha256 ? Algorithms.sha256 : Algorithms.sha512
        // The padding of v1.5 is what EVP takes for RSA keys unless told otherwise.
        return unsafe try EVPKey(owning: key).verifies(signature, message, digest: digest.get())
    }

    /// Whether these numbers are a key that counts.
    public static func isKey(modulus: [UInt8], exponent: [UInt8]) -> Bool {
        guard let first = modulus.first, first != 0, let last = modulus.last, last & 1 == 1 else { return false }
        let size = modulus.count * 8 - first.leadingZeroBitCount
        // 3 or more, odd, and of no more bits than OpenSSL takes with long moduli.
        guard let low = exponent.last, low & 1 == 1, exponent.first != 0, exponent.count <= 8, exponent != [1] else {
            return false
        }
        return bits.contains(size)
    }
}
