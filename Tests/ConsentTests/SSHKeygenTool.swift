import Foundation
import Testing

/// The real `ssh-keygen`, in a folder of its own.
final class SSHKeygenTool {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "waybill-consent-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    @discardableResult
    func run(_ arguments: [String], input: [UInt8] = []) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["ssh-keygen"] + arguments
        process.currentDirectoryURL = folder
        let standardInput = Pipe()
        let standardOutput = Pipe()
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        process.standardError = standardOutput
        do {
            try process.run()
        } catch {
            Issue.record("ssh-keygen is missing: apt-get install openssh-client")
            throw error
        }
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input))
        try standardInput.fileHandleForWriting.close()
        let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    /// Makes a key pair and returns the line of its public half.
    func makeKey(_ name: String, type: String = "ed25519") throws -> String {
        let bits = type == "ecdsa" ? ["-b", "256"] : []
        let result = try run(["-q", "-t", type] + bits + ["-N", "", "-C", "someone@example.com", "-f", path(name)])
        try #require(result.status == 0, "\(result.output)")
        return try String(contentsOfFile: path(name + ".pub"), encoding: .utf8)
    }

    func sign(
        _ message: [UInt8], key: String, namespace: String = "consent@waybill", options: [String] = []
    ) throws -> String {
        let file = path("message")
        try Data(message).write(to: URL(filePath: file))
        try? FileManager.default.removeItem(atPath: file + ".sig")
        let result = try run(["-q", "-Y", "sign", "-n", namespace, "-f", path(key)] + options + [file])
        try #require(result.status == 0, "\(result.output)")
        return try String(contentsOfFile: file + ".sig", encoding: .utf8)
    }
}
