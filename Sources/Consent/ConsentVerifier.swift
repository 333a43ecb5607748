public import Model
internal import Vault

/// Evidence that an administrator's consent holds at one moment: signature, key, agreement, time, not withdrawn.
///
/// It cannot be copied and can be made by ``ConsentVerifier`` alone; the gate makes one inside its transaction and lets
/// go of it there, because a consent may be withdrawn a second later.
public struct VerifiedConsent: ~Copyable, Sendable {
    /// The log index of the consent.
    public let index: Int64
    /// What was signed.
    public let parts: Statement.Parts

    init(index: Int64, parts: Statement.Parts) {
        self.index = index
        self.parts = parts
    }
}

/// Checks consents against keys, agreement and time.
public enum ConsentVerifier {
    /// Verifies a stored consent as of `now`.
    ///
    /// Everything it says is taken from the signed bytes, never from columns stored beside them.
    /// - Parameters:
    ///   - agreement: the version in force; a consent to an earlier one no longer holds.
    ///   - administrator: whoever the record names.
    /// - Throws: ``ConsentError``, one case for each reason.
    public static func verify(
        _ record: ConsentRecord, by administrator: Administrator, for destination: DestinationID,
        under agreement: Agreement, now: Timestamp
    ) throws -> VerifiedConsent {
        guard record.withdrawn == nil else { throw ConsentError.withdrawn(index: record.index) }
        let statement = try check(record.signature, of: record.statement, by: administrator)
        let parts = statement.parts
        guard parts.administrator == administrator.name else { throw ConsentError.wrongAdministrator }
        guard parts.destination == destination else {
            throw ConsentError.wrongDestination(signed: parts.destination, asked: destination)
        }
        guard administrator.role == .administrator else { throw ConsentError.notAdministrator(administrator.name) }
        guard administrator.retired == nil else { throw ConsentError.retired(administrator.name) }
        guard parts.agreementVersion == agreement.version,
            parts.agreementDigest == (try agreement.digest(parts.language))
        else { throw ConsentError.agreementSuperseded(signed: parts.agreementVersion, current: agreement.version) }
        guard parts.validFrom <= now else { throw ConsentError.issuedLater(at: parts.validFrom, now: now) }
        guard now < parts.validUntil else {
            throw ConsentError.expired(at: parts.validUntil)
        }
        return VerifiedConsent(index: record.index, parts: parts)
    }

    /// Checks a signature that answers one of `requests`, all issued to `administrator`, and finds which one it answers.
    /// - Throws: ``ConsentError``: for another namespace, another key, no matching statement, another destination, a
    ///   statement already answered, or one that was issued too long ago.
    public static func match(
        _ armored: String, among requests: [ConsentRequest], by administrator: Administrator,
        for destination: DestinationID, now: Timestamp
    ) throws -> ConsentRequest {
        guard administrator.role == .administrator else { throw ConsentError.notAdministrator(administrator.name) }
        guard administrator.retired == nil else { throw ConsentError.retired(administrator.name) }
        let signature = try read(armored, by: administrator)
        guard let request = try requests.first(where: { try signature.isValid(for: $0.statement) }) else {
            throw ConsentError.altered
        }
        guard request.destination == destination else {
            throw ConsentError.wrongDestination(signed: request.destination, asked: destination)
        }
        if let index = request.answered { throw ConsentError.replayed(index: index) }
        let issued = try Statement(bytes: request.statement).parts.issued
        guard issued <= now else { throw ConsentError.issuedLater(at: issued, now: now) }
        guard now < request.expires else { throw ConsentError.requestExpired(at: request.expires) }
        return request
    }

    private static func check(
        _ armored: String, of statement: [UInt8], by administrator: Administrator
    ) throws -> Statement {
        guard try read(armored, by: administrator).isValid(for: statement) else { throw ConsentError.altered }
        return try Statement(bytes: statement)
    }

    private static func read(_ armored: String, by administrator: Administrator) throws -> SSHSignature {
        let signature = try SSHSignature(armored: armored)
        guard signature.namespace == SSHSignature.namespace else {
            throw ConsentError.wrongNamespace(found: signature.namespace)
        }
        guard signature.key == administrator.key else { throw ConsentError.wrongKey(administrator.name) }
        guard signature.isTouched else { throw ConsentError.untouched }
        return signature
    }
}
