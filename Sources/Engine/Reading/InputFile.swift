internal import Compression
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
/// One that is gzip'd, which its first bytes say, is read as what it holds.
///
/// The one place where Engine reads from the system.
final class InputFile: Sendable {
    let path: String
    let fingerprint: SourceFingerprint
    private let file: Descriptor
    private let gzip: GunzipReader?

    /// How many zeros follow what is read, so that eight bytes can be looked at anywhere in it.
    static let padding = 8

    /// Opens a file.
    /// - Parameter folder: the folder that it has to lie in, wherever links lead; nil if it may lie anywhere.
    init(_ path: String, inside folder: String? = nil) throws(EngineError) {
        // Non-blocking, because opening a pipe would otherwise wait for whoever writes to it; files do not notice.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let problem =
                switch errno {
                case ENOENT, ENOTDIR: "there is no such file"
                case EACCES, EPERM: "this user may not read it"
                case EMFILE: "this process may not hold so many files open ('ulimit -Hn' says how many)"
                default: "it cannot be opened (errno \(errno))"
                }
            throw .unreadable(path: path, problem: problem)
        }
        let file = Descriptor(number: descriptor)
        self.path = path
        self.file = file
        fingerprint = try Self.fingerprint(descriptor, path)
        if let folder, !Self.lies(descriptor, in: folder) {
            throw .unreadable(path: path, problem: "a link leads out of \(folder)")
        }
        let (start, count) = try Self.read(file, path, at: 0, count: 2)
        gzip = count == 2 && start[0] == 0x1F && start[1] == 0x8B ? try Self.gunzip(file, path) : nil
    }

    /// An open file, closed with the last who reads from it.
    private final class Descriptor: Sendable {
        let number: Int32

        init(number: Int32) { self.number = number }

        deinit { close(number) }
    }

    /// Where the open file lies is asked, not where its name leads: a name can lead elsewhere a moment later.
    private static func lies(_ descriptor: Int32, in folder: String) -> Bool {
        guard let place = realpath("/proc/self/fd/\(descriptor)", nil) else { return false }
        defer { free(place) }
        guard let root = realpath(folder, nil) else { return false }
        defer { free(root) }
        return String(cString: place).hasPrefix(String(cString: root) + "/")
    }

    // MARK: What it holds

    /// How many bytes it holds; one that is gzip'd is read to its end for that, once.
    func length() throws(EngineError) -> Int64 {
        guard let gzip else { return fingerprint.size }
        return try inflating { () throws(GunzipError) in try gzip.length() }
    }

    /// Reads `count` bytes from `offset` on, fewer only at the end; ``padding`` zeros follow them.
    func read(at offset: Int64, count: Int) throws(EngineError) -> (bytes: [UInt8], count: Int) {
        guard let gzip else { return try Self.read(file, path, at: offset, count: count) }
        let bytes = try inflating { () throws(GunzipError) in try gzip.read(at: offset, count: count) }
        return (bytes + repeatElement(0, count: Self.padding), bytes.count)
    }

    private func inflating<R>(_ body: () throws(GunzipError) -> R) throws(EngineError) -> R {
        do throws(GunzipError) {
            return try body()
        } catch {
            throw .unreadable(path: path, problem: error.problem)
        }
    }

    private static func gunzip(_ file: Descriptor, _ path: String) throws(EngineError) -> GunzipReader {
        do throws(GunzipError) {
            return try GunzipReader { (offset, count) throws(GunzipError) in
                guard let (bytes, found) = try? read(file, path, at: offset, count: count) else { throw .source }
                return Array(bytes.prefix(found))
            }
        } catch {
            throw .unreadable(path: path, problem: error.problem)
        }
    }

    private static func read(
        _ file: Descriptor, _ path: String, at offset: Int64, count: Int
    ) throws(EngineError) -> (bytes: [UInt8], count: Int) {
        let descriptor = file.number
        var found = 0
        var isBroken = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count + padding) { buffer, initialized in
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
            for index in found..<(found + padding) { buffer.initializeElement(at: index, to: 0) }
            initialized = found + padding
        }
        guard !isBroken else { throw .unreadable(path: path, problem: "it cannot be read") }
        return (bytes, found)
    }

    /// Makes sure that the file is as it was when it was opened.
    func requireUnchanged() throws(EngineError) {
        guard try Self.fingerprint(file.number, path) == fingerprint else {
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
