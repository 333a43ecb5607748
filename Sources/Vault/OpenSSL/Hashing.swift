internal import COpenSSL
public import Model

/// SHA-256, FIPS 180-4.
public enum SHA256 {
    /// The digest of `bytes`.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func digest(of bytes: [UInt8]) throws(VaultError) -> Digest {
        try digest(hash(bytes, Algorithms.sha256.get(), 32))
    }

    /// The digest of `bytes`.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func digest(of bytes: UnsafeRawBufferPointer) throws(VaultError) -> Digest {
        var hasher = try Hasher()
        try unsafe hasher.update(bytes)
        return try hasher.finish()
    }

    fileprivate static func digest(_ bytes: [UInt8]) throws(VaultError) -> Digest {
        do {
            return try Digest(bytes)
        } catch {
            throw .length(what: "a SHA-256 digest", expected: 32, found: bytes.count)
        }
    }

    /// Hashes what comes piece by piece.
    public struct Hasher: ~Copyable {
        private let context: DigestContext

        /// Begins.
        /// - Throws: ``VaultError`` if OpenSSL fails.
        public init() throws(VaultError) {
            let context = try DigestContext()
            let algorithm = try Algorithms.sha256.get()
            try check("begin a hash") { [context] in
                unsafe EVP_DigestInit_ex(context.pointer, algorithm.pointer, nil)
            }
            self.context = context
        }

        /// Takes the next piece.
        /// - Throws: ``VaultError`` if OpenSSL fails.
        public mutating func update(_ bytes: [UInt8]) throws(VaultError) {
            unsafe try bytes.withBytes { [context] (pointer, count) throws(VaultError) in
                try check("hash") { unsafe EVP_DigestUpdate(context.pointer, pointer, count) }
            }
        }

        /// Takes the next piece.
        /// - Throws: ``VaultError`` if OpenSSL fails.
        public mutating func update(_ bytes: UnsafeRawBufferPointer) throws(VaultError) {
            guard unsafe !bytes.isEmpty else { return }
            try check("hash") { [context] in
                unsafe EVP_DigestUpdate(context.pointer, bytes.baseAddress, bytes.count)
            }
        }

        /// Ends, and gives the digest.
        /// - Throws: ``VaultError`` if OpenSSL fails.
        public consuming func finish() throws(VaultError) -> Digest {
            var bytes = [UInt8](repeating: 0, count: 32)
            try check("end a hash") { [context] in
                unsafe EVP_DigestFinal_ex(context.pointer, &bytes, nil)
            }
            return try SHA256.digest(bytes)
        }
    }
}

/// SHA-512, FIPS 180-4; `ssh-keygen` hashes with it unless told otherwise.
public enum SHA512 {
    /// The 64 bytes of the digest of `bytes`.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public static func digest(of bytes: [UInt8]) throws(VaultError) -> [UInt8] {
        try hash(bytes, Algorithms.sha512.get(), 64)
    }
}

private func hash(_ bytes: [UInt8], _ algorithm: Fetched, _ count: Int) throws(VaultError) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: count)
    unsafe try bytes.withBytes { (pointer, length) throws(VaultError) in
        try check("hash") { unsafe EVP_Digest(pointer, length, &digest, nil, algorithm.pointer, nil) }
    }
    return digest
}

/// Owns an `EVP_MD_CTX`.
@safe final class DigestContext {
    let pointer: OpaquePointer

    init() throws(VaultError) {
        unsafe pointer = try require("make a hash context") { unsafe EVP_MD_CTX_new() }
    }

    deinit { unsafe EVP_MD_CTX_free(pointer) }
}
