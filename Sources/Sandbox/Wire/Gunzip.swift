internal import CZlib
import FoundationEssentials

/// Decompression of gzip (RFC 1952), by zlib.
enum Gunzip {
    /// Whether the bytes begin as a gzip file does.
    static func isCompressed(_ bytes: Data) -> Bool {
        bytes.starts(with: [0x1F, 0x8B])
    }

    /// Hands out what was compressed, piece by piece, as long as `take` wants more.
    ///
    /// Files that were compressed one by one and put together are one file, as RFC 1952 has it.
    /// - Returns: whether everything was handed out; false for a damaged file as well.
    static func inflate(_ bytes: Data, _ take: (ArraySlice<UInt8>) -> Bool) -> Bool {
        // zlib remembers where its state is, so that stays in one place.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer {
            stream.deinitialize(count: 1)
            stream.deallocate()
        }
        // 15 bits of window, 16 more for a gzip header and no other.
        guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return false
        }
        defer { inflateEnd(stream) }
        var room = [UInt8](repeating: 0, count: pieceSize)
        var isEnded = false
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: pieceSize) {
            var input = Array(bytes[start..<min(start + pieceSize, bytes.endIndex)])
            var used = 0
            var isFull = false
            while used < input.count || isFull {
                if isEnded {
                    guard inflateReset(stream) == Z_OK else { return false }
                    isEnded = false
                }
                let (result, read, written) = step(stream, &input, from: used, into: &room)
                guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return false }
                used += read
                isEnded = result == Z_STREAM_END
                isFull = written == room.count && !isEnded
                if written > 0, !take(room[..<written]) { return false }
                if read == 0 && written == 0 && !isEnded { break }
            }
        }
        return isEnded
    }

    private static let pieceSize = 1 << 16

    private static func step(
        _ stream: UnsafeMutablePointer<z_stream>, _ input: inout [UInt8], from start: Int, into room: inout [UInt8]
    ) -> (result: Int32, read: Int, written: Int) {
        input.withUnsafeMutableBufferPointer { source in
            room.withUnsafeMutableBufferPointer { target in
                let offered = source.count - start
                stream.pointee.next_in = source.baseAddress.map { $0 + start }
                stream.pointee.avail_in = UInt32(offered)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(target.count)
                let result = CZlib.inflate(stream, Z_NO_FLUSH)
                return (
                    result, offered - Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out)
                )
            }
        }
    }
}
