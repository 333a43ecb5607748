internal import COpenSSL

/// The algorithms of Vault, each fetched once: a fetch takes locks and compares strings, and what it found stays valid
/// for as long as the process runs.
///
/// A library without one of them (no default provider, a provider that refuses it) is an error at first use, not a nil
/// that a later call would take for "keep what was set before".
enum Algorithms {
    static let sha256 = Result { () throws(VaultError) in
        unsafe try Fetched("SHA2-256", { unsafe EVP_MD_fetch(nil, $0, nil) })
    }
    static let sha384 = Result { () throws(VaultError) in
        unsafe try Fetched("SHA2-384", { unsafe EVP_MD_fetch(nil, $0, nil) })
    }
    static let sha512 = Result { () throws(VaultError) in
        unsafe try Fetched("SHA2-512", { unsafe EVP_MD_fetch(nil, $0, nil) })
    }
    static let hkdf = Result { () throws(VaultError) in
        unsafe try Fetched("HKDF", { unsafe EVP_KDF_fetch(nil, $0, nil) })
    }
    static let aes256GCM = Result { () throws(VaultError) in
        unsafe try Fetched("AES-256-GCM", { unsafe EVP_CIPHER_fetch(nil, $0, nil) })
    }
    static let aes256WrapPad = Result { () throws(VaultError) in
        unsafe try Fetched("AES-256-WRAP-PAD", { unsafe EVP_CIPHER_fetch(nil, $0, nil) })
    }
}

/// A fetched algorithm, held until the process ends.
///
/// Unchecked, because of the pointer: it is set once, and never freed because only the constants above hold one. What
/// it points to is constant after the fetch, and OpenSSL counts its references under a lock (openssl-threads(7)).
@safe final class Fetched: @unchecked Sendable {
    let pointer: OpaquePointer

    fileprivate init(_ name: String, _ fetch: (UnsafePointer<CChar>) -> OpaquePointer?) throws(VaultError) {
        unsafe pointer = try require("find \(name)") { unsafe name.withCString { unsafe fetch($0) } }
    }
}
