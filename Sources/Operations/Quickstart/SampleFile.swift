import FoundationEssentials
import Glibc

/// A file that is written from start to end through a buffer.
///
/// The descriptor closes with the value.
struct SampleFile: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    private static let capacity = 1 << 16

    /// Makes the file, or empties the one that is there.
    init(path: String) throws(SampleDataError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unwritable(path: path, errno: errno) }
        buffer.reserveCapacity(2 * Self.capacity)
    }

    deinit {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws(SampleDataError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .folder(path: path)
        }
    }

    /// Appends `text`.
    mutating func write(_ text: String) throws(SampleDataError) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.capacity { try flush() }
    }

    /// Writes out what is buffered; without this call the end of the file is missing.
    consuming func close() throws(SampleDataError) {
        try flush()
    }

    private mutating func flush() throws(SampleDataError) {
        var written = 0
        while written < buffer.count {
            let count = buffer[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unwritable(path: path, errno: errno)
            }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
