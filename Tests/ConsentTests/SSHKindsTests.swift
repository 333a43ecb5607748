import Foundation
import Model
import Support
import Testing
import Vault

@testable import Consent

@Suite("Every kind of key that OpenSSH makes for signing can consent, and what is taken stock ssh-keygen takes")
struct SSHKindsTests {
    let tool: SSHKeygenTool
    let statement: Statement

    init() throws {
        tool = try SSHKeygenTool()
        statement = try Fixture.statement()
    }

    /// Whether stock ssh-keygen takes what is kept of a signature.
    private func stockTakes(_ armored: String, by person: Administrator) throws -> Bool {
        try armored.write(toFile: tool.path("kept.sig"), atomically: true, encoding: .utf8)
        try person.allowedSignersLine.write(toFile: tool.path("allowed"), atomically: true, encoding: .utf8)
        let arguments = ["-Y", "verify", "-f", "allowed", "-I", "anna", "-n", "consent@waybill", "-s", "kept.sig"]
        return try tool.run(arguments, input: statement.bytes).status == 0
    }

    private func isTaken(_ armored: String, by person: Administrator) -> SSHSignature? {
        guard let signature = try? SSHSignature(armored: armored), signature.key == person.key,
            signature.namespace == SSHSignature.namespace, (try? signature.isValid(for: statement.bytes)) == true
        else { return nil }
        return signature
    }

    @Test(
        "a signature by a key of any kind is taken, and kept as stock ssh-keygen takes it",
        arguments: [
            ["-t", "ecdsa", "-b", "384"], ["-t", "ecdsa", "-b", "521"], ["-t", "rsa", "-b", "3072"],
            ["-t", "rsa", "-b", "4096"],
        ])
    func kinds(options: [String]) throws {
        let made = try tool.run(["-q"] + options + ["-N", "", "-C", "x", "-f", tool.path("k")])
        try #require(made.status == 0, "\(made.output)")
        let line = try String(contentsOfFile: tool.path("k.pub"), encoding: .utf8)
        let person = try Fixture.administrator(line)
        for hash in ["sha256", "sha512"] {
            let armored = try tool.sign(statement.bytes, key: "k", options: ["-O", "hashalg=\(hash)"])
            let taken = try #require(isTaken(armored, by: person))
            #expect(taken.armored == armored)
            #expect(try stockTakes(taken.armored, by: person))
            #expect(try !taken.isValid(for: statement.bytes + [0x20]))
        }
    }

    // MARK: Tokens, made in software

    /// The public key's blob and a signer of bytes, of a token's key.
    private struct Token {
        let algorithm: String
        let blob: [UInt8]
        var application = "ssh:"
        let sign: ([UInt8]) throws -> [UInt8]

        var line: String { "\(algorithm) \(Data(blob).base64EncodedString()) someone@example.com\n" }

        /// A signature over `message`, as a token makes it.
        func armored(_ message: [UInt8], flags: UInt8 = 1, counter: UInt32 = 7, namespace: String = "consent@waybill")
            throws
            -> String
        {
            var signed = SSHWireWriter()
            signed.raw(Array("SSHSIG".utf8))
            for part in [Array(namespace.utf8), [], Array("sha512".utf8), try SHA512.digest(of: message)] {
                signed.string(part)
            }
            let count = (0..<4).map { UInt8(truncatingIfNeeded: counter >> (24 - 8 * $0)) }
            let seen =
                try SHA256.digest(of: Array(application.utf8)).bytes + [flags] + count
                + SHA256.digest(of: signed.bytes).bytes
            var field = SSHWireWriter()
            field.string(Array(algorithm.utf8))
            field.string(try sign(seen))
            field.raw([flags] + count)
            var whole = SSHWireWriter()
            whole.raw(Array("SSHSIG".utf8) + [0, 0, 0, 1])
            for part in [blob, Array(namespace.utf8), [], Array("sha512".utf8), field.bytes] { whole.string(part) }
            let text = Data(whole.bytes).base64EncodedString()
            let lines = stride(from: 0, to: text.count, by: 70).map { start in
                String(text.dropFirst(start).prefix(70))
            }
            return
                (["-----BEGIN SSH SIGNATURE-----"] + lines + ["-----END SSH SIGNATURE-----"]).joined(separator: "\n")
                + "\n"
        }
    }

    private func ed25519Token(application: String = "ssh:") throws -> Token {
        let key = try SigningKey.generate()
        var blob = SSHWireWriter()
        blob.string(Array("sk-ssh-ed25519@openssh.com".utf8))
        blob.string(key.publicKey)
        blob.string(Array(application.utf8))
        return Token(algorithm: "sk-ssh-ed25519@openssh.com", blob: blob.bytes, application: application) {
            try key.sign($0)
        }
    }

    private func openssl(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let (standardInput, standardOutput) = (Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        process.standardError = Pipe()
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input))
        try standardInput.fileHandleForWriting.close()
        let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl is missing or failed: apt-get install openssl")
        return Array(output)
    }

    private func ecdsaToken() throws -> Token {
        let file = tool.path("p256.pem")
        _ = try openssl(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file])
        let point = Array(try openssl(["pkey", "-in", file, "-pubout", "-outform", "DER"]).suffix(65))
        let name = "sk-ecdsa-sha2-nistp256@openssh.com"
        var blob = SSHWireWriter()
        for part in [Array(name.utf8), Array("nistp256".utf8), point, Array("ssh:".utf8)] { blob.string(part) }
        return Token(algorithm: name, blob: blob.bytes) { bytes in
            let der = try openssl(["dgst", "-sha256", "-sign", file], input: bytes)
            // SEQUENCE { INTEGER r, INTEGER s }, all short; a DER INTEGER is an mpint's bytes.
            let r = Array(der[4..<(4 + Int(der[3]))])
            let s = Array(der[(4 + r.count + 2)...])
            var numbers = SSHWireWriter()
            numbers.string(r)
            numbers.string(s)
            return numbers.bytes
        }
    }

    @Test("a token's key can be enrolled and consents if somebody touched it", arguments: [true, false])
    func tokens(isEd25519: Bool) throws {
        let token = try isEd25519 ? ed25519Token() : ecdsaToken()
        let person = try Fixture.administrator(token.line)
        #expect(person.key.algorithm.rawValue == token.algorithm)
        let armored = try token.armored(statement.bytes, flags: 5, counter: 4_000_000_000)
        let taken = try #require(isTaken(armored, by: person))
        #expect(try stockTakes(taken.armored, by: person))
        #expect(isTaken(try token.armored(statement.bytes, flags: 0), by: person) == nil)
        #expect(throws: ConsentError.untouched) {
            _ = try ConsentVerifier.match(
                try token.armored(statement.bytes, flags: 4), among: [Fixture.request(statement)], by: person,
                for: DestinationID("d1"), now: Fixture.now)
        }
        #expect(isTaken(try token.armored(statement.bytes, flags: 4), by: person) == nil)
        #expect(isTaken(try token.armored(statement.bytes + [1]), by: person) == nil)
        #expect(isTaken(try token.armored(statement.bytes, namespace: "git"), by: person) == nil)
    }

    @Test(
        "a token's key whose application has control characters is not enrolled, and one that was consents no more",
        arguments: ["ssh:\0evil", "ssh:\0", "ssh:a\nb", "ssh:\u{7F}"])
    func tokenApplications(application: String) throws {
        let token = try ed25519Token(application: application)
        let refusal = #expect(throws: ConsentError.self) { _ = try SSHPublicKey(line: token.line) }
        #expect(refusal?.message.contains("control characters") == true)
        let person = Administrator(
            name: try AdministratorName("anna"), role: .administrator,
            key: try SSHPublicKey(line: token.line, isEnrolled: true), enrolled: Fixture.now, retired: nil)
        let armored = try token.armored(statement.bytes)
        #expect(isTaken(armored, by: person) == nil)
        if application.contains("\0") { #expect(try !stockTakes(armored, by: person)) }
        // Any other name is as good as the usual one.
        let named = try ed25519Token(application: "ssh:work")
        let colleague = try Fixture.administrator(named.line)
        let taken = try #require(isTaken(try named.armored(statement.bytes), by: colleague))
        #expect(try stockTakes(taken.armored, by: colleague))
    }

    // MARK: The property

    @Test(
        "whatever is taken of a mutated signature, stock ssh-keygen takes as it is kept",
        arguments: ["ed25519", "ecdsa"])
    func mutations(type: String) throws {
        let person = try Fixture.administrator(tool.makeKey("k", type: type))
        var random = SeededGenerator(seed: 11)
        let genuine = try tool.sign(statement.bytes, key: "k")
        let lines = genuine.split(separator: "\n").map(String.init)
        let blob = Array(try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined())))
        func armor(_ bytes: [UInt8], width: Int = 70) -> String {
            let text = Data(bytes).base64EncodedString()
            let body = stride(from: 0, to: text.count, by: width).map { String(text.dropFirst($0).prefix(width)) }
            return ([lines[0]] + body + [lines[lines.count - 1]]).joined(separator: "\n") + "\n"
        }
        var candidates = [
            genuine, genuine.replacing("\n", with: "\r\n"), genuine.replacing("\n", with: " \n"), "\n\n" + genuine,
            genuine.replacing("\n", with: "\n\t"), armor(blob, width: 64), armor(blob, width: 1000), "x\n" + genuine,
            genuine + "x\n", genuine + genuine, armor(blob + [0]), String(genuine.dropLast()), "\u{FEFF}" + genuine,
            genuine.replacing("\n", with: "\r"), genuine + "\0", genuine.lowercased(),
        ]
        for _ in 0..<120 {
            var bytes = blob
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes.remove(at: place)
            default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            }
            candidates.append(armor(bytes))
        }
        var taken = 0
        for candidate in candidates {
            guard let signature = isTaken(candidate, by: person) else { continue }
            taken += 1
            #expect(signature.armored == genuine)
            #expect(try stockTakes(signature.armored, by: person))
        }
        // Both sides were met: some differ in blanks and line ends alone, the others in what they say.
        #expect(taken >= 8 && taken < candidates.count - 100, "\(taken) of \(candidates.count)")
    }

    @Test(
        "numbers that OpenSSH does not write are not taken",
        arguments: [
            [UInt8](repeating: 0x80, count: 32), [0, 1], [0], [],
        ])
    func numbers(bytes: [UInt8]) {
        var writer = SSHWireWriter()
        writer.string(bytes)
        var reader = SSHWireReader(writer.bytes)
        #expect(reader.mpint() == nil)
    }

    @Test(
        "OpenSSH's own signatures are valid, and none of another text",
        arguments: [PublishedSignature.ed25519Token, .ecdsaToken, .ecdsa, .rsa])
    func published(sample: PublishedSignature) throws {
        let signature = try SSHSignature(armored: sample.armored)
        #expect(signature.armored == sample.armored && signature.namespace == "unittest")
        let text = Array("This is a test, this is only a test".utf8)
        #expect(try signature.isValid(for: text))
        #expect(try !signature.isValid(for: text + [0x0A]))
    }

    // MARK: What cannot be enrolled

    @Test("what cannot be enrolled is refused with the reason")
    func refused() throws {
        let genuine = try tool.makeKey("k")
        let smallOrder = (0..<2).map { first -> String in
            var blob = SSHWireWriter()
            blob.string(Array("ssh-ed25519".utf8))
            blob.string([UInt8(first)] + [UInt8](repeating: 0, count: 31))
            return "ssh-ed25519 \(Data(blob.bytes).base64EncodedString())\n"
        }
        _ = try tool.run(["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", tool.path("short")])
        _ = try tool.run(["-q", "-s", tool.path("k"), "-I", "id", "-n", "anna", tool.path("k.pub")])
        let short = try String(contentsOfFile: tool.path("short.pub"), encoding: .utf8)
        let certificate = try String(contentsOfFile: tool.path("k-cert.pub"), encoding: .utf8)
        let privateKey = try String(contentsOfFile: tool.path("k"), encoding: .utf8)
        for (text, word) in [
            (genuine + genuine, "2 keys"), (smallOrder[0], "small order"), (smallOrder[1], "small order"),
            (short, "3072"), (certificate, "certificate"), (privateKey, "private key"), ("", "empty"),
            ("no-pty,command=\"x\" " + genuine, "options"), ("ssh-dss AAAA x\n", "DSA"),
        ] {
            let error = #expect(throws: ConsentError.self) { try SSHPublicKey(line: text) }
            #expect(error?.message.contains(word) == true, "\(word): \(error?.message ?? "")")
        }
        // What was enrolled before is read, so that its workspace can be used; nothing verifies under it.
        #expect(try SSHPublicKey(line: smallOrder[1], isEnrolled: true).algorithm == .ed25519)
        #expect(try SSHPublicKey(line: "\n# mine\n" + genuine).algorithm == .ed25519)
    }
}
