public import Model
internal import Vault

/// One version of the data-privacy-and-compliance text, in each language it exists in.
public struct Agreement: Sendable, Hashable {
    /// The identifier of the only agreement there is.
    public static let identifier = "data-privacy-and-compliance"

    /// 1 for the first version.
    public let version: Int64
    /// The full text by language; UTF-8 as the administrator reads it.
    public let texts: [Language: String]

    /// An agreement with these parts.
    public init(version: Int64, texts: [Language: String]) {
        self.version = version
        self.texts = texts
    }

    /// The SHA-256 of the text in `language`, which the signed statement names.
    /// - Throws: ``ConsentError/language(_:)`` if there is no such text; `VaultError` if hashing fails.
    public func digest(_ language: Language) throws -> Digest {
        guard let text = texts[language] else { throw ConsentError.language(language) }
        return try SHA256.digest(of: Array(text.utf8))
    }
}
