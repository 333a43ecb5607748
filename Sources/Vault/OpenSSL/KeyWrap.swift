internal import COpenSSL

/// AES-256 key wrap with padding, RFC 5649: encrypts keys under a key, without a nonce, with 32 bits of integrity.
public enum KeyWrap {
    /// Wraps `secret`, of 1 to 65,536 bytes.
    /// - Throws: ``VaultError/length(what:expected:found:)``, ``VaultError/tooLong(what:limit:found:)``,
    ///   ``VaultError/openSSL(operation:detail:)``.
    public static func wrap(
        _ secret: borrowing SecretBytes, with key: borrowing SecretBytes
    ) throws(VaultError) -> [UInt8] {
        guard (1...65_536).contains(secret.count) else {
            throw secret.count == 0
                ? .length(what: "a key to wrap", expected: 32, found: 0)
                : .tooLong(what: "a key to wrap", limit: 65_536, found: secret.count)
        }
        let context = try begin(key, encrypting: true)
        let length = try cInt(secret.count, "a key to wrap")
        var wrapped = [UInt8](repeating: 0, count: (secret.count + 7) / 8 * 8 + 8)
        var written: Int32 = 0
        unsafe try secret.withPointer { (bytes, _) throws(VaultError) in
            try check("wrap a key") {
                unsafe EVP_EncryptUpdate(context.pointer, &wrapped, &written, bytes, length)
            }
        }
        guard Int(written) == wrapped.count else { throw .malformed(what: "a wrapped key") }
        return wrapped
    }

    /// Unwraps what ``wrap(_:with:)`` made.
    /// - Throws: ``VaultError/authentication`` if it was altered or wrapped under another key;
    ///   ``VaultError/length(what:expected:found:)`` for a length that no wrapped key has.
    public static func unwrap(
        _ wrapped: [UInt8], with key: borrowing SecretBytes
    ) throws(VaultError) -> SecretBytes {
        guard wrapped.count >= 16, wrapped.count <= 65_544, wrapped.count.isMultiple(of: 8) else {
            throw .length(what: "a wrapped key", expected: 40, found: wrapped.count)
        }
        let context = try begin(key, encrypting: false)
        let length = try cInt(wrapped.count, "a wrapped key")
        var written: Int32 = 0
        // OpenSSL writes whole blocks before it cuts the padding off.
        let room = unsafe try SecretBytes(count: wrapped.count) { (out) throws(VaultError) in
            unsafe try wrapped.withBytes { (bytes, _) throws(VaultError) in
                ERR_clear_error()
                let result = unsafe EVP_DecryptUpdate(
                    context.pointer, out.baseAddress?.assumingMemoryBound(to: UInt8.self), &written, bytes, length)
                guard result == 1, written > 0 else {
                    ERR_clear_error()
                    throw .authentication
                }
            }
        }
        return try room.slice(0..<Int(written))
    }

    private static func begin(
        _ key: borrowing SecretBytes, encrypting: Bool
    ) throws(VaultError) -> CipherContext {
        guard key.count == 32 else { throw .length(what: "a key encryption key", expected: 32, found: key.count) }
        let algorithm = try Algorithms.aes256WrapPad.get()
        let context = try CipherContext()
        // Asked for by the documentation of EVP_CIPHER_CTX_set_flags, though 3.0 works without.
        unsafe EVP_CIPHER_CTX_set_flags(context.pointer, Int32(EVP_CIPHER_CTX_FLAG_WRAP_ALLOW))
        unsafe try key.withPointer { (bytes, _) throws(VaultError) in
            try check("begin a key wrap") {
                unsafe EVP_CipherInit_ex(context.pointer, algorithm.pointer, nil, bytes, nil, encrypting ? 1 : 0)
            }
        }
        return context
    }
}
