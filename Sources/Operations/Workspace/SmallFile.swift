internal import FoundationEssentials
internal import Glibc

/// Reads the small files that a person names: policies, agreements, keys, signatures, plans.
///
/// A pipe or a device is refused: opening one could wait for ever, and a device need never end.
public enum SmallFile {
    /// How many bytes such a file has at most, unless told otherwise.
    public static let limit = 1 << 20

    /// The bytes of a file.
    /// - Throws: ``OperationError/unreadable(path:problem:)``.
    public static func bytes(_ path: String, limit: Int = limit) throws -> [UInt8] {
        try withDescriptor(path) { descriptor, status in
            guard status.st_size <= limit else {
                throw OperationError.unreadable(path: path, problem: "it has more than \(limit) bytes")
            }
            var bytes = [UInt8](repeating: 0, count: limit + 1)
            var count = 0
            while count <= limit {
                let more = bytes.withUnsafeMutableBytes {
                    read(descriptor, $0.baseAddress.map { $0 + count }, limit + 1 - count)
                }
                if more < 0, errno == EINTR { continue }
                guard more >= 0 else { throw OperationError.unreadable(path: path, problem: "it cannot be read") }
                if more == 0 { break }
                count += more
            }
            // It may have grown since it was opened.
            guard count <= limit else {
                throw OperationError.unreadable(path: path, problem: "it has more than \(limit) bytes")
            }
            return Array(bytes.prefix(count))
        }
    }

    /// The text of a file in UTF-8.
    /// - Throws: ``OperationError/unreadable(path:problem:)``.
    public static func text(_ path: String, limit: Int = limit) throws -> String {
        guard let text = String(validating: try bytes(path, limit: limit), as: UTF8.self) else {
            throw OperationError.unreadable(path: path, problem: "it is not UTF-8")
        }
        return text
    }

    /// Lends a descriptor of a regular file, with what the system says of it.
    static func withDescriptor<R: ~Copyable>(_ path: String, _ body: (Int32, stat) throws -> R) throws -> R {
        // Non-blocking, because opening a pipe would otherwise wait for whoever writes to it; files do not notice.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw OperationError.unreadable(path: path, problem: problem(errno))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw OperationError.unreadable(path: path, problem: "it is no regular file")
        }
        return try body(descriptor, status)
    }

    private static func problem(_ reason: Int32) -> String {
        switch reason {
        case ENOENT, ENOTDIR: "there is no such file"
        case EACCES, EPERM: "this user may not read it"
        case ENAMETOOLONG: "its name is too long"
        default: "it cannot be opened (errno \(reason))"
        }
    }

    /// A path as it may be shown: somebody may have given a key where its file was asked for.
    static func shown(_ path: String) -> String {
        let isSecret =
            path.contains("SG.") || path.contains("PRIVATE KEY") || path.contains(where: \.isNewline)
            || path.utf8.count > 4096 || path.hasPrefix("ssh-") || path.hasPrefix("ecdsa-") || path.hasPrefix("sk-")
        return isSecret ? "what was given (it is no path, and is not shown here)" : path
    }
}
