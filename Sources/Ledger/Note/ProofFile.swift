public import Model

/// The proof that an entry is in a log, which needs nothing but the log's key to be checked: C2SP tlog-proof.
public struct ProofFile: Sendable, Equatable {
    /// The place of the entry.
    public let index: Int64
    /// The hashes beside the way from the entry's leaf to the root, the leaf's sibling first.
    public let path: [Digest]
    /// The checkpoint, a signed note.
    public let note: String

    private static let header = "c2sp.org/tlog-proof@v1"

    /// The text of a proof file.
    /// - Parameters:
    ///   - path: as ``Tree/inclusionPath(index:leafHashes:)`` gives it for the size in the checkpoint.
    ///   - note: the checkpoint, a signed note.
    public static func make(index: Int64, path: [Digest], note: String) -> String {
        let lines = [header, "index \(index)"] + path.map { Base64.encode($0.bytes) }
        return lines.joined(separator: "\n") + "\n\n" + note
    }

    /// Reads a proof file.
    ///
    /// Extra data, which nobody vouches for, is passed over.
    /// - Throws: ``LedgerError/malformedProof(problem:)``, ``LedgerError/malformedNote(problem:)``.
    public static func parse(_ text: String) throws(LedgerError) -> ProofFile {
        let bytes = Array(text.utf8)
        guard bytes.count <= SignedNote.maximumBytes else { throw .malformedProof(problem: "it is too long") }
        guard let blank = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }) else {
            throw .malformedProof(problem: "no empty line stands before the checkpoint")
        }
        var lines = bytes[..<blank].split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }[...]
        guard let first = lines.popFirst(), first.hasSameBytes(as: header) else {
            throw .malformedProof(problem: "its first line is not '\(header)'")
        }
        if let extra = lines.first.flatMap({ value("extra ", in: $0) }) {
            guard Base64.decode(extra) != nil else { throw .malformedProof(problem: "its extra data is not base 64") }
            lines.removeFirst()
        }
        guard let digits = lines.popFirst().flatMap({ value("index ", in: $0) }), let index = Decimal.decode(digits)
        else { throw .malformedProof(problem: "it names no index") }
        guard lines.count <= 63 else { throw .malformedProof(problem: "its path is longer than any tree is high") }
        let path = try lines.map { (line) throws(LedgerError) in
            guard let bytes = Base64.decode(line), let hash = try? Digest(bytes) else {
                throw .malformedProof(problem: "a line of its path is not 32 bytes in base 64")
            }
            return hash
        }
        let note = String(decoding: bytes[(blank + 2)...], as: UTF8.self)
        _ = try Checkpoint.parse(note: note)
        return ProofFile(index: index, path: path, note: note)
    }

    /// What stands behind `key` in a line that begins with it, byte by byte: a combining character belongs to the value.
    private static func value(_ key: String, in line: String) -> String? {
        guard line.utf8.starts(with: key.utf8) else { return nil }
        return String(decoding: line.utf8.dropFirst(key.utf8.count), as: UTF8.self)
    }

    /// Makes sure that the entry with this leaf hash is in the log of `key`, and returns the checkpoint it is under.
    /// - Throws: ``LedgerError/unverifiedNote(problem:)``, ``LedgerError/proofFails``; `VaultError` if OpenSSL fails.
    @discardableResult
    public func verify(leafHash: Digest, with key: VerifierKey) throws -> Checkpoint {
        let checkpoint = try Checkpoint.verify(note: note, with: key)
        let isIncluded = try Tree.verifyInclusion(
            index: index, size: checkpoint.size, leafHash: leafHash, path: path, root: checkpoint.root)
        guard isIncluded else { throw LedgerError.proofFails }
        return checkpoint
    }
}
