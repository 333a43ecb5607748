internal import FoundationEssentials
public import Model
internal import Vault

/// An SSH public key that consents are signed with.
///
/// Ed25519 (RFC 8709), ECDSA over the NIST curves (RFC 5656), RSA (RFC 4253 section 6.6, signatures of RFC 8332), and the
/// keys of FIDO tokens (OpenSSH PROTOCOL.u2f).
public struct SSHPublicKey: Sendable, Hashable {
    /// The supported algorithms, by their SSH names.
    public enum Algorithm: String, Sendable, CaseIterable {
        case ed25519 = "ssh-ed25519"
        case ecdsaP256 = "ecdsa-sha2-nistp256"
        case ecdsaP384 = "ecdsa-sha2-nistp384"
        case ecdsaP521 = "ecdsa-sha2-nistp521"
        case rsa = "ssh-rsa"
        case tokenEd25519 = "sk-ssh-ed25519@openssh.com"
        case tokenECDSAP256 = "sk-ecdsa-sha2-nistp256@openssh.com"
    }

    /// The numbers of a key.
    enum Material: Sendable, Hashable {
        /// 32 bytes.
        case ed25519([UInt8])
        /// The uncompressed point.
        case ecdsa([UInt8], ECDSA.Curve)
        /// Big-endian, without leading zeros.
        case rsa(modulus: [UInt8], exponent: [UInt8])
    }

    /// The algorithm.
    public let algorithm: Algorithm
    /// The key as SSH encodes it, the part that a `.pub` file has in base 64.
    public let blob: [UInt8]
    let material: Material
    /// What a token's key is for, `ssh:` as a rule; nil of other keys.
    let application: [UInt8]?

    /// Reads what `ssh-keygen` writes to a `.pub` file: one line of algorithm, base 64, comment.
    ///
    /// The comment is dropped: it often is an address. Of a file with several keys none is taken: nobody could say which
    /// was meant.
    /// - Parameter isEnrolled: whether it was enrolled before; then a key that nothing verifies under is read all the same,
    ///   so that a workspace that has one can still be used.
    /// - Throws: ``ConsentError/publicKey(problem:)``.
    public init(line text: String, isEnrolled: Bool = false) throws(ConsentError) {
        guard !text.contains("PRIVATE KEY") else {
            throw .publicKey(problem: "it is a private key; give the file that ends in .pub")
        }
        let lines = text.split(whereSeparator: \.isNewline)
            .filter { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("#") }
        guard let line = lines.first else { throw .publicKey(problem: "the file is empty") }
        guard lines.count == 1 else {
            throw .publicKey(problem: "the file has \(lines.count) keys; give one with the key that is meant alone")
        }
        let parts = line.split(whereSeparator: \.isWhitespace)
        guard parts.count >= 2 else { throw .publicKey(problem: "it is not one line of algorithm and base 64") }
        guard let algorithm = Algorithm(rawValue: String(parts[0])) else {
            throw .publicKey(problem: Self.problem(of: String(parts[0])))
        }
        guard let blob = Data(base64Encoded: String(parts[1])).map(Array.init) else {
            throw .publicKey(problem: "its second word is not base 64")
        }
        try self.init(blob: blob, isEnrolled: isEnrolled)
        guard self.algorithm == algorithm else { throw .publicKey(problem: "it names two different algorithms") }
    }

    private static func problem(of word: String) -> String {
        if word.contains("-cert-v0") { return "it is a certificate; enrol the key that it certifies" }
        if word == "ssh-dss" { return "DSA keys are not taken any more" }
        if word.contains("=") || word.contains(",") {
            return "it starts with options, as lines of authorized_keys may; give the algorithm, the key and no options"
        }
        let isName = word.utf8.count <= 40 && word.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isName
            ? "'\(word)' is not among the supported algorithms" : "its algorithm is not among the supported ones"
    }

    /// Reads the binary form.
    /// - Throws: ``ConsentError/publicKey(problem:)``.
    public init(blob: [UInt8]) throws(ConsentError) {
        try self.init(blob: blob, isEnrolled: false)
    }

    private init(blob: [UInt8], isEnrolled: Bool) throws(ConsentError) {
        var reader = SSHWireReader(blob)
        guard let name = reader.text(), let algorithm = Algorithm(rawValue: name) else {
            throw .publicKey(problem: "its algorithm is not supported")
        }
        material = try Self.material(algorithm, &reader, isEnrolled)
        switch algorithm {
        case .tokenEd25519, .tokenECDSAP256:
            guard let application = reader.string(), application.starts(with: Array("ssh:".utf8)) else {
                throw .publicKey(problem: "its token key is not made for SSH")
            }
            // ssh-keygen takes no zero there, so it would not verify what this key signs; and no other has such a name.
            guard isEnrolled || application.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw .publicKey(problem: "what its token key is made for has control characters in its name")
            }
            self.application = application
        default: application = nil
        }
        guard reader.isAtEnd else { throw .publicKey(problem: "its length is wrong") }
        self.algorithm = algorithm
        self.blob = blob
    }

    private static func material(
        _ algorithm: Algorithm, _ reader: inout SSHWireReader, _ isEnrolled: Bool
    ) throws(ConsentError) -> Material {
        switch algorithm {
        case .ed25519, .tokenEd25519:
            guard let key = reader.string(), key.count == 32 else { throw .publicKey(problem: "its length is wrong") }
            guard isEnrolled || Ed25519.isBinding(key) else {
                throw .publicKey(problem: "its point is of small order, so that anybody could sign for it")
            }
            return .ed25519(key)
        case .ecdsaP256, .tokenECDSAP256: return try point(.p256, "nistp256", &reader, isEnrolled)
        case .ecdsaP384: return try point(.p384, "nistp384", &reader, isEnrolled)
        case .ecdsaP521: return try point(.p521, "nistp521", &reader, isEnrolled)
        case .rsa:
            guard let exponent = reader.mpint(), let modulus = reader.mpint() else {
                throw .publicKey(problem: "its numbers are not written as SSH writes them")
            }
            guard RSASignature.isKey(modulus: modulus, exponent: exponent) else {
                throw .publicKey(
                    problem: "an RSA key needs \(RSASignature.bits.lowerBound) bits or more, and an odd exponent")
            }
            return .rsa(modulus: modulus, exponent: exponent)
        }
    }

    private static func point(
        _ curve: ECDSA.Curve, _ name: String, _ reader: inout SSHWireReader, _ isEnrolled: Bool
    ) throws(ConsentError) -> Material {
        guard reader.text() == name else { throw .publicKey(problem: "its curve is not \(name)") }
        guard let point = reader.string(), isEnrolled || (try? ECDSA.isKey(point, curve: curve)) == true else {
            throw .publicKey(problem: "its point is not one of \(name)")
        }
        return .ecdsa(point, curve)
    }

    /// Algorithm and base 64, without a comment.
    public var text: String { "\(algorithm.rawValue) \(Data(blob).base64EncodedString())" }

    /// The SHA-256 of ``blob``, the fingerprint that `ssh-keygen -l` shows in base 64.
    /// - Throws: `VaultError` if hashing fails.
    public func digest() throws -> Digest { try SHA256.digest(of: blob) }
}
