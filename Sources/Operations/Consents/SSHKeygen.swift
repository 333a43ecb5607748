internal import Consent
internal import Foundation
internal import Store

/// Runs `ssh-keygen`, the one program that Waybill starts: it signs with a key that Waybill must not hold.
public enum SSHKeygen {
    /// Who holds the private key that `ssh-keygen` would sign with.
    public enum Holder: Sendable {
        /// The file that was named.
        case file
        /// The SSH agent, because the file has the public key alone.
        case agent
    }

    /// Says who would sign, without repeating what was given, which may be a key in place of its path.
    /// - Throws: ``OperationError/unreadable(path:problem:)`` if it is no file that can be read.
    public static func holder(of keyFile: String) throws -> Holder {
        let text = String(decoding: try SmallFile.bytes(keyFile, limit: 65_536), as: UTF8.self)
        return text.contains("PRIVATE KEY-----") ? .file : .agent
    }

    /// Signs a statement with the private key in a file, as `ssh-keygen -Y sign -n consent@waybill -f KEY` does.
    ///
    /// A passphrase is asked for on the terminal by ssh-keygen.
    /// - Parameter isAgentMeant: whether a public key may be given, for which ssh-keygen has the SSH agent sign.
    /// - Throws: ``OperationError/publicKeyGiven(path:)``, ``OperationError/toolMissing(tool:package:)``, ``OperationError/signingFailed``.
    public static func sign(_ statement: String, keyFile: String, isAgentMeant: Bool = false) throws -> String {
        try requireKey(keyFile, isAgentMeant: isAgentMeant)
        let output = try run(["-q", "-Y", "sign", "-n", SSHSignature.namespace, "-f", keyFile], input: statement)
        return String(decoding: output, as: UTF8.self)
    }

    /// Makes sure that a file can be signed with, and that nobody's agent signs unasked.
    ///
    /// Before ssh-keygen is run, which would repeat what it was given, and that may be a key in place of its path.
    /// - Throws: ``OperationError/publicKeyGiven(path:)``, ``OperationError/unreadable(path:problem:)``.
    public static func requireKey(_ path: String, isAgentMeant: Bool) throws {
        let text = String(decoding: try SmallFile.bytes(path, limit: 65_536), as: UTF8.self)
        guard isAgentMeant || text.contains("PRIVATE KEY") else { throw OperationError.publicKeyGiven(path: path) }
    }

    /// Makes an Ed25519 key without passphrase, for rehearsals.
    /// - Throws: ``OperationError/toolMissing(tool:package:)``, ``OperationError/signingFailed``.
    public static func makeKey(at path: String, comment: String) throws {
        _ = try run(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path], input: "")
    }

    private static func run(_ arguments: [String], input: String) throws -> Data {
        let process = Process()
        process.executableURL = try locate()
        process.arguments = arguments
        let standardInput = Pipe()
        let standardOutput = Pipe()
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        do {
            try process.run()
        } catch {
            throw OperationError.toolMissing(tool: "ssh-keygen", package: "openssh-client")
        }
        try? standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try? standardInput.fileHandleForWriting.close()
        let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw OperationError.signingFailed }
        return output
    }

    private static func locate() throws -> URL {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for directory in path.split(separator: ":") {
            let candidate = "\(directory)/ssh-keygen"
            if FileManager.default.isExecutableFile(atPath: candidate) { return URL(filePath: candidate) }
        }
        throw OperationError.toolMissing(tool: "ssh-keygen", package: "openssh-client")
    }
}
