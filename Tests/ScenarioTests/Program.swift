import Foundation
import Testing

/// The real binary, run as people run it.
struct Program: Sendable {
    struct Result: Sendable {
        let status: Int32
        let output: String
        let errors: String

        /// Standard output as a JSON object.
        func json() throws -> [String: Any] {
            let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
            return try #require(value as? [String: Any], "no JSON object: \(output) \(errors)")
        }

        /// The code of the error in standard output.
        func errorCode() throws -> String {
            let error = try #require(try json()["error"] as? [String: Any], "no error: \(output)")
            #expect((error["message"] as? String)?.isEmpty == false)
            #expect(error["hint"] is String)
            return try #require(error["code"] as? String)
        }

        /// Standard output as JSON objects, one a line.
        func lines() throws -> [[String: Any]] {
            try output.split(separator: "\n").map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }
    }

    /// A program that was started and is still to end.
    final class Running: @unchecked Sendable {
        // Unchecked: Process is used by one test at a time, which starts it, may signal it, and waits for it.
        let process: Process
        private let output: Capture
        private let errors: Capture

        init(_ process: Process, _ output: Capture, _ errors: Capture) {
            self.process = process
            self.output = output
            self.errors = errors
        }

        /// Longer than any program of these tests takes on a busy machine.
        private static let patience = Duration.seconds(600)

        /// Waits for its end; having none is a failure that names the program, instead of tests without end.
        ///
        /// To Foundation a program runs until the last of its children is gone as well, whatever they were made for.
        func wait() async -> Result {
            let deadline = ContinuousClock.now + Self.patience
            while process.isRunning {
                try? await Task.sleep(for: .milliseconds(10))
                guard ContinuousClock.now < deadline else {
                    kill(process.processIdentifier, SIGKILL)
                    Issue.record("no end after \(Self.patience): \(process.arguments ?? [])")
                    return Result(status: -1, output: "", errors: "")
                }
            }
            return Result(
                status: process.terminationStatus, output: await output.text(), errors: await errors.text())
        }
    }

    /// The binary that this build made, beside the tests.
    static let path: String = {
        var folder = URL(filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "")
        while folder.path.count > 1 {
            folder = folder.deletingLastPathComponent()
            let candidate = folder.appending(path: "waybill").path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        return "waybill"
    }()

    static func start(
        _ arguments: [String], input: String = "", executable: String = path, environment: [String: String] = [:]
    ) throws -> Running {
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let standardInput = Pipe()
        process.standardInput = standardInput
        let output = Capture()
        let errors = Capture()
        process.standardOutput = output.pipe
        process.standardError = errors.pipe
        try process.run()
        // Foundation keeps finished processes for ever, and their pipes with them, so ours are closed by hand: with more
        // than a thousand descriptors it crashes.
        try? standardInput.fileHandleForReading.close()
        try? standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try? standardInput.fileHandleForWriting.close()
        output.drain()
        errors.drain()
        return Running(process, output, errors)
    }

    static func run(
        _ arguments: [String], input: String = "", executable: String = path, environment: [String: String] = [:]
    ) async throws -> Result {
        try await start(arguments, input: input, executable: executable, environment: environment).wait()
    }
}

/// Reads a pipe to its end on a thread of its own, so that the program never waits for us.
final class Capture: @unchecked Sendable {
    // Unchecked: `data` is written by the draining thread before `done` is signalled, and read after.
    let pipe = Pipe()
    private var data = Data()
    private let done = DispatchSemaphore(value: 0)

    func drain() {
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread {
            self.data = (try? handle.readToEnd()) ?? Data()
            try? handle.close()
            self.done.signal()
        }
    }

    /// All of it, once it is there.
    ///
    /// Asks instead of waiting: a thread of the pool that waits here is missing everywhere else, and another process that
    /// was started at the same moment may hold the pipe open for long.
    func text() async -> String {
        while done.wait(timeout: .now()) == .timedOut { try? await Task.sleep(for: .milliseconds(5)) }
        defer { done.signal() }
        return String(decoding: data, as: UTF8.self)
    }
}
