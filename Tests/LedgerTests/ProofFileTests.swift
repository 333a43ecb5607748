import Ledger
import Model
import Testing
import Vault

@Suite("Proof files (C2SP tlog-proof)")
struct ProofFileTests {
    let leaves: [Digest]
    let key: VerifierKey
    let note: String

    init() throws {
        let signer = try SigningKey.generate()
        key = try VerifierKey(name: "waybill.example/log", publicKey: signer.publicKey)
        leaves = try (0..<21).map { try Tree.leafHash([$0]) }
        let root = try Tree.root(of: leaves)
        note = try Checkpoint(origin: key.name, size: Int64(leaves.count), root: root).sign(with: signer)
    }

    func proof(of index: Int) throws -> String {
        ProofFile.make(index: Int64(index), path: try Tree.inclusionPath(index: index, leafHashes: leaves), note: note)
    }

    @Test("every entry's proof has the form of the specification, reads back and verifies", arguments: 0..<21)
    func roundTrip(index: Int) throws {
        let text = try proof(of: index)
        #expect(text.hasPrefix("c2sp.org/tlog-proof@v1\nindex \(index)\n"))
        #expect(text.hasSuffix("\n\n" + note))
        let file = try ProofFile.parse(text)
        #expect(file.index == Int64(index))
        #expect(file.note == note)
        #expect(try file.verify(leafHash: leaves[index], with: key).size == 21)
        for other in leaves.indices where other != index {
            #expect(throws: LedgerError.proofFails) { try file.verify(leafHash: leaves[other], with: key) }
        }
    }

    @Test("a log of one entry needs no hashes")
    func single() throws {
        let signer = try SigningKey.generate()
        let key = try VerifierKey(name: "one.example", publicKey: signer.publicKey)
        let note = try Checkpoint(origin: key.name, size: 1, root: leaves[0]).sign(with: signer)
        let text = ProofFile.make(index: 0, path: [], note: note)
        #expect(text == "c2sp.org/tlog-proof@v1\nindex 0\n\n" + note)
        try ProofFile.parse(text).verify(leafHash: leaves[0], with: key)
    }

    @Test("extra data is passed over, once, and only if it is base 64")
    func extra() throws {
        let text = try proof(of: 3)
        let extended = text.replacing("index 3\n", with: "extra QUJD\nindex 3\n")
        try ProofFile.parse(extended).verify(leafHash: leaves[3], with: key)
        for line in ["extra QUJ\n", "extra QUJD\nextra QUJD\n", "extra \u{301}QUJD\n", "Extra QUJD\n"] {
            let changed = text.replacing("index 3\n", with: line + "index 3\n")
            #expect(throws: LedgerError.self, "\(line)") { try ProofFile.parse(changed) }
        }
    }

    @Test("no byte before the checkpoint can be changed", arguments: [0x01, 0x20, 0x80] as [UInt8])
    func everyByte(flip: UInt8) throws {
        let bytes = Array(try proof(of: 5).utf8)
        for place in 0..<(bytes.count - note.utf8.count) {
            var changed = bytes
            changed[place] ^= flip
            #expect(throws: LedgerError.self, "byte \(place)") {
                try ProofFile.parse(String(decoding: changed, as: UTF8.self)).verify(leafHash: leaves[5], with: key)
            }
        }
    }

    @Test(
        "what is no proof file is refused",
        arguments: [
            "", "\n\n", "c2sp.org/tlog-proof@v1\n\n", "c2sp.org/tlog-proof@v2\nindex 0\n\nNOTE",
            "c2sp.org/tlog-proof@v1\n\nNOTE", "c2sp.org/tlog-proof@v1\nindex 00\n\nNOTE",
            "c2sp.org/tlog-proof@v1\nindex -1\n\nNOTE", "c2sp.org/tlog-proof@v1\nindex \n\nNOTE",
            "c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\nNOTE",
            "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nNOTE",
            "c2sp.org/tlog-proof@v1\nindex 0\nNOTE", "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        ])
    func malformed(form: String) {
        #expect(throws: LedgerError.self) { try ProofFile.parse(form.replacing("NOTE", with: note)) }
    }

    @Test("a path longer than any tree is high is refused before it is hashed")
    func longPath() {
        let text = ProofFile.make(index: 0, path: Array(repeating: leaves[0], count: 64), note: note)
        #expect(throws: LedgerError.self) { try ProofFile.parse(text) }
    }
}
