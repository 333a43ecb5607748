public import Model

/// Someone with rights in a workspace, known by an SSH public key that Waybill never holds the private half of.
public struct Administrator: Sendable, Hashable {
    /// What someone may do.
    public enum Role: String, Sendable, CaseIterable {
        /// May set up destinations and consent.
        case administrator
        /// May read the log and prove entries; decides nothing.
        case auditor
    }

    /// The name, which stands in the log.
    public let name: AdministratorName
    /// The rights.
    public let role: Role
    /// The key whose signatures count.
    public let key: SSHPublicKey
    /// When the name was enrolled.
    public let enrolled: Timestamp
    /// When it was retired, if it was.
    public let retired: Timestamp?

    /// An administrator with these parts.
    public init(name: AdministratorName, role: Role, key: SSHPublicKey, enrolled: Timestamp, retired: Timestamp?) {
        self.name = name
        self.role = role
        self.key = key
        self.enrolled = enrolled
        self.retired = retired
    }

    /// The line that makes `ssh-keygen -Y verify` accept this administrator's consents, in the format of
    /// ssh-keygen(1), "ALLOWED SIGNERS".
    public var allowedSignersLine: String {
        "\(name) namespaces=\"\(SSHSignature.namespace)\" \(key.text)\n"
    }
}
