import Foundation
import Model
import Testing
import Vault

@testable import Ledger

@Suite("Checkpoints (C2SP tlog-checkpoint, signed-note)")
struct NoteTests {
    let signer: SigningKey
    let key: VerifierKey
    let checkpoint: Checkpoint
    let note: String

    init() throws {
        signer = try SigningKey.generate()
        key = try VerifierKey(name: "waybill.example/log", publicKey: signer.publicKey)
        checkpoint = Checkpoint(origin: key.name, size: 42, root: try Tree.leafHash([7]))
        note = try checkpoint.sign(with: signer)
    }

    @Test("a signed checkpoint has the form of the specification and reads back as itself")
    func form() throws {
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 6)
        #expect(lines[0] == "waybill.example/log")
        #expect(lines[1] == "42")
        #expect(Data(base64Encoded: String(lines[2])).map(Array.init) == checkpoint.root.bytes)
        #expect(lines[3].isEmpty)
        #expect(lines[4].hasPrefix("\u{2014} waybill.example/log "))
        #expect(lines[5].isEmpty)
        #expect(note.hasPrefix(checkpoint.text))
        #expect(try Checkpoint.parse(note: note) == checkpoint)
        #expect(try Checkpoint.verify(note: note, with: key) == checkpoint)
    }

    @Test(
        "stock openssl verifies the signature over the text alone",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
    func openssl() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "note-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let line = try #require(note.split(separator: "\n").last?.split(separator: " ").last)
        let blob = try #require(Data(base64Encoded: String(line)))
        let prefix = try #require(Hex.decode("302a300506032b6570032100"))
        let spki = Data(prefix + signer.publicKey).base64EncodedString()
        let pem = "-----BEGIN PUBLIC KEY-----\n\(spki)\n-----END PUBLIC KEY-----\n"
        let files = ["key.pem": Data(pem.utf8), "text": Data(checkpoint.text.utf8), "signature": blob.dropFirst(4)]
        for (name, data) in files { try data.write(to: folder.appending(path: name)) }

        func verify() throws -> Int32 {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/openssl")
            process.currentDirectoryURL = folder
            process.arguments = [
                "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem", "-in", "text", "-sigfile", "signature",
            ]
            process.standardOutput = Pipe()
            process.standardError = Pipe()
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        #expect(try verify() == 0)
        try Data(checkpoint.text.utf8.dropLast()).write(to: folder.appending(path: "text"))
        #expect(try verify() != 0)
    }

    @Test("no byte of a signed checkpoint can be changed", arguments: [0x01, 0x02, 0x20, 0x80] as [UInt8])
    func everyByte(flip: UInt8) throws {
        let bytes = Array(note.utf8)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= flip
            let text = String(decoding: changed, as: UTF8.self)
            #expect(throws: LedgerError.self, "byte \(place)") { try Checkpoint.verify(note: text, with: key) }
        }
        for place in bytes.indices {
            var shorter = bytes
            shorter.remove(at: place)
            let text = String(decoding: shorter, as: UTF8.self)
            #expect(throws: LedgerError.self, "without byte \(place)") { try Checkpoint.verify(note: text, with: key) }
        }
    }

    @Test(
        "what is no checkpoint is refused",
        arguments: [
            "", "\n", "\n\n", "\n\n\n", "o\n1\n\n", "o\n1\nAAAA\n\n\u{2014} o AAAAAAAA\n", "no end",
            "o\n1\nROOT\n\u{2014} o AAAAAAAA\n", "o\n1\nROOT\n\n", "o\n1\nROOT\n\n\n",
            "o\n01\nROOT\n\n\u{2014} o AAAAAAAA\n",
            "o\n-1\nROOT\n\n\u{2014} o AAAAAAAA\n", "o\n+1\nROOT\n\n\u{2014} o AAAAAAAA\n",
            "o\n9223372036854775808\nROOT\n\n\u{2014} o AAAAAAAA\n", "o\n\nROOT\n\n\u{2014} o AAAAAAAA\n",
            "\n1\nROOT\n\n\u{2014} o AAAAAAAA\n", "o\n1\nROOT\n\n- o AAAAAAAA\n", "o\n1\nROOT\n\n\u{2014} o AAAAAAAA",
            "o\n1\nROOT\n\n\u{2014} o  AAAAAAAA\n", "o\n1\nROOT\n\n\u{2014} o AAAA\n",
            "o\n1\nROOT\n\n\u{2014} o AAAAAAB\n",
            "o\n1\nROOT\n\n\u{2014} o+p AAAAAAAA\n", "o\n1\nROOT\n\n\u{2014}  AAAAAAAA\n",
            "o\r\n1\nROOT\n\n\u{2014} o AAAAAAAA\n",
            "o\n1\nROOT\n\n\u{2014} o AAAAAAAA\n\u{7}", "o\n1\nROOT\n\n\u{2014} o AAAAAAAA\nmore\n",
            "o\n\u{0661}\nROOT\n\n\u{2014} o AAAAAAAA\n", "o\n1\nROOT=\n\n\u{2014} o AAAAAAAA\n",
        ])
    func malformed(form: String) throws {
        let note = form.replacing("ROOT", with: Base64.encode(checkpoint.root.bytes))
        #expect(throws: LedgerError.self) { try Checkpoint.parse(note: note) }
        #expect(throws: LedgerError.self) { try Checkpoint.verify(note: note, with: key) }
    }

    @Test("lines of other keys are passed over, a wrong line of the log's own key refuses the note")
    func otherSignatures() throws {
        let witness = try SigningKey.generate()
        let witnessKey = try VerifierKey(name: "witness.example", publicKey: witness.publicKey)
        let line = try #require(
            SignedNote.sign(checkpoint.text, with: witness, as: witnessKey).split(separator: "\n").last)
        let many = note + (0..<20).map { _ in "\(line)\n" }.joined()
        #expect(try Checkpoint.verify(note: many, with: key) == checkpoint)

        // The same name with another key, and the same key under another name, are other keys.
        let namesake = try VerifierKey(name: key.name, publicKey: witness.publicKey)
        #expect(throws: LedgerError.self) { try Checkpoint.verify(note: note, with: namesake) }
        let renamed = try VerifierKey(name: "other.example", publicKey: signer.publicKey)
        #expect(throws: LedgerError.self) { try Checkpoint.verify(note: note, with: renamed) }

        let wrong = "\u{2014} \(key.name) \(Base64.encode(key.id + [UInt8](repeating: 1, count: 64)))\n"
        #expect(throws: LedgerError.unverifiedNote(problem: "its signature is wrong")) {
            try Checkpoint.verify(note: note + wrong, with: key)
        }
        let short = "\u{2014} \(key.name) \(Base64.encode(key.id + [1, 2, 3]))\n"
        #expect(throws: LedgerError.self) { try Checkpoint.verify(note: note + short, with: key) }
    }

    @Test("a checkpoint of another log, signed by this key, is refused")
    func otherOrigin() throws {
        let other = Checkpoint(origin: "other.example", size: 42, root: checkpoint.root)
        let note = try SignedNote.sign(other.text, with: signer, as: key)
        #expect(throws: LedgerError.unverifiedNote(problem: "it is of another log")) {
            try Checkpoint.verify(note: note, with: key)
        }
    }

    @Test("extension lines are signed and passed over, and the last empty line ends the text")
    func extensions() throws {
        let extended = try SignedNote.sign(checkpoint.text + "extension\n", with: signer, as: key)
        #expect(try Checkpoint.verify(note: extended, with: key) == checkpoint)
        #expect(throws: LedgerError.self) {
            try Checkpoint.verify(note: extended.replacing("extension", with: "another"), with: key)
        }
        let poem = try SignedNote(parsing: SignedNote.sign("one\n\ntwo\n", with: signer, as: key))
        #expect(poem.text == "one\n\ntwo\n")
        try poem.verify(with: key)
    }
}

@Suite("Verifier keys (C2SP signed-note)")
struct VerifierKeyTests {
    @Test("a key reads back from its text, whatever its bytes", arguments: 0..<64)
    func roundTrip(byte: UInt8) throws {
        // Among these are keys whose base 64 has '+' and '/' in it.
        let key = try VerifierKey(name: "log.example/1", publicKey: (0..<32).map { byte &* 4 &+ $0 &* 29 })
        #expect(try VerifierKey(parsing: key.text) == key)
        let parts = key.text.split(separator: "+", maxSplits: 2)
        let digest = try SHA256.digest(of: Array("log.example/1\n\u{1}".utf8) + key.publicKey)
        #expect(parts[1] == digest.hex.prefix(8))
    }

    @Test("a changed letter is noticed")
    func everyLetter() throws {
        let key = try VerifierKey(name: "log.example/1", publicKey: Array(0..<32))
        for place in key.text.indices {
            var text = key.text
            text.replaceSubrange(place...place, with: key.text[place] == "b" ? "c" : "b")
            #expect(throws: LedgerError.self, "\(text)") { try VerifierKey(parsing: text) }
        }
    }

    @Test("what is no key is refused", arguments: ["", "a", "a+b", "a+00000000+", "+00000000+AQ==", "a++", "+++"])
    func malformed(text: String) {
        #expect(throws: LedgerError.self) { try VerifierKey(parsing: text) }
    }

    @Test(
        "a name with a space, a plus or a line break is refused",
        arguments: ["", "a b", "a+b", "a\nb", "a\u{a0}b", "\t"])
    func badName(name: String) {
        #expect(throws: LedgerError.self) { try VerifierKey(name: name, publicKey: Array(0..<32)) }
    }

    @Test("a key that is not 32 bytes is refused", arguments: [0, 31, 33, 64])
    func badLength(count: Int) {
        #expect(throws: LedgerError.self) {
            try VerifierKey(name: "a", publicKey: [UInt8](repeating: 1, count: count))
        }
    }
}
