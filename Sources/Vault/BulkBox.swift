/// Sealing of what is personal and no key: many bytes, in ordinary memory, under a key of their own.
///
/// Layout: 12 bytes of nonce, drawn at random for every box, then ciphertext and tag of ``AESGCM``. A key serves fewer
/// than 2^32 boxes (NIST SP 800-38D section 8.3).
public enum BulkBox {
    /// Seals `plaintext`, bound to `label`.
    /// - Throws: ``VaultError``.
    public static func seal(
        _ plaintext: [UInt8], key: borrowing SecretBytes, label: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        let nonce = try RandomBytes.make(count: AESGCM.nonceLength)
        return try nonce + AESGCM.seal(plaintext, key: key, nonce: nonce, authenticating: label)
    }

    /// Opens what ``seal(_:key:label:)`` made.
    /// - Throws: ``VaultError/authentication`` if it was not made with this key and label, or was changed.
    public static func open(
        _ box: [UInt8], key: borrowing SecretBytes, label: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        guard box.count >= AESGCM.nonceLength + AESGCM.tagLength else { throw .authentication }
        return try AESGCM.openBulk(
            Array(box.dropFirst(AESGCM.nonceLength)), key: key, nonce: Array(box.prefix(AESGCM.nonceLength)),
            authenticating: label)
    }
}
