internal import FoundationEssentials
internal import Glibc
internal import Operations

/// Reads small texts that a person hands over.
enum InputFile {
    private static let limit = 65_536

    /// The text of a file, or of standard input for `-`; at most 64 KiB of UTF-8.
    static func text(_ path: String) throws -> String {
        let bytes: [UInt8]
        if path == "-" {
            bytes = readStandardInput()
        } else {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw OperationError.unreadable(path: path)
            }
            bytes = Array(data)
        }
        guard bytes.count <= limit, let text = String(validating: bytes, as: UTF8.self) else {
            throw OperationError.unreadable(path: path)
        }
        return text
    }

    private static func readStandardInput() -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= limit, let line = readLine(strippingNewline: false) { bytes.append(contentsOf: line.utf8) }
        return bytes
    }
}
