import FoundationEssentials
import Glibc
import Testing

/// A folder of its own for each test, removed with it.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "waybill-vault-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and gives it `mode`, whatever the umask is.
    @discardableResult
    func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o400) throws -> String {
        try Data(bytes).write(to: URL(filePath: path(name)))
        try #require(chmod(path(name), mode) == 0)
        return path(name)
    }
}
