import Foundation
import Model
import Testing
import Vault

/// What an auditor does who has nothing of ours: the stock `openssl` reads our keys and checks our signatures.
@Suite("The openssl tool")
struct OpenSSLToolTests {
    private static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    @Test("reads the PEM of a public key as exactly that Ed25519 key")
    func pem() throws {
        let folder = try TemporaryFolder()
        let key = try SigningKey.generate()
        let path = try folder.write(Array(Ed25519.pem(publicKey: key.publicKey).utf8), to: "key.pem")
        let text = try Self.run(["pkey", "-pubin", "-in", path, "-noout", "-text"])
        #expect(text.status == 0, "\(text.output)")
        #expect(text.output.contains("ED25519 Public-Key"))
        let digits = text.output.split(separator: "pub:").last?.filter(\.isHexDigit)
        #expect(digits == Hex.encode(key.publicKey))
        // The tool's own PEM of it is the same text.
        #expect(try Self.run(["pkey", "-pubin", "-in", path]).output == Ed25519.pem(publicKey: key.publicKey))
    }

    @Test("takes our signature of a message, and not of the message with a byte more")
    func signature() throws {
        let folder = try TemporaryFolder()
        let key = try SigningKey.generate()
        let message = Array("a statement\n".utf8)
        let pem = try folder.write(Array(Ed25519.pem(publicKey: key.publicKey).utf8), to: "key.pem")
        let signature = try folder.write(key.sign(message), to: "signature")
        func status(_ message: [UInt8], _ name: String) throws -> Int32 {
            let path = try folder.write(message, to: name)
            return try Self.run([
                "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", pem, "-in", path, "-sigfile", signature,
            ]).status
        }
        #expect(try status(message, "message") == 0)
        #expect(try status(message + [0], "longer") != 0)
    }

    @Test("makes ECDSA P-256 signatures that are valid here, and only for their message")
    func ecdsa() throws {
        let folder = try TemporaryFolder()
        let message = Array("another statement\n".utf8)
        let input = try folder.write(message, to: "message")
        let (key, point, signature) = (folder.path("key"), folder.path("point"), folder.path("signature"))
        for arguments in [
            ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key],
            ["pkey", "-in", key, "-pubout", "-outform", "DER", "-out", point],
            ["dgst", "-sha256", "-sign", key, "-out", signature, input],
        ] {
            let result = try Self.run(arguments)
            try #require(result.status == 0, "\(result.output)")
        }
        // The point stands at the end of the SubjectPublicKeyInfo (RFC 5480 section 2).
        let publicKey = Array(try Data(contentsOf: URL(filePath: point)).suffix(65))
        let der = Array(try Data(contentsOf: URL(filePath: signature)))
        #expect(try ECDSA.isValid(derSignature: der, of: message, publicKey: publicKey))
        #expect(try !ECDSA.isValid(derSignature: der, of: message + [0], publicKey: publicKey))
    }
}
