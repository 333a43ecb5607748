internal import COpenSSL

/// Owns an `EVP_PKEY`.
///
/// Unchecked, because of the pointer: it is set once and freed in deinit; the key behind it is never changed after it is
/// made, and OpenSSL counts references and locks for keys that are only read (openssl-threads(7)). Every operation uses
/// a context of its own.
@safe final class EVPKey: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit { unsafe EVP_PKEY_free(pointer) }
}

/// Shows nothing of itself, in a dump of whatever holds it.
extension EVPKey: CustomReflectable {
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension EVPKey {
    /// Whether `signature` is one of `message`.
    ///
    /// Only 1 is yes; 0 and every negative number are no.
    func verifies(
        _ signature: [UInt8], _ message: [UInt8], digest: Fetched?
    ) throws(VaultError) -> Bool {
        let context = try DigestContext()
        try check("begin a verification") {
            unsafe EVP_DigestVerifyInit(context.pointer, nil, digest?.pointer, nil, pointer)
        }
        return unsafe try signature.withBytes { (signatureBytes, signatureCount) throws(VaultError) in
            unsafe try message.withBytes { (bytes, count) throws(VaultError) in
                ERR_clear_error()
                let result = unsafe EVP_DigestVerify(context.pointer, signatureBytes, signatureCount, bytes, count)
                ERR_clear_error()
                return result == 1
            }
        }
    }
}
