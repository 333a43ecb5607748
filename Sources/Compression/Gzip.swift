internal import CZlib
public import Model

/// Compression as gzip (RFC 1952), by zlib.
///
/// A target of its own because it is C: the one other user of C is Vault. No package that resolves here offers it.
public enum Gzip {
    /// The compressed form of `bytes`; the same for the same bytes, because no time and no name is in its header.
    /// - Throws: ``GzipError`` if zlib fails, which it does only without memory.
    public static func compress(_ bytes: [UInt8]) throws(GzipError) -> [UInt8] {
        var stream = z_stream()
        // 15 bits of window, 16 more for a gzip header; 8 is zlib's usual memory level.
        guard
            deflateInit2_(
                &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw GzipError() }
        defer { deflateEnd(&stream) }
        let room = Int(deflateBound(&stream, uLong(bytes.count)))
        guard let input = UInt32(exactly: bytes.count), let output = UInt32(exactly: room) else { throw GzipError() }
        var isDone = false
        let compressed = [UInt8](unsafeUninitializedCapacity: room) { out, count in
            bytes.withUnsafeBufferPointer { source in
                stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.avail_in = input
                stream.next_out = out.baseAddress
                stream.avail_out = output
                isDone = deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
            count = room - Int(stream.avail_out)
        }
        guard isDone else { throw GzipError() }
        return compressed
    }
}

/// zlib could not compress.
public struct GzipError: ReportableError {
    /// A stable slug; see `ReportableError`.
    public var code: String { "compression-failed" }
    /// What went wrong, in a sentence.
    public var message: String { "zlib could not compress a file of contacts" }
    /// What to do about it.
    public var hint: String? { "run the export with --bulk-threshold 0" }
    /// The class of failure, which decides the exit status.
    public var failure: FailureClass { .internalError }
}
