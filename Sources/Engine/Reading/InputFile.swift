internal import Glibc

/// What identifies the state of a file: if any of it differs, the file was changed or replaced.
public struct SourceFingerprint: Sendable, Hashable {
    /// The file.
    public let path: String
    /// Its bytes.
    public let size: Int64
    /// Nanoseconds since 1970 of its last change.
    public let modified: Int64
    /// Which file it is.
    public let inode: UInt64
}

/// A file that is read from front to end, in chunks.
///
/// The one place where Engine touches the system.
final class InputFile {
    let path: String
    let fingerprint: SourceFingerprint
    private let descriptor: Int32

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

    /// Reads the next bytes into `buffer`; 0 at the end.
    func read(into buffer: inout [UInt8]) throws(EngineError) -> Int {
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 { return count }
            guard errno == EINTR else { throw .unreadable(path: path, problem: "it cannot be read") }
        }
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
