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
    /// What the signature field says, after its algorithm.
    private let mark: Mark
    /// The whole of it in the armor that `ssh-keygen` writes: whatever line ends and blanks it came with, this is what is
    /// kept, because stock `ssh-keygen` takes no other.
    public let armored: String

    /// A signature, by how it was made.
    private enum Mark: Sendable, Hashable {
        case ed25519([UInt8], Presence?)
        case ecdsa(r: [UInt8], s: [UInt8], Presence?)
        case rsa([UInt8], RSASignature.Hash)
    }

    /// What a token says of the moment it signed in (OpenSSH PROTOCOL.u2f).
    private struct Presence: Sendable, Hashable {
        let flags: UInt8
        let counter: UInt32

        /// Whether somebody touched it.
        var isUserPresent: Bool { flags & 1 == 1 }
    }

    private static let magic = Array("SSHSIG".utf8)
    private static let begin = "-----BEGIN SSH SIGNATURE-----"
    private static let end = "-----END SSH SIGNATURE-----"

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line.drop(while: \.isWhitespace)
        while line.last?.isWhitespace == true { line.removeLast() }
        return line
    }

    /// Reads the armored form, with any line ends and with blanks around the lines.
    /// - Throws: ``ConsentError/signatureMalformed(reason:)``; ``ConsentError/publicKey(problem:)`` if the key in it is
    ///   of an unsupported kind.
    public init(armored text: String) throws(ConsentError) {
        let lines = text.split(whereSeparator: \.isNewline).map(Self.trimmed).filter { !$0.isEmpty }
        guard lines.first.map(String.init) == Self.begin, lines.last.map(String.init) == Self.end, lines.count > 2,
            text.utf8.count <= 16_384
        else { throw .signatureMalformed(reason: "it does not start and end with the SSH SIGNATURE lines") }
        let base64 = lines.dropFirst().dropLast().joined()
        guard let bytes = Data(base64Encoded: base64) else {
            throw .signatureMalformed(reason: "what stands between the lines is not base 64")
        }
        var reader = SSHWireReader(bytes)
        guard reader.take(6) == Self.magic, reader.uint32() == 1, let keyBlob = reader.string(),
            let namespace = reader.text(), let reserved = reader.string(), let hashName = reader.text(),
            let field = reader.string(), reader.isAtEnd
        else { throw .signatureMalformed(reason: "it is not an SSHSIG of version 1") }
        guard hashName == "sha256" || hashName == "sha512" else {
            throw .signatureMalformed(reason: "its hash is neither sha256 nor sha512")
        }
        guard reserved.isEmpty else { throw .signatureMalformed(reason: "its reserved field is not empty") }
        key = try SSHPublicKey(blob: keyBlob)
        mark = try Self.mark(field, of: key)
        self.namespace = namespace
        self.hashName = hashName
        armored = Self.armor(Array(bytes))
    }

    /// Lines of 70 characters, as `ssh-keygen` writes them.
    private static func armor(_ bytes: [UInt8]) -> String {
        var rest = Substring(Data(bytes).base64EncodedString())
        var lines = [begin]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(70)))
            rest = rest.dropFirst(70)
        }
        return (lines + [end]).joined(separator: "\n") + "\n"
    }

    private static func mark(_ field: [UInt8], of key: SSHPublicKey) throws(ConsentError) -> Mark {
        var reader = SSHWireReader(field)
        let problem = ConsentError.signatureMalformed(reason: "its signature field is not one of its key's algorithm")
        guard let algorithm = reader.text(), let signature = reader.string() else { throw problem }
        var presence: Presence?
        if key.application != nil {
            guard let flags = reader.byte(), let counter = reader.uint32() else { throw problem }
            presence = Presence(flags: flags, counter: counter)
        }
        guard reader.isAtEnd else { throw problem }
        switch (key.material, algorithm) {
        case (.rsa(let modulus, _), "rsa-sha2-256"), (.rsa(let modulus, _), "rsa-sha2-512"):
            guard signature.count == modulus.count else { throw problem }
            return .rsa(signature, algorithm == "rsa-sha2-256" ? .sha256 : .sha512)
        case (.rsa, "ssh-rsa"): throw .signatureMalformed(reason: "it is made with SHA-1, which counts no more")
        case (.ed25519, key.algorithm.rawValue):
            guard signature.count == 64 else { throw problem }
            return .ed25519(signature, presence)
        case (.ecdsa, key.algorithm.rawValue):
            var numbers = SSHWireReader(signature)
            guard let r = numbers.mpint(), let s = numbers.mpint(), numbers.isAtEnd else { throw problem }
            return .ecdsa(r: r, s: s, presence)
        default: throw problem
        }
    }

    /// Whether somebody was there when it was made, as far as its kind of key can tell.
    var isTouched: Bool {
        switch mark {
        case .ed25519(_, let presence), .ecdsa(_, _, let presence): presence?.isUserPresent ?? true
        case .rsa: true
        }
    }

    /// Whether this is a signature of `message` by ``key``.
    ///
    /// The namespace is part of what is signed; whether it is the right one is the caller's question.
    /// - Throws: `VaultError` if OpenSSL fails.
    public func isValid(for message: [UInt8]) throws -> Bool {
        let hash = hashName == "sha256" ? try SHA256.digest(of: message).bytes : try SHA512.digest(of: message)
        var signed = SSHWireWriter()
        signed.raw(Self.magic)
        signed.string(Array(namespace.utf8))
        signed.string([])
        signed.string(Array(hashName.utf8))
        signed.string(hash)
        switch (mark, key.material) {
        case (.ed25519(let signature, let presence), .ed25519(let point)):
            guard let bytes = try seen(signed.bytes, presence) else { return false }
            return try Ed25519.isValid(signature: signature, of: bytes, publicKey: point)
        case (.ecdsa(let r, let s, let presence), .ecdsa(let point, let curve)):
            guard let bytes = try seen(signed.bytes, presence) else { return false }
            return try ECDSA.isValid(r: r, s: s, of: bytes, publicKey: point, curve: curve)
        case (.rsa(let signature, let hash), .rsa(let modulus, let exponent)):
            return try RSASignature.isValid(
                signature: signature, of: signed.bytes, modulus: modulus, exponent: exponent, hash: hash)
        default: return false
        }
    }

    /// What a key signs for `bytes`: these themselves, or what a token makes of them; nil if nobody touched the token.
    private func seen(_ bytes: [UInt8], _ presence: Presence?) throws -> [UInt8]? {
        guard let application = key.application else { return bytes }
        guard let presence, presence.isUserPresent else { return nil }
        let counter = (0..<4).map { UInt8(truncatingIfNeeded: presence.counter >> (24 - 8 * $0)) }
        return try SHA256.digest(of: application).bytes + [presence.flags] + counter + SHA256.digest(of: bytes).bytes
    }
}
