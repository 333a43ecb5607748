internal import Operations

/// Reads small texts that a person hands over.
enum InputFile {
    private static let limit = 65_536

    /// The text of a file, or of standard input for `-`; at most 64 KiB of UTF-8.
    static func text(_ path: String) throws -> String {
        guard path == "-" else { return try SmallFile.text(path, limit: limit) }
        let bytes = readStandardInput()
        guard bytes.count <= limit, let text = String(validating: bytes, as: UTF8.self) else {
            throw OperationError.unreadable(
                path: "standard input", problem: "it is not UTF-8, or has more than \(limit) bytes")
        }
        return text
    }

    private static func readStandardInput() -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= limit, let line = readLine(strippingNewline: false) { bytes.append(contentsOf: line.utf8) }
        return bytes
    }
}
