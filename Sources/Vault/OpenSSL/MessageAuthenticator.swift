internal import COpenSSL
public import Model

/// HMAC-SHA-256, RFC 2104, with a key that is prepared once and serves many messages.
public struct MessageAuthenticator: ~Copyable {
    private let context: MACContext
    private var out = [UInt8](repeating: 0, count: 32)

    /// Prepares `key`.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public init(key: borrowing SecretBytes) throws(VaultError) {
        let context = try MACContext()
        unsafe try key.withPointer { (bytes, count) throws(VaultError) in
            try check("prepare an HMAC key") { unsafe waybill_hmac_sha256_init(context.pointer, bytes, count) }
        }
        self.context = context
    }

    /// The 32-byte tag of `message`.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public mutating func tag(_ message: some Collection<UInt8>) throws(VaultError) -> Digest {
        let context = context
        // Without a key, init starts over with the one that was prepared.
        try check("begin an HMAC") { unsafe EVP_MAC_init(context.pointer, nil, 0, nil) }
        let done: Int32? = message.withContiguousStorageIfAvailable { buffer in
            guard let base = buffer.baseAddress else { return 1 }
            return unsafe EVP_MAC_update(context.pointer, base, buffer.count)
        }
        if let done {
            guard done == 1 else { throw drained("compute an HMAC") }
        } else {
            unsafe try Array(message).withBytes { (pointer, count) throws(VaultError) in
                try check("compute an HMAC") { unsafe EVP_MAC_update(context.pointer, pointer, count) }
            }
        }
        var length = 0
        guard unsafe EVP_MAC_final(context.pointer, &out, &length, out.count) == 1, length == 32 else {
            throw drained("end an HMAC")
        }
        do {
            return try Digest(out)
        } catch {
            throw .length(what: "an HMAC", expected: 32, found: length)
        }
    }
}

/// Owns an `EVP_MAC_CTX` for HMAC.
@safe private final class MACContext {
    let pointer: OpaquePointer

    init() throws(VaultError) {
        let algorithm = try Algorithms.hmac.get()
        unsafe pointer = try require("make an HMAC context") { unsafe EVP_MAC_CTX_new(algorithm.pointer) }
    }

    deinit { unsafe EVP_MAC_CTX_free(pointer) }
}
