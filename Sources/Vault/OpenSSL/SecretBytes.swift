internal import COpenSSL
internal import Glibc

/// Bytes that must not outlive their use: in OpenSSL's secure heap where there is one (not swapped, not dumped),
/// overwritten when this ends.
///
/// Cannot be copied, has no description, and is seen through a closure only.
public struct SecretBytes: ~Copyable, Sendable {
    private let storage: SecretStorage

    /// How many bytes there are.
    public var count: Int { storage.count }

    private init(_ storage: SecretStorage) {
        self.storage = storage
    }

    /// Copies `bytes`.
    ///
    /// The caller's array is the caller's: it is not wiped.
    /// - Throws: ``VaultError/openSSL(operation:detail:)`` if the memory for secrets is used up.
    public init(copying bytes: [UInt8]) throws(VaultError) {
        let storage = try SecretStorage(count: bytes.count)
        for (index, byte) in bytes.enumerated() { unsafe storage.buffer[index] = byte }
        self.init(storage)
    }

    /// Copies `bytes`.
    /// - Throws: ``VaultError/openSSL(operation:detail:)`` if the memory for secrets is used up.
    public init(copying bytes: UnsafeRawBufferPointer) throws(VaultError) {
        let storage = try SecretStorage(count: bytes.count)
        unsafe storage.buffer.copyBytes(from: bytes)
        self.init(storage)
    }

    /// Random bytes, from OpenSSL's private generator.
    /// - Throws: ``VaultError/malformed(what:)`` for a negative count; ``VaultError`` if OpenSSL fails.
    public static func random(count: Int) throws(VaultError) -> SecretBytes {
        unsafe try SecretBytes(count: count) { (buffer) throws(VaultError) in
            let length = try cInt(buffer.count, "random bytes")
            try check("make random bytes") {
                unsafe RAND_priv_bytes(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), length)
            }
        }
    }

    /// Reads a descriptor to its end, straight into wiped memory; white space at the end is dropped.
    /// - Throws: ``VaultError/malformed(what:)`` if it cannot be read, is empty, or is longer than `limit` bytes, the
    ///   white space included.
    public static func reading(fileDescriptor: Int32, limit: Int) throws(VaultError) -> SecretBytes {
        // One byte more than allowed, so that too long a secret is seen and not cut.
        guard limit >= 0, limit < Int.max else { throw .malformed(what: "the limit of a secret") }
        let whole = try SecretStorage(count: limit + 1)
        var count = 0
        while count <= limit {
            guard let base = unsafe whole.buffer.baseAddress else { break }
            let got = unsafe read(fileDescriptor, base + count, limit + 1 - count)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw .malformed(what: "the secret (it cannot be read)") }
            if got == 0 { break }
            count += got
        }
        guard count <= limit else { throw .malformed(what: "the secret (it is longer than \(limit) bytes)") }
        while count > 0, [0x0A, 0x0D, 0x20].contains(unsafe whole.buffer[count - 1]) { count -= 1 }
        guard count > 0 else { throw .malformed(what: "the secret (it is empty)") }
        return try unsafe SecretBytes(copying: UnsafeRawBufferPointer(rebasing: whole.buffer[0..<count]))
    }

    /// A copy, wiped by itself.
    /// - Throws: ``VaultError`` if there is no memory.
    public borrowing func copy() throws(VaultError) -> SecretBytes { try slice(0..<count) }

    /// A copy of some of the bytes.
    borrowing func slice(_ range: Range<Int>) throws(VaultError) -> SecretBytes {
        unsafe try SecretBytes(copying: UnsafeRawBufferPointer(rebasing: storage.buffer[range]))
    }

    /// Makes a secret of `count` bytes by writing it in place.
    init(count: Int, filling: (UnsafeMutableRawBufferPointer) throws(VaultError) -> Void) throws(VaultError) {
        let storage = try SecretStorage(count: count)
        try unsafe filling(storage.buffer)
        self.init(storage)
    }

    /// Lends the bytes for as long as `body` runs.
    ///
    /// The pointer must not leave it.
    public borrowing func withUnsafeBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try unsafe body(UnsafeRawBufferPointer(storage.buffer))
    }

    /// Lends the bytes to OpenSSL.
    borrowing func withPointer<R>(
        _ body: (UnsafePointer<UInt8>, Int) throws(VaultError) -> R
    ) throws(VaultError) -> R {
        guard let base = unsafe storage.buffer.baseAddress else { throw .malformed(what: "a secret") }
        return try unsafe body(UnsafePointer(base.assumingMemoryBound(to: UInt8.self)), count)
    }
}

/// Owns the memory of one secret.
///
/// Unchecked, because of the pointer: it is set once, its bytes are written only before the object is shared (in the
/// initializers of SecretBytes), and it is freed in deinit, when nobody else can hold it.
@safe private final class SecretStorage: @unchecked Sendable {
    let buffer: UnsafeMutableRawBufferPointer
    let count: Int

    init(count: Int) throws(VaultError) {
        guard count >= 0 else { throw .malformed(what: "the length of a secret") }
        ERR_clear_error()
        // At least a byte, so that the base address exists.
        guard let pointer = unsafe waybill_secure_malloc(max(count, 1)) else {
            // A full secure heap puts nothing in the queue, and there is no falling back to ordinary memory.
            ERR_clear_error()
            throw .openSSL(operation: "reserve memory for a secret", detail: "the memory for secrets is used up")
        }
        unsafe buffer = UnsafeMutableRawBufferPointer(start: pointer, count: count)
        self.count = count
    }

    deinit {
        unsafe waybill_secure_free(buffer.baseAddress, max(count, 1))
    }
}
