internal import Consent
internal import FoundationEssentials
internal import Governance
internal import Ledger
public import Model
internal import Store
internal import Vault

extension Workspace {
    /// Takes the signature over a statement that was issued to `administrator`.
    /// - Parameters:
    ///   - name: the destination, or the identifier of the request.
    ///   - signature: the armored SSH signature.
    /// - Throws: `ConsentError`, one case for each reason why the signature does not count.
    public func giveConsent(
        _ name: String, by administrator: AdministratorName, signature: String
    ) async throws -> ConsentReport {
        let id = try destination(ofConsent: name, by: administrator)
        let now = time.now()
        // What is kept is what stock ssh-keygen verifies, whatever it came as.
        let signature = try SSHSignature(armored: signature).armored
        let record = try await log.commit { transaction, appender in
            guard let person = try transaction.administrator(administrator) else {
                throw Refusal.unknownAdministrator(administrator)
            }
            let request = try ConsentVerifier.match(
                signature, among: try transaction.consentRequests(to: administrator), by: person, for: id, now: now)
            if case .removed(let by, let at) = try transaction.destination(id)?.standing {
                throw Refusal.removed(id, by: by, at: at)
            }
            let index = try appender.append(try Self.entry(request, signature: signature, by: person))
            let record = ConsentRecord(
                index: index, administrator: administrator, destination: id, statement: request.statement,
                signature: signature, withdrawn: nil)
            try transaction.insert(consent: record, answering: request.id)
            return record
        }.value
        try writeFiles(of: record)
        return try report(on: record)
    }

    private func destination(ofConsent name: String, by administrator: AdministratorName) throws -> DestinationID {
        let requests = try store.reading { try $0.consentRequests(to: administrator) }
        return try requests.first { $0.id == name }?.destination ?? destination(name).id
    }

    private static func entry(
        _ request: ConsentRequest, signature: String, by person: Administrator
    ) throws -> LogEntry {
        let parts = try Statement(bytes: request.statement).parts
        var fields: [String: CanonicalJSON] = [
            "consent": .string(request.id), "destination": .string(request.destination.text),
            "administrator": .string(person.name.text), "agreement": .string(Agreement.identifier),
            "agreement_version": .integer(parts.agreementVersion),
            "agreement_sha256": .string(parts.agreementDigest.hex), "language": .string(parts.language.rawValue),
            "fields": .strings(parts.fields.map(\.name)), "matching": parts.matching.canonical,
            "do_not_contact": .strings(parts.doNotContact),
            "segments": .strings(parts.segments.keys.sorted().map(\.text)),
            "valid_from": .string("\(parts.validFrom)"), "valid_until": .string("\(parts.validUntil)"),
            "statement_sha256": .string(try SHA256.digest(of: request.statement).hex),
            "signature_sha256": .string(try SHA256.digest(of: Array(signature.utf8)).hex),
            "key_sha256": .string(try person.key.digest().hex),
        ]
        if !parts.ignoredFlags.isEmpty { fields["ignored_flags"] = .strings(parts.ignoredFlags) }
        return LogEntry(.consentGiven, actor: person.name.text, fields)
    }

    /// One consent, and the statement that was signed.
    /// - Throws: ``OperationError/unknownConsent(_:)``.
    public func consent(_ index: Int64) throws -> (report: ConsentReport, statement: String) {
        guard let record = try store.reading({ try $0.consents() }).first(where: { $0.index == index }) else {
            throw OperationError.unknownConsent(index)
        }
        // They are copies, and on a medium that cannot be written there is none to be made.
        if !store.isReadOnly { try? writeFiles(of: record) }
        return (
            try report(on: record),
            String(decoding: record.statement, as: UTF8.self)
        )
    }

    /// Writes a consent out as files that stock `ssh-keygen` verifies.
    ///
    /// The database stays the record; these are copies.
    private func writeFiles(of record: ConsentRecord) throws {
        let parts = try Statement(bytes: record.statement).parts
        let (person, agreement) = try store.reading { transaction in
            (
                try transaction.administrator(record.administrator),
                try transaction.agreements().first { $0.version == parts.agreementVersion }
            )
        }
        let folder = folder(of: record)
        // Earlier ones were kept as they came.
        let signature = (try? SSHSignature(armored: record.signature))?.armored ?? record.signature
        let texts: [(String, [UInt8])] = [
            ("statement.txt", record.statement), ("statement.txt.sig", Array(signature.utf8)),
            ("allowed_signers", Array((person?.allowedSignersLine ?? "").utf8)),
            ("agreement.md", Array((agreement?.texts[parts.language] ?? "").utf8)),
        ]
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (name, bytes) in texts { try Data(bytes).write(to: URL(filePath: folder + "/" + name)) }
        } catch {
            throw StoreError.disk(reason: "the files of the consent at log index \(record.index) cannot be written")
        }
    }
}
