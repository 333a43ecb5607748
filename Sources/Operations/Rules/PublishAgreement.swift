internal import Consent
internal import FoundationEssentials
internal import Governance
internal import Ledger
public import Model
internal import Store

/// A version of the agreement, as commands show it.
public struct AgreementReport: Encodable, Sendable {
    /// The identifier of the agreement.
    public let agreement: String
    /// The version, from 1.
    public let version: Int64
    /// The SHA-256 of the text in each language.
    public let sha256: [String: String]
    /// What publishing it ended.
    public let warnings: [String]

    init(_ agreement: Agreement, warnings: [String] = []) throws {
        self.warnings = warnings
        self.agreement = Agreement.identifier
        version = agreement.version
        sha256 = try Dictionary(
            uniqueKeysWithValues: agreement.texts.keys.map { ($0.rawValue, try agreement.digest($0).hex) })
    }
}

extension Workspace {
    /// Publishes the next version of the agreement from `agreement.en.md` and `agreement.sv.md` in a folder.
    ///
    /// Consents to earlier versions no longer hold.
    /// - Throws: ``OperationError/agreementFolder(path:problem:)``; `Refusal` if `administrator` is none.
    public func publishAgreement(folder: String, by administrator: AdministratorName) async throws -> AgreementReport {
        var texts: [Language: String] = [:]
        for language in Language.allCases {
            let name = "agreement.\(language.rawValue).md"
            guard FileManager.default.fileExists(atPath: folder + "/" + name) else {
                throw OperationError.agreementFolder(path: folder, problem: "there is no \(name) in it")
            }
            let text = try SmallFile.text(folder + "/" + name)
            guard !text.isEmpty else {
                throw OperationError.agreementFolder(path: folder, problem: "\(name) is empty")
            }
            try EnteredText.require(text, name, allowingLines: true)
            texts[language] = text
        }
        // Publishing ends every consent: what nobody would read anew is not published by mistake.
        guard try store.reading({ try $0.agreement() })?.texts != texts else {
            throw OperationError.agreementFolder(path: folder, problem: "what it holds is in force already")
        }
        let lapses = try foresee { transaction in
            try transaction.insert(agreement: try Self.next(texts, by: administrator, transaction))
        }
        let agreement = try await log.commit { [texts] transaction, appender in
            let agreement = try Self.next(texts, by: administrator, transaction)
            try Self.publish(agreement, by: administrator.text, transaction, &appender)
            return agreement
        }.value
        return try AgreementReport(agreement, warnings: lapses)
    }

    private static func next(
        _ texts: [Language: String], by administrator: AdministratorName, _ transaction: SQLiteTransaction
    ) throws -> Agreement {
        try transaction.requireAdministrator(administrator)
        return Agreement(version: (try transaction.agreement()?.version ?? 0) + 1, texts: texts)
    }

    /// All published versions, oldest first.
    public func agreements() throws -> [AgreementReport] {
        try store.reading { try $0.agreements() }.map { try AgreementReport($0) }
    }

    /// The text of a version of the agreement, the newest unless told, in `language` (`en`, `sv`).
    /// - Throws: ``OperationError/choice(option:allowed:)`` if there is no such version or language.
    public func agreementText(version: Int64?, language: String) throws -> String {
        guard let language = Language(rawValue: language) else {
            throw OperationError.choice(option: "--language", allowed: Language.allCases.map(\.rawValue))
        }
        let all = try store.reading { try $0.agreements() }
        let agreement = version.map { wanted in all.first { $0.version == wanted } } ?? all.last
        guard let text = agreement?.texts[language] else {
            let versions = all.map { "\($0.version)" }
            throw OperationError.choice(option: "--agreement-version", allowed: versions)
        }
        return text
    }

    static func publish(
        _ agreement: Agreement, by actor: String, _ transaction: SQLiteTransaction, _ appender: inout LogAppender
    ) throws {
        var digests: [String: CanonicalJSON] = [:]
        for language in agreement.texts.keys {
            digests[language.rawValue] = .string(try agreement.digest(language).hex)
        }
        _ = try appender.append(
            LogEntry(
                .agreementPublished, actor: actor,
                [
                    "agreement": .string(Agreement.identifier), "version": .integer(agreement.version),
                    "texts": .object(digests),
                ]))
        try transaction.insert(agreement: agreement)
    }
}
