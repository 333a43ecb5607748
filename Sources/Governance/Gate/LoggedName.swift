internal import Ledger
internal import Model
internal import Vault

/// Names that SendGrid gives, as the log may hold them.
///
/// A job's name and an upload's path are chosen by the other side: they may look like an address or a key, or be too long
/// for an entry. Then their SHA-256 stands in their place, as `sha256:` and 64 digits: who has the name can check it, and
/// an outcome never fails to be logged because of it.
public enum LoggedName {
    /// A job's name: itself if it is letters, digits, `-`, `_` and dots, at most 100, and not like a key.
    /// - Throws: `VaultError` if OpenSSL fails.
    public static func job(_ name: String) throws -> String { try logged(name, longest: 100, also: []) }

    /// The path of an address, likewise; slashes and tildes too, and at most 300.
    /// - Throws: `VaultError` if OpenSSL fails.
    static func path(_ path: String) throws -> String {
        try logged(path, longest: 300, also: [UInt8(ascii: "/"), UInt8(ascii: "~")])
    }

    private static func logged(_ name: String, longest: Int, also: Set<UInt8>) throws -> String {
        let bytes = name.utf8
        let isPlain = bytes.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
                || also.contains(byte)
        }
        if isPlain, (1...longest).contains(bytes.count), !name.contains("SG.") { return name }
        return "sha256:" + (try SHA256.digest(of: Array(bytes)).hex)
    }
}
