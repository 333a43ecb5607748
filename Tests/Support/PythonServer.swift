import Foundation

/// A server in a few lines of Python, for a peer that misbehaves in ways in which a library would not let us.
///
/// The script prints the port that it listens on in its first line.
public final class PythonServer {
    /// Why there is no server.
    public struct DidNotStart: Error {}

    /// Where it listens.
    public let port: String
    private let process = Process()
    private let output = Pipe()

    /// Starts `script` and waits for its first line.
    /// - Throws: ``DidNotStart`` if it ends before that; what `Process` throws.
    public init(_ script: String, _ arguments: [String] = []) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script] + arguments
        process.standardOutput = output
        try process.run()
        guard let first = Self.line(of: output) else { throw DidNotStart() }
        port = first
    }

    /// The next line that it prints; nil at its end.
    public func line() -> String? { Self.line(of: output) }

    /// Ends it for certain: programs are started with most signals blocked, SIGTERM among them.
    public func stop() { kill(process.processIdentifier, SIGKILL) }

    private static func line(of output: Pipe) -> String? {
        var line: [UInt8] = []
        while let byte = output.fileHandleForReading.readData(ofLength: 1).first {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}
