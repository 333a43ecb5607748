public import Model

/// A statement that was issued to an administrator to be signed.
public struct ConsentRequest: Sendable, Hashable {
    /// Its identifier, for example `c3`.
    public let id: String
    /// Whom it was issued to.
    public let administrator: AdministratorName
    /// The destination it is about.
    public let destination: DestinationID
    /// The exact bytes.
    public let statement: [UInt8]
    /// Until when a signature is taken.
    public let expires: Timestamp
    /// The log index of the consent it led to, once it did.
    public let answered: Int64?

    /// A request with these parts.
    public init(
        id: String, administrator: AdministratorName, destination: DestinationID, statement: [UInt8],
        expires: Timestamp, answered: Int64?
    ) {
        self.id = id
        self.administrator = administrator
        self.destination = destination
        self.statement = statement
        self.expires = expires
        self.answered = answered
    }
}

/// A consent as stored: the statement, its signature, and where it stands in the log.
///
/// It proves nothing until ``ConsentVerifier`` has checked it.
public struct ConsentRecord: Sendable, Hashable {
    /// The log index of its `consent.given` entry.
    public let index: Int64
    /// Who gave it.
    public let administrator: AdministratorName
    /// For which destination.
    public let destination: DestinationID
    /// The exact bytes that were signed.
    public let statement: [UInt8]
    /// The armored SSH signature.
    public let signature: String
    /// The log index of its withdrawal, if it was withdrawn.
    public let withdrawn: Int64?

    /// A record with these parts.
    public init(
        index: Int64, administrator: AdministratorName, destination: DestinationID, statement: [UInt8],
        signature: String, withdrawn: Int64?
    ) {
        self.index = index
        self.administrator = administrator
        self.destination = destination
        self.statement = statement
        self.signature = signature
        self.withdrawn = withdrawn
    }
}
