internal import FoundationEssentials
internal import Model
internal import Vault

/// A detached SSH signature as `ssh-keygen -Y sign` writes it (OpenSSH PROTOCOL.sshsig), verified with OpenSSL.
public struct SSHSignature: Sendable, Hashable {
    /// The namespace that consents are signed in, so that no signature made for another purpose can serve as one.
    public static let namespace = "consent@waybill"

    /// The key that the signature says it was made with.
    public let key: SSHPublicKey
    /// The namespace it was made for.
    public let namespace: String
    /// `sha256` or `sha512`.
    let hashName: String
    private let algorithm: String
    private let signature: [UInt8]

    private static let magic = Array("SSHSIG".utf8)
    private static let begin = "-----BEGIN SSH SIGNATURE-----"
    private static let end = "-----END SSH SIGNATURE-----"

    /// Reads the armored form.
    /// - Throws: ``ConsentError/signatureMalformed(reason:)``; ``ConsentError/publicKey(problem:)`` if the key in it is
    ///   of an unsupported kind.
    public init(armored text: String) throws(ConsentError) {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix(while: \.isWhitespace) }
        guard lines.first.map(String.init) == Self.begin, lines.last.map(String.init) == Self.end, lines.count > 2,
            text.utf8.count <= 16_384
        else { throw .signatureMalformed(reason: "it does not start and end with the SSH SIGNATURE lines") }
        let base64 = lines.dropFirst().dropLast().joined()
        guard let bytes = Data(base64Encoded: base64) else {
            throw .signatureMalformed(reason: "what stands between the lines is not base 64")
        }
        var reader = SSHWireReader(bytes)
        guard reader.take(6) == Self.magic, reader.uint32() == 1, let keyBlob = reader.string(),
            let namespace = reader.text(), reader.string() != nil, let hashName = reader.text(),
            let field = reader.string(), reader.isAtEnd
        else { throw .signatureMalformed(reason: "it is not an SSHSIG of version 1") }
        guard hashName == "sha256" || hashName == "sha512" else {
            throw .signatureMalformed(reason: "its hash is neither sha256 nor sha512")
        }
        var fieldReader = SSHWireReader(field)
        guard let algorithm = fieldReader.text(), let signature = fieldReader.string(), fieldReader.isAtEnd else {
            throw .signatureMalformed(reason: "its signature field is cut short or too long")
        }
        key = try SSHPublicKey(blob: keyBlob)
        self.namespace = namespace
        self.hashName = hashName
        self.algorithm = algorithm
        self.signature = signature
    }

    /// Whether this is a signature of `message` by ``key``.
    ///
    /// The namespace is part of what is signed; whether it is the right one is the caller's question.
    /// - Throws: `VaultError` if OpenSSL fails.
    public func isValid(for message: [UInt8]) throws -> Bool {
        guard algorithm == key.algorithm.rawValue else { return false }
        let hash = hashName == "sha256" ? try SHA256.digest(of: message).bytes : try SHA512.digest(of: message)
        var signed = SSHWireWriter()
        signed.raw(Self.magic)
        signed.string(Array(namespace.utf8))
        signed.string([])
        signed.string(Array(hashName.utf8))
        signed.string(hash)
        switch key.algorithm {
        case .ed25519:
            guard signature.count == 64 else { return false }
            return try Ed25519.isValid(signature: signature, of: signed.bytes, publicKey: key.point)
        case .ecdsaP256:
            var numbers = SSHWireReader(signature)
            guard let r = numbers.string(), let s = numbers.string(), numbers.isAtEnd else { return false }
            return try ECDSAP256.isValid(r: r, s: s, of: signed.bytes, publicKey: key.point)
        }
    }
}
