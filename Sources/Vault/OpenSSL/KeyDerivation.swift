internal import COpenSSL

/// HKDF with SHA-256, RFC 5869.
public enum KeyDerivation {
    /// Derives `count` bytes from `ikm`; at most 255 times 32 (RFC 5869 section 2.3).
    ///
    /// An empty salt is the salt of zeros (section 2.2); `info` has at most 1,024 bytes.
    /// - Throws: ``VaultError/length(what:expected:found:)``, ``VaultError/tooLong(what:limit:found:)``,
    ///   ``VaultError/openSSL(operation:detail:)``.
    public static func hkdfSHA256(
        ikm: borrowing SecretBytes, salt: [UInt8], info: [UInt8], count: Int
    ) throws(VaultError) -> SecretBytes {
        guard count >= 1 else { throw .length(what: "a derived key", expected: 32, found: count) }
        guard count <= longestOutput else { throw .tooLong(what: "a derived key", limit: longestOutput, found: count) }
        // OpenSSL keeps a fixed buffer for it, whose size depends on the version.
        guard info.count <= longestInfo else {
            throw .tooLong(what: "HKDF info", limit: longestInfo, found: info.count)
        }
        let context = try KDFContext()
        return unsafe try SecretBytes(count: count) { (out) throws(VaultError) in
            let output = unsafe out.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe try ikm.withPointer { (key, keyCount) throws(VaultError) in
                unsafe try salt.withBytes { (salt, saltCount) throws(VaultError) in
                    unsafe try info.withBytes { (info, infoCount) throws(VaultError) in
                        try check("derive a key") {
                            unsafe waybill_hkdf_sha256(
                                context.pointer, key, keyCount, salt, saltCount, info, infoCount, output, count)
                        }
                    }
                }
            }
        }
    }

    private static let longestOutput = 255 * 32
    private static let longestInfo = 1024
}

/// Owns an `EVP_KDF_CTX` for HKDF, which extracts and expands unless told otherwise.
@safe private final class KDFContext {
    let pointer: OpaquePointer

    init() throws(VaultError) {
        let algorithm = try Algorithms.hkdf.get()
        unsafe pointer = try require("make a key derivation context") {
            unsafe EVP_KDF_CTX_new(algorithm.pointer)
        }
    }

    deinit { unsafe EVP_KDF_CTX_free(pointer) }
}
