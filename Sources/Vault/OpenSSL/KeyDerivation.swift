internal import COpenSSL

/// HKDF with SHA-256, RFC 5869.
public enum KeyDerivation {
    /// Derives `count` bytes from `ikm`; at most 255 times 32 (RFC 5869 section 2.3).
    /// - Throws: ``VaultError/length(what:expected:found:)`` for another count; ``VaultError/openSSL(operation:detail:)``.
    public static func hkdfSHA256(
        ikm: borrowing SecretBytes, salt: [UInt8], info: [UInt8], count: Int
    ) throws(VaultError) -> SecretBytes {
        guard (1...(255 * 32)).contains(count) else {
            throw .length(what: "a derived key", expected: 255 * 32, found: count)
        }
        // RFC 5869 section 2.2: no salt means a salt of zeros.
        let salt = salt.isEmpty ? [UInt8](repeating: 0, count: 32) : salt
        let prk = try MessageAuthenticator.raw(key: SecretBytes(copying: salt), ikm)
        return unsafe try SecretBytes(count: count) { (out) throws(VaultError) in
            var previous = try SecretBytes(copying: [])
            var written = 0
            var counter: UInt8 = 1
            while written < out.count {
                let block = try expand(prk, previous, info, counter)
                unsafe try block.withPointer { (bytes, length) throws(VaultError) in
                    let take = min(length, out.count - written)
                    for index in 0..<take { unsafe out[written + index] = bytes[index] }
                    written += take
                }
                previous = block
                counter &+= 1
            }
        }
    }

    private static func expand(
        _ prk: borrowing SecretBytes, _ previous: borrowing SecretBytes, _ info: [UInt8], _ counter: UInt8
    ) throws(VaultError) -> SecretBytes {
        let input = unsafe try SecretBytes(count: previous.count + info.count + 1) { (out) throws(VaultError) in
            unsafe previous.withUnsafeBytes { unsafe out.copyBytes(from: $0) }
            for (index, byte) in info.enumerated() { unsafe out[previous.count + index] = byte }
            unsafe out[previous.count + info.count] = counter
        }
        return try MessageAuthenticator.raw(key: prk, input)
    }
}

extension MessageAuthenticator {
    /// HMAC-SHA-256 from secret to secret.
    static func raw(
        key: borrowing SecretBytes, _ message: borrowing SecretBytes
    ) throws(VaultError) -> SecretBytes {
        unsafe try SecretBytes(count: 32) { (out) throws(VaultError) in
            let keyCount = try cInt(key.count, "an HMAC key")
            unsafe try key.withPointer { (keyBytes, _) throws(VaultError) in
                unsafe try message.withPointer { (bytes, count) throws(VaultError) in
                    guard
                        unsafe HMAC(
                            EVP_sha256(), keyBytes, keyCount, bytes, count,
                            out.baseAddress?.assumingMemoryBound(to: UInt8.self), nil) != nil
                    else { throw drained("compute an HMAC") }
                }
            }
        }
    }
}
