internal import Model
internal import Vault

/// Text with signatures under it, C2SP signed-note v1.0.0.
struct SignedNote {
    /// One line under the text.
    struct Signature {
        let name: String
        let keyID: [UInt8]
        let bytes: [UInt8]
    }

    /// Above this a note is refused; 16 post-quantum signatures need about 100 kB.
    static let maximumBytes = 1 << 20

    /// What is signed, its last line break included.
    let text: String
    let signatures: [Signature]

    private static let mark = Array("\u{2014} ".utf8)

    /// Reads a note.
    ///
    /// Says nothing about its signatures.
    init(parsing note: String) throws(LedgerError) {
        let bytes = Array(note.utf8)
        guard bytes.count <= Self.maximumBytes else { throw .malformedNote(problem: "it is too long") }
        guard bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else {
            throw .malformedNote(problem: "there is a control character in it")
        }
        guard bytes.last == 0x0A else { throw .malformedNote(problem: "it does not end in a line break") }
        // The last empty line separates; the text itself may have empty lines.
        guard let blank = bytes.indices.dropLast().last(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }),
            blank > 0
        else { throw .malformedNote(problem: "no empty line stands between text and signatures") }
        text = String(decoding: bytes[...blank], as: UTF8.self)
        let lines = bytes[(blank + 2)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        signatures = try lines.map { (line) throws(LedgerError) in try Self.signature(line) }
    }

    private static func signature(_ line: ArraySlice<UInt8>) throws(LedgerError) -> Signature {
        guard line.starts(with: mark) else { throw .malformedNote(problem: "a signature line has no dash") }
        let words = line.dropFirst(mark.count).split(separator: 0x20, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 2, words[0].isKeyName, let bytes = Base64.decode(words[1]), bytes.count > 4 else {
            throw .malformedNote(problem: "a signature line is not dash, name and base 64")
        }
        return Signature(name: words[0], keyID: Array(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
    }

    /// Makes sure that `key` signed the text.
    ///
    /// Lines of other keys are passed over, as the specification asks, so that witnesses can add theirs; a line of this
    /// key that is wrong refuses the note.
    /// - Throws: ``LedgerError/unverifiedNote(problem:)``; `VaultError` if OpenSSL fails.
    func verify(with key: VerifierKey) throws {
        let own = signatures.filter { $0.name.hasSameBytes(as: key.name) && $0.keyID == key.id }
        guard !own.isEmpty else { throw LedgerError.unverifiedNote(problem: "the log's key has not signed it") }
        for signature in own {
            guard
                try signature.bytes.count == 64
                    && Ed25519.isValid(signature: signature.bytes, of: Array(text.utf8), publicKey: key.publicKey)
            else { throw LedgerError.unverifiedNote(problem: "its signature is wrong") }
        }
    }

    /// Signs `text`, which must end in a line break.
    static func sign(_ text: String, with signer: SigningKey, as key: VerifierKey) throws -> String {
        let signature = try signer.sign(Array(text.utf8))
        return "\(text)\n\u{2014} \(key.name) \(Base64.encode(key.id + signature))\n"
    }
}
