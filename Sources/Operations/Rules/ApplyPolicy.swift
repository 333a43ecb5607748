internal import Governance
internal import Ledger
public import Model
internal import Store

/// A policy, as commands show it.
public struct PolicyReport: Encodable, Sendable {
    /// The SHA-256 of its canonical form, which intents cite.
    public let sha256: String
    /// The log index of its `policy.applied` entry; nil if it was only checked.
    public let index: Int64?
    /// Hosts that data may be sent to.
    public let hosts: [String]
    /// Fields that may leave, each with its data category.
    public let fields: [String: String]
    /// The most profiles of one export.
    public let maximumProfiles: Int64
    /// From how many profiles on a warning is shown.
    public let warnProfiles: Int64
    /// The most people who may be taken off a list in one export without being asked for.
    public let maximumRemovals: Int64
    /// Likewise, of a hundred who were delivered.
    public let maximumRemovalPercent: Int64
    /// Whether SendGrid's suppressions are read before sending.
    public let readSuppressions: Bool
    /// How many days a consent is valid.
    public let consentDays: Int64
    /// How many minutes an issued statement can be signed.
    public let requestMinutes: Int64
    /// What the transfers are for.
    public let purpose: String
    /// The safeguard that the transfers rest on.
    public let transferMechanism: String
    /// The country of the recipient.
    public let country: String
    /// The recipient.
    public let recipient: String
    /// What putting it into force ended.
    public let warnings: [String]

    init(_ policy: Policy, index: Int64?, warnings: [String] = []) throws {
        sha256 = try policy.digest().hex
        self.index = index
        hosts = policy.hosts.sorted()
        fields = policy.fields
        maximumProfiles = policy.maximumProfiles
        warnProfiles = policy.warnProfiles
        maximumRemovals = policy.maximumRemovals
        maximumRemovalPercent = policy.maximumRemovalPercent
        readSuppressions = policy.readsSuppressions
        consentDays = policy.consentDays
        requestMinutes = policy.requestMinutes
        purpose = policy.purpose
        transferMechanism = policy.transferMechanism
        country = policy.country
        recipient = policy.recipient
        self.warnings = warnings
    }
}

extension Workspace {
    /// Puts the policy in a file into force.
    /// - Throws: ``OperationError/policyFile(file:line:problem:)``; `Refusal` if `administrator` is none.
    public func applyPolicy(file: String, by administrator: AdministratorName) async throws -> PolicyReport {
        let policy = try PolicyFile.read(file)
        let lapses = try foresee { transaction in
            try transaction.requireAdministrator(administrator)
            try transaction.insert(policy: policy.canonical, at: transaction.latestHead()?.size ?? 0)
        }
        let index = try await log.commit { transaction, appender in
            try transaction.requireAdministrator(administrator)
            return try Self.apply(policy, by: administrator.text, transaction, &appender)
        }.value
        return try PolicyReport(policy, index: index, warnings: lapses)
    }

    /// The policy in force.
    /// - Throws: `Refusal` if there is none.
    public func policy() throws -> PolicyReport {
        try PolicyReport(try policyInForce(), index: nil)
    }

    func policyInForce() throws -> Policy {
        guard let canonical = try store.reading({ try $0.policy() }) else { throw Refusal.noPolicy }
        return try Policy(canonical: canonical)
    }

    /// Reads a policy file without putting it into force.
    /// - Throws: ``OperationError/policyFile(file:line:problem:)``.
    public static func checkPolicy(file: String) throws -> PolicyReport {
        try PolicyReport(try PolicyFile.read(file), index: nil)
    }

    @discardableResult
    static func apply(
        _ policy: Policy, by actor: String, _ transaction: SQLiteTransaction, _ appender: inout LogAppender
    ) throws -> Int64 {
        let index = try appender.append(
            LogEntry(
                .policyApplied, actor: actor,
                ["policy_sha256": .string(try policy.digest().hex), "policy": policy.canonical]))
        try transaction.insert(policy: policy.canonical, at: index)
        return index
    }
}
