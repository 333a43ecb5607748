internal import Foundation

/// A sink in a process of its own, so that what it costs is not counted: `waybill sandbox --sink`.
final class SinkProcess {
    let baseURL: String
    private let process: Process

    private struct Started: Decodable {
        let base_url: String
    }

    /// Starts it, from the same program file as this process.
    /// - Throws: ``OperationError/toolMissing(tool:package:)`` if it does not start or does not say where it listens.
    init() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["sandbox", "--sink", "--json"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var text = Data()
        while !text.contains(0x0A) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            text += more
        }
        guard let started = try? JSONDecoder().decode(Started.self, from: text) else {
            process.terminate()
            throw OperationError.toolMissing(tool: "waybill sandbox --sink", package: "waybill")
        }
        self.process = process
        baseURL = started.base_url
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
