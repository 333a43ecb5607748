internal import FoundationEssentials
public import Model
internal import Vault

/// An SSH public key that consents are signed with: Ed25519 (RFC 8709) or ECDSA over P-256 (RFC 5656).
public struct SSHPublicKey: Sendable, Hashable {
    /// The supported algorithms, by their SSH names.
    public enum Algorithm: String, Sendable, CaseIterable {
        case ed25519 = "ssh-ed25519"
        case ecdsaP256 = "ecdsa-sha2-nistp256"
    }

    /// The algorithm.
    public let algorithm: Algorithm
    /// The key as SSH encodes it, the part that a `.pub` file has in base 64.
    public let blob: [UInt8]
    /// The key itself: 32 bytes for Ed25519, the 65-byte uncompressed point for P-256.
    public let point: [UInt8]

    /// Reads a line as `ssh-keygen` writes it to a `.pub` file: algorithm, base 64, comment.
    ///
    /// The comment is dropped: it often is an address.
    /// - Throws: ``ConsentError/publicKey(problem:)``.
    public init(line: String) throws(ConsentError) {
        let parts = line.split(whereSeparator: \.isWhitespace)
        guard parts.count >= 2 else { throw .publicKey(problem: "it is not one line of algorithm and base 64") }
        guard !line.contains("PRIVATE KEY") else {
            throw .publicKey(problem: "it is a private key; give the file that ends in .pub")
        }
        guard let algorithm = Algorithm(rawValue: String(parts[0])) else {
            throw .publicKey(problem: "'\(parts[0].prefix(40))' is not among the supported algorithms")
        }
        guard let blob = Data(base64Encoded: String(parts[1])).map(Array.init) else {
            throw .publicKey(problem: "its second word is not base 64")
        }
        try self.init(blob: blob)
        guard self.algorithm == algorithm else { throw .publicKey(problem: "it names two different algorithms") }
    }

    /// Reads the binary form.
    /// - Throws: ``ConsentError/publicKey(problem:)``.
    public init(blob: [UInt8]) throws(ConsentError) {
        var reader = SSHWireReader(blob)
        guard let name = reader.text(), let algorithm = Algorithm(rawValue: name) else {
            throw .publicKey(problem: "its algorithm is not supported")
        }
        if algorithm == .ecdsaP256 {
            guard reader.text() == "nistp256" else { throw .publicKey(problem: "its curve is not nistp256") }
        }
        let expected = algorithm == .ed25519 ? 32 : 65
        guard let point = reader.string(), point.count == expected, reader.isAtEnd,
            algorithm == .ed25519 || point[0] == 4
        else { throw .publicKey(problem: "its length is wrong") }
        self.algorithm = algorithm
        self.blob = blob
        self.point = point
    }

    /// Algorithm and base 64, without a comment.
    public var text: String { "\(algorithm.rawValue) \(Data(blob).base64EncodedString())" }

    /// The SHA-256 of ``blob``, the fingerprint that `ssh-keygen -l` shows in base 64.
    /// - Throws: `VaultError` if hashing fails.
    public func digest() throws -> Digest { try SHA256.digest(of: blob) }
}
