internal import Glibc

/// What identifies the state of a file: if any of it differs, the file was changed or replaced.
public struct SourceFingerprint: Sendable, Hashable {
    /// The file.
    public let path: String
    /// Its bytes.
    public let size: Int64
    /// Nanoseconds since 1970 of the last change of its bytes.
    public let modified: Int64
    /// Which file it is.
    public let inode: UInt64
}

/// A file that is read at any place, by any task.
///
/// The one place where Engine reads from the system.
final class InputFile: Sendable {
    let path: String
    let fingerprint: SourceFingerprint
    private let descriptor: Int32

    /// How many zeros follow what is read, so that eight bytes can be looked at anywhere in it.
    static let padding = 8

    init(_ path: String) throws(EngineError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unreadable(path: path, problem: errno == ENOENT ? "there is no such file" : "it cannot be opened")
        }
        self.path = path
        self.descriptor = descriptor
        do {
            fingerprint = try Self.fingerprint(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Reads `count` bytes from `offset` on, fewer only at the end; ``padding`` zeros follow them.
    func read(at offset: Int64, count: Int) throws(EngineError) -> (bytes: [UInt8], count: Int) {
        var found = 0
        var isBroken = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count + Self.padding) { buffer, initialized in
            while found < count {
                let more = pread(
                    descriptor, buffer.baseAddress.map { $0 + found }, count - found, off_t(offset) + off_t(found))
                if more == 0 { break }
                if more > 0 {
                    found += more
                } else if errno != EINTR {
                    isBroken = true
                    break
                }
            }
            for index in found..<(found + Self.padding) { buffer.initializeElement(at: index, to: 0) }
            initialized = found + Self.padding
        }
        guard !isBroken else { throw .unreadable(path: path, problem: "it cannot be read") }
        return (bytes, found)
    }

    /// Makes sure that the file is as it was when it was opened.
    func requireUnchanged() throws(EngineError) {
        guard try Self.fingerprint(descriptor, path) == fingerprint else {
            throw .unreadable(path: path, problem: "it changed while it was read")
        }
    }

    private static func fingerprint(_ descriptor: Int32, _ path: String) throws(EngineError) -> SourceFingerprint {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, problem: "it cannot be examined") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, problem: "it is no regular file")
        }
        return SourceFingerprint(
            path: path, size: Int64(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
            inode: UInt64(status.st_ino))
    }
}
