public import Model
public import Vault

/// The head of a log, C2SP tlog-checkpoint v1.0.0: which log, how many entries, which root.
public struct Checkpoint: Sendable, Equatable {
    /// The name of the log.
    public let origin: String
    /// The number of entries.
    public let size: Int64
    /// The root of the tree over them.
    public let root: Digest

    /// A checkpoint with these parts.
    public init(origin: String, size: Int64, root: Digest) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// What is signed: origin, size and root, a line each.
    public var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }

    /// Reads a checkpoint out of a signed note, without looking at the signatures.
    ///
    /// Extension lines are passed over.
    /// - Throws: ``LedgerError/malformedNote(problem:)``.
    public static func parse(note: String) throws(LedgerError) -> Checkpoint {
        try Checkpoint(text: SignedNote(parsing: note).text)
    }

    /// Reads a checkpoint out of a signed note, and makes sure that `key` signed it and is the key of its origin.
    /// - Throws: ``LedgerError/malformedNote(problem:)``, ``LedgerError/unverifiedNote(problem:)``; `VaultError` if OpenSSL
    ///   fails.
    public static func verify(note: String, with key: VerifierKey) throws -> Checkpoint {
        let note = try SignedNote(parsing: note)
        try note.verify(with: key)
        let checkpoint = try Checkpoint(text: note.text)
        guard checkpoint.origin.hasSameBytes(as: key.name) else {
            throw LedgerError.unverifiedNote(problem: "it is of another log")
        }
        return checkpoint
    }

    /// The signed note.
    /// - Throws: ``LedgerError/malformedKey(problem:)`` if the origin cannot be a key's name; `VaultError` if OpenSSL fails.
    public func sign(with signer: SigningKey) throws -> String {
        let key = try VerifierKey(name: origin, publicKey: signer.publicKey)
        return try SignedNote.sign(text, with: signer, as: key)
    }

    private init(text: String) throws(LedgerError) {
        let lines = text.utf8.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String($0) ?? ""
        }
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }) else {
            throw .malformedNote(problem: "it is not origin, size and root, a line each")
        }
        guard let size = Decimal.decode(lines[1]) else { throw .malformedNote(problem: "its size is no number") }
        guard let bytes = Base64.decode(lines[2]), let root = try? Digest(bytes) else {
            throw .malformedNote(problem: "its root is not 32 bytes in base 64")
        }
        self.init(origin: lines[0], size: size, root: root)
    }
}
