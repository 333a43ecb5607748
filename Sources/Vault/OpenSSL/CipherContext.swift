internal import COpenSSL

/// Owns an `EVP_CIPHER_CTX`; used for one message and never again.
@safe final class CipherContext {
    let pointer: OpaquePointer

    init() throws(VaultError) {
        unsafe pointer = try require("make a cipher context") { unsafe EVP_CIPHER_CTX_new() }
    }

    deinit { unsafe EVP_CIPHER_CTX_free(pointer) }
}
