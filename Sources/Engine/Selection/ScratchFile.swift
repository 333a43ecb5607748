internal import Glibc

/// A file without a name, for what does not fit in memory; it is gone when it is closed, however the process ends.
final class ScratchFile {
    private let descriptor: Int32
    private let folder: String
    private var end: Int64 = 0

    /// A file in `folder`.
    init(in folder: String) throws(EngineError) {
        var template = Array((folder + "/.waybill-scratch-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0, unlink(template) == 0 else {
            throw .scratch(folder: folder, problem: "no scratch file can be made (error \(errno))")
        }
        self.folder = folder
    }

    deinit { close(descriptor) }

    /// Appends `words`, and says where they went.
    func append(_ words: ArraySlice<UInt64>) throws(EngineError) -> Int64 {
        let offset = end
        let isWritten = words.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let more = pwrite(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
                    off_t(offset) + off_t(done))
                if more > 0 {
                    done += more
                } else if more == 0 || errno != EINTR {
                    return false
                }
            }
            return true
        }
        guard isWritten else {
            throw .scratch(folder: folder, problem: "the scratch file cannot be written (error \(errno))")
        }
        end += Int64(words.count * 8)
        return offset
    }

    /// Reads `count` words from `offset` on.
    func read(at offset: Int64, count: Int) throws(EngineError) -> [UInt64] {
        var done = 0
        let words = [UInt64](unsafeUninitializedCapacity: count) { buffer, initialized in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            while done < raw.count {
                let more = pread(
                    descriptor, raw.baseAddress.map { $0 + done }, raw.count - done, off_t(offset) + off_t(done))
                if more > 0 {
                    done += more
                } else if more == 0 || errno != EINTR {
                    break
                }
            }
            initialized = done / 8
        }
        guard done == count * 8 else {
            throw .scratch(folder: folder, problem: "the scratch file cannot be read back (error \(errno))")
        }
        return words
    }
}
