import Consent
import Model
import Vault

/// Values that consents are tested with.
enum Fixture {
    static let now = Timestamp(seconds: 1_790_000_000)

    static func agreement(version: Int64 = 1) -> Agreement {
        Agreement(version: version, texts: [.english: "the text, version \(version)", .swedish: "texten"])
    }

    static func administrator(
        _ line: String, name: String = "anna", role: Administrator.Role = .administrator, retired: Timestamp? = nil
    ) throws -> Administrator {
        Administrator(
            name: try AdministratorName(name), role: role, key: try SSHPublicKey(line: line), enrolled: now,
            retired: retired)
    }

    static func statement(
        destination: String = "d1", administrator: String = "anna", language: Language = .english,
        nonce: String = String(repeating: "ab", count: 32), organization: String = "Example Outdoor AB",
        _ change: (inout Statement.Parts) -> Void = { _ in }
    ) throws -> Statement {
        var parts = Statement.Parts(
            agreementVersion: 1, agreementDigest: try agreement().digest(language), language: language,
            organization: organization, administrator: try AdministratorName(administrator),
            destination: try DestinationID(destination), listID: try ContactListID("list-1"),
            endpoint: "https://api.sendgrid.com", processor: "Twilio SendGrid", country: "US", purpose: "marketing",
            matching: DataMatching(
                email: "EMail", others: [.firstName: "First, \"name\"", .custom("tier"): "Tier"]),
            doNotContact: ["OptOut"],
            segments: [
                try SegmentName("nordic"): try SHA256.digest(of: [1]),
                try SegmentName("newsletter"): try SHA256.digest(of: [2]),
            ], transferMechanism: "standard contractual clauses, module two", validFrom: now,
            validUntil: now.adding(seconds: 86_400), nonce: nonce, issued: now, logOrigin: "waybill/0011",
            logSize: 12, logRoot: try SHA256.digest(of: [3]))
        change(&parts)
        return Statement(parts)
    }

    static func request(
        _ statement: Statement, id: String = "c1", answered: Int64? = nil
    ) -> ConsentRequest {
        ConsentRequest(
            id: id, administrator: statement.parts.administrator, destination: statement.parts.destination,
            statement: statement.bytes, expires: now.adding(seconds: 3600), answered: answered)
    }

    static func record(_ statement: Statement, _ signature: String, withdrawn: Int64? = nil) -> ConsentRecord {
        ConsentRecord(
            index: 7, administrator: statement.parts.administrator, destination: statement.parts.destination,
            statement: statement.bytes, signature: signature, withdrawn: withdrawn)
    }
}
