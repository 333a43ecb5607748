internal import Consent
internal import Model

/// A consent, as commands show it.
public struct ConsentReport: Encodable, Sendable {
    /// Its index in the log, which is its name.
    public let index: Int64
    /// Who gave it.
    public let administrator: String
    /// For which destination.
    public let destination: String
    /// `given`, `expired` or `withdrawn`.
    public let state: String
    /// The version of the agreement.
    public let agreementVersion: Int64
    /// The language of the agreement that was read.
    public let language: String
    /// The contact fields it covers.
    public let fields: [String]
    /// The segments it covers.
    public let segments: [String]
    /// From when it is valid.
    public let validFrom: String
    /// Until when it is valid.
    public let validUntil: String
    /// The folder with statement, signature, signers and agreement, for `ssh-keygen -Y verify`.
    public let files: String

    init(_ record: ConsentRecord, files: String, now: Timestamp) throws {
        let parts = try Statement(bytes: record.statement).parts
        index = record.index
        administrator = record.administrator.text
        destination = record.destination.text
        state = record.withdrawn != nil ? "withdrawn" : now < parts.validUntil ? "given" : "expired"
        agreementVersion = parts.agreementVersion
        language = parts.language.rawValue
        fields = parts.fields.map(\.name)
        segments = parts.segments.keys.sorted().map(\.text)
        validFrom = "\(parts.validFrom)"
        validUntil = "\(parts.validUntil)"
        self.files = files
    }
}
