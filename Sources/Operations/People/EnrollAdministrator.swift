internal import Consent
internal import FoundationEssentials
internal import Governance
internal import Ledger
public import Model
internal import Store

/// Somebody enrolled, as commands show it.
public struct AdministratorReport: Encodable, Sendable {
    /// Their name.
    public let name: String
    /// `administrator` or `auditor`.
    public let role: String
    /// The algorithm of their key.
    public let keyType: String
    /// The SHA-256 of the public key, hexadecimal.
    public let keySha256: String
    /// When they were enrolled.
    public let enrolled: String
    /// When they were retired, if they were.
    public let retired: String?
    /// What retiring them ended.
    public let warnings: [String]

    init(_ administrator: Administrator, warnings: [String] = []) throws {
        self.warnings = warnings
        name = administrator.name.text
        role = administrator.role.rawValue
        keyType = administrator.key.algorithm.rawValue
        keySha256 = try administrator.key.digest().hex
        enrolled = administrator.enrolled.description
        retired = administrator.retired?.description
    }
}

extension Workspace {
    /// Enrols somebody by the SSH public key in a file.
    ///
    /// The first administrator enrols freely; whoever can run this already holds the workspace.
    /// - Throws: `ConsentError/publicKey(problem:)` for another kind of file; an error of class usage if the name is
    ///   taken or the role is unknown.
    public func enroll(
        _ name: AdministratorName, keyFile: String, role: String
    ) async throws -> AdministratorReport {
        guard let role = Administrator.Role(rawValue: role) else {
            throw OperationError.choice(option: "--role", allowed: Administrator.Role.allCases.map(\.rawValue))
        }
        let line = try SmallFile.text(keyFile, limit: 65_536)
        let administrator = Administrator(
            name: name, role: role, key: try SSHPublicKey(line: line), enrolled: time.now(), retired: nil)
        let report = try AdministratorReport(administrator)
        let entry = LogEntry(
            .adminEnrolled, actor: name.text,
            [
                "administrator": .string(name.text), "role": .string(report.role),
                "key_type": .string(report.keyType), "public_key": .string(administrator.key.text),
                "key_sha256": .string(report.keySha256),
            ])
        _ = try await log.commit { transaction, appender in
            // One key for two people would let one consent pose as two, and a retired key come back.
            if let holder = try transaction.administrators().first(where: { $0.key == administrator.key }) {
                throw OperationError.keyEnrolled(holder.name)
            }
            try transaction.insert(administrator: administrator)
            _ = try appender.append(entry)
        }
        return report
    }

    /// Everybody who was ever enrolled.
    public func administrators() throws -> [AdministratorReport] {
        try store.reading { try $0.administrators() }.map { try AdministratorReport($0) }
    }

    /// Retires somebody: consents of theirs no longer hold from the next transfer on.
    /// - Throws: `Refusal/unknownAdministrator(_:)`.
    public func retire(_ name: AdministratorName) async throws -> AdministratorReport {
        let now = time.now()
        let lapses = try foresee { try $0.retire(name, at: now) }
        try await log.commit { transaction, appender in
            guard try transaction.administrator(name) != nil else { throw Refusal.unknownAdministrator(name) }
            try transaction.retire(name, at: now)
            _ = try appender.append(
                LogEntry(.adminRetired, actor: "system", ["administrator": .string(name.text)]))
        }
        guard let administrator = try store.reading({ try $0.administrator(name) }) else {
            throw Refusal.unknownAdministrator(name)
        }
        return try AdministratorReport(administrator, warnings: lapses)
    }
}
