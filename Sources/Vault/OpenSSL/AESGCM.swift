internal import COpenSSL

/// AES-256-GCM, NIST SP 800-38D, with the parameters fixed: 32-byte key, 12-byte nonce, 16-byte tag.
///
/// OpenSSL takes shorter tags (down to one byte, which a guess in 256 forges) and invents a nonce when none is given;
/// neither can be asked for here.
public enum AESGCM {
    /// Bytes of a key.
    public static let keyLength = 32
    /// Bytes of a nonce.
    public static let nonceLength = 12
    /// Bytes of a tag.
    public static let tagLength = 16

    /// Encrypts `plaintext`; the tag follows the ciphertext.
    /// - Throws: ``VaultError/length(what:expected:found:)``, ``VaultError/openSSL(operation:detail:)``.
    public static func seal(
        _ plaintext: borrowing SecretBytes, key: borrowing SecretBytes, nonce: [UInt8], authenticating data: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        unsafe try plaintext.withPointer { (bytes, count) throws(VaultError) in
            unsafe try seal(bytes, count, key: key, nonce: nonce, authenticating: data)
        }
    }

    /// Encrypts `plaintext`, which is in ordinary memory; the tag follows the ciphertext.
    /// - Throws: as the other one.
    static func seal(
        _ plaintext: [UInt8], key: borrowing SecretBytes, nonce: [UInt8], authenticating data: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        unsafe try plaintext.withBytes { (bytes, count) throws(VaultError) in
            unsafe try seal(bytes, count, key: key, nonce: nonce, authenticating: data)
        }
    }

    private static func seal(
        _ bytes: UnsafePointer<UInt8>?, _ count: Int, key: borrowing SecretBytes, nonce: [UInt8],
        authenticating data: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        let context = try begin(key: key, nonce: nonce, encrypting: true)
        try authenticate(data, context, encrypting: true)
        let length = try cInt(count, "a plaintext")
        var ciphertext = [UInt8](repeating: 0, count: count)
        if length > 0 {
            var written: Int32 = 0
            try check("encrypt") {
                unsafe EVP_EncryptUpdate(context.pointer, &ciphertext, &written, bytes, length)
            }
        }
        var rest: Int32 = 0
        var nothing = [UInt8](repeating: 0, count: 16)
        try check("end an encryption") { unsafe EVP_EncryptFinal_ex(context.pointer, &nothing, &rest) }
        var tag = [UInt8](repeating: 0, count: tagLength)
        try check("read a tag") {
            unsafe EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength), &tag)
        }
        return ciphertext + tag
    }

    /// Decrypts what ``seal(_:key:nonce:authenticating:)`` made.
    ///
    /// OpenSSL writes plaintext before it has checked the tag; it goes to wiped memory and is handed out only after the
    /// check.
    /// - Throws: ``VaultError/authentication`` if the tag does not fit; ``VaultError/length(what:expected:found:)``.
    public static func open(
        _ sealed: [UInt8], key: borrowing SecretBytes, nonce: [UInt8], authenticating data: [UInt8]
    ) throws(VaultError) -> SecretBytes {
        let context = try begin(key: key, nonce: nonce, encrypting: false)
        let plaintext = unsafe try SecretBytes(count: textLength(of: sealed)) { (out) throws(VaultError) in
            unsafe try decrypt(sealed, context, to: out, authenticating: data)
        }
        try finish(context, tag: Array(sealed.suffix(tagLength)))
        return plaintext
    }

    /// Decrypts into ordinary memory, which is handed out only after the check.
    /// - Throws: as the other one.
    static func openBulk(
        _ sealed: [UInt8], key: borrowing SecretBytes, nonce: [UInt8], authenticating data: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        let context = try begin(key: key, nonce: nonce, encrypting: false)
        var plaintext = [UInt8](repeating: 0, count: try textLength(of: sealed))
        var failure: VaultError?
        unsafe plaintext.withUnsafeMutableBytes { out in
            do throws(VaultError) {
                unsafe try decrypt(sealed, context, to: out, authenticating: data)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        try finish(context, tag: Array(sealed.suffix(tagLength)))
        return plaintext
    }

    private static func textLength(of sealed: [UInt8]) throws(VaultError) -> Int {
        guard sealed.count >= tagLength else {
            throw .length(what: "a sealed message", expected: tagLength, found: sealed.count)
        }
        return sealed.count - tagLength
    }

    private static func decrypt(
        _ sealed: [UInt8], _ context: CipherContext, to out: UnsafeMutableRawBufferPointer,
        authenticating data: [UInt8]
    ) throws(VaultError) {
        try authenticate(data, context, encrypting: false)
        let length = try cInt(sealed.count - tagLength, "a ciphertext")
        guard length > 0 else { return }
        unsafe try sealed.withBytes { (bytes, _) throws(VaultError) in
            var written: Int32 = 0
            try check("decrypt") {
                unsafe EVP_DecryptUpdate(
                    context.pointer, out.baseAddress?.assumingMemoryBound(to: UInt8.self), &written, bytes, length)
            }
        }
    }

    private static func finish(_ context: CipherContext, tag: [UInt8]) throws(VaultError) {
        var tag = tag
        try check("set a tag") {
            unsafe EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), &tag)
        }
        var rest: Int32 = 0
        var nothing = [UInt8](repeating: 0, count: 16)
        ERR_clear_error()
        guard unsafe EVP_DecryptFinal_ex(context.pointer, &nothing, &rest) == 1 else {
            ERR_clear_error()
            throw .authentication
        }
    }

    /// A fresh context with key and nonce.
    ///
    /// Both are pointers without a length for OpenSSL, so the lengths are checked here.
    private static func begin(
        key: borrowing SecretBytes, nonce: [UInt8], encrypting: Bool
    ) throws(VaultError) -> CipherContext {
        guard key.count == keyLength else {
            throw .length(what: "an AES-256 key", expected: keyLength, found: key.count)
        }
        guard nonce.count == nonceLength else {
            throw .length(what: "a nonce", expected: nonceLength, found: nonce.count)
        }
        let algorithm = try Algorithms.aes256GCM.get()
        let context = try CipherContext()
        unsafe try key.withPointer { (keyBytes, _) throws(VaultError) in
            unsafe try nonce.withBytes { (nonceBytes, _) throws(VaultError) in
                try check("begin AES-256-GCM") {
                    unsafe EVP_CipherInit_ex(
                        context.pointer, algorithm.pointer, nil, keyBytes, nonceBytes, encrypting ? 1 : 0)
                }
            }
        }
        return context
    }

    private static func authenticate(
        _ data: [UInt8], _ context: CipherContext, encrypting: Bool
    ) throws(VaultError) {
        guard !data.isEmpty else { return }
        let length = try cInt(data.count, "associated data")
        unsafe try data.withBytes { (bytes, _) throws(VaultError) in
            var written: Int32 = 0
            try check("authenticate associated data") {
                unsafe EVP_CipherUpdate(context.pointer, nil, &written, bytes, length)
            }
        }
    }
}
