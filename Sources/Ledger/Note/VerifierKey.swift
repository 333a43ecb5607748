internal import Model
internal import Vault

/// A key that verifies notes, C2SP signed-note: `<name>+<key id, 8 hexadecimal digits>+<base 64 of 0x01 and the key>`.
public struct VerifierKey: Sendable, Equatable {
    /// The name of the key; for a log, its origin.
    public let name: String
    /// The Ed25519 public key, 32 bytes (RFC 8032).
    public let publicKey: [UInt8]
    /// The first four bytes of SHA-256 over name, line feed, 0x01 and key: finds a signature, proves nothing.
    let id: [UInt8]

    /// C2SP's number for Ed25519.
    private static let algorithm: UInt8 = 0x01

    /// The key with this name.
    /// - Throws: ``LedgerError/malformedKey(problem:)`` if the name is empty or has white space or `+` in it, or the key is
    ///   not 32 bytes; `VaultError` if OpenSSL fails.
    public init(name: String, publicKey: [UInt8]) throws {
        guard name.isKeyName else {
            throw LedgerError.malformedKey(problem: "its name is empty, or has white space or '+' in it")
        }
        guard publicKey.count == 32 else { throw LedgerError.malformedKey(problem: "an Ed25519 key has 32 bytes") }
        self.name = name
        self.publicKey = publicKey
        let digest = try SHA256.digest(of: Array(name.utf8) + [0x0A, Self.algorithm] + publicKey)
        id = Array(digest.bytes.prefix(4))
    }

    /// Reads the text form.
    /// - Throws: ``LedgerError/malformedKey(problem:)``; `VaultError` if OpenSSL fails.
    public init(parsing text: String) throws {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { throw LedgerError.malformedKey(problem: "it is not three parts joined by '+'") }
        guard let bytes = Base64.decode(parts[2]) else {
            throw LedgerError.malformedKey(problem: "its third part is not base 64")
        }
        guard bytes.first == Self.algorithm else {
            throw LedgerError.malformedKey(problem: "it is not of type 1, Ed25519")
        }
        try self.init(name: parts[0], publicKey: Array(bytes.dropFirst()))
        guard parts[1].utf8.count == 8, Hex.decode(parts[1]) == id else {
            throw LedgerError.malformedKey(problem: "its identifier does not belong to name and key")
        }
    }

    /// The text form.
    public var text: String { "\(name)+\(Hex.encode(id))+\(Base64.encode([Self.algorithm] + publicKey))" }
}
