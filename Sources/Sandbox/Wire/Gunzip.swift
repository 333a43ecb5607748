import CZlib
import FoundationEssentials

/// Unpacks gzip (RFC 1952), by zlib: no package that resolves here does it.
enum Gunzip {
    /// Whether the bytes start as a gzip file does.
    static func isCompressed(_ data: Data) -> Bool { data.starts(with: [0x1F, 0x8B]) }

    /// The unpacked bytes; nil if they are no whole gzip file, or more than `limit`.
    static func unpack(_ data: Data, limit: Int) -> Data? {
        var stream = z_stream()
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        var input = Array(data)
        var unpacked = Data()
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        return input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(truncatingIfNeeded: source.count)
            while true {
                let (status, count) = piece.withUnsafeMutableBufferPointer { out in
                    stream.next_out = out.baseAddress
                    stream.avail_out = UInt32(out.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, out.count - Int(stream.avail_out))
                }
                unpacked.append(contentsOf: piece[..<count])
                if status == Z_STREAM_END { return unpacked }
                guard status == Z_OK, unpacked.count <= limit, count > 0 || stream.avail_in > 0 else { return nil }
            }
        }
    }
}
