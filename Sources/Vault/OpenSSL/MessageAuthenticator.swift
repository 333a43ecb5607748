internal import COpenSSL
public import Model

/// HMAC-SHA-256, RFC 2104, with a key that is prepared once and serves many messages.
public struct MessageAuthenticator: ~Copyable {
    private let key: PreparedKey

    /// Prepares `key`.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public init(key: borrowing SecretBytes) throws(VaultError) {
        unsafe self.key = try key.withPointer { (bytes, count) throws(VaultError) in
            try unsafe PreparedKey(bytes, count)
        }
    }

    /// The 32-byte tag of `message`.
    /// - Throws: ``VaultError`` if OpenSSL fails.
    public func tag(_ message: some Collection<UInt8>) throws(VaultError) -> Digest {
        var tag = [UInt8](repeating: 0, count: PreparedKey.tagLength)
        unsafe try Array(message).withBytes { (pointer, count) throws(VaultError) in
            try check("compute an HMAC") { unsafe waybill_hmac_tag(key.pointer, pointer, count, &tag) }
        }
        do {
            return try Digest(tag)
        } catch {
            throw .length(what: "an HMAC", expected: PreparedKey.tagLength, found: tag.count)
        }
    }

    /// The first `length` bytes of the tags of many messages, one after the other in the order of `ranges`.
    /// - Parameters:
    ///   - bytes: what holds the messages.
    ///   - ranges: where in `bytes` each lies.
    ///   - length: at most 32.
    /// - Throws: ``VaultError`` if OpenSSL fails, or a range lies outside.
    public func tags(of bytes: [UInt8], at ranges: [Range<Int>], length: Int) throws(VaultError) -> [UInt8] {
        guard (1...PreparedKey.tagLength).contains(length) else { throw .malformed(what: "the length of a tag") }
        let key = key
        // Each tag is written whole, and the next one over its end.
        let room = ranges.count * length + PreparedKey.tagLength - length
        var isDone = true
        var tags = unsafe [UInt8](unsafeUninitializedCapacity: max(1, room)) { tags, initialized in
            unsafe bytes.withUnsafeBufferPointer { messages in
                for (index, range) in ranges.enumerated() {
                    guard range.lowerBound >= 0, range.upperBound <= messages.count,
                        let message = messages.baseAddress, let tag = tags.baseAddress,
                        unsafe waybill_hmac_tag(
                            key.pointer, message + range.lowerBound, range.count, tag + index * length) == 1
                    else {
                        isDone = false
                        return
                    }
                }
            }
            initialized = isDone && !ranges.isEmpty ? room : 0
        }
        guard isDone else { throw drained("compute an HMAC") }
        tags.removeLast(max(0, tags.count - ranges.count * length))
        return tags
    }
}

/// Owns the two states that stand for a key, and wipes them.
///
/// Its memory comes from OpenSSL's secure heap, as that of secrets does: who has these states needs no key.
@safe private final class PreparedKey {
    static let tagLength = 32
    private static let blockLength = 64
    let pointer: UnsafeMutablePointer<WAYBILL_HMAC_KEY>

    init(_ key: UnsafePointer<UInt8>, _ count: Int) throws(VaultError) {
        ERR_clear_error()
        guard let memory = unsafe waybill_secure_malloc(MemoryLayout<WAYBILL_HMAC_KEY>.size) else {
            ERR_clear_error()
            throw .openSSL(operation: "reserve memory for an HMAC key", detail: "the memory for secrets is used up")
        }
        unsafe pointer = unsafe memory.bindMemory(to: WAYBILL_HMAC_KEY.self, capacity: 1)
        if count <= Self.blockLength {
            try check("prepare an HMAC key") { unsafe waybill_hmac_prepare(pointer, key, count) }
            return
        }
        // RFC 2104 section 2: a key longer than a block is hashed first.
        let short = try unsafe SHA256.digest(of: UnsafeRawBufferPointer(start: key, count: count))
        try check("prepare an HMAC key") {
            unsafe waybill_hmac_prepare(pointer, short.bytes, short.bytes.count)
        }
    }

    deinit { unsafe waybill_secure_free(pointer, MemoryLayout<WAYBILL_HMAC_KEY>.size) }
}
