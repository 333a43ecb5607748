import Consent
import Foundation
import Model
import Testing

@Suite("A consent counts only as it was signed")
struct ConsentVerifierTests {
    let tool: SSHKeygenTool
    let anna: Administrator
    let statement: Statement

    init() throws {
        tool = try SSHKeygenTool()
        anna = try Fixture.administrator(tool.makeKey("anna"))
        statement = try Fixture.statement()
    }

    private func match(
        _ signature: String, _ requests: [ConsentRequest], by administrator: Administrator? = nil,
        for destination: String = "d1", now: Timestamp = Fixture.now
    ) throws -> ConsentRequest {
        try ConsentVerifier.match(
            signature, among: requests, by: administrator ?? anna, for: DestinationID(destination), now: now)
    }

    /// The code of the error that `body` throws.
    private func code(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? any ReportableError)?.code
        }
    }

    @Test(
        "a signature that ssh-keygen made over the statement is taken",
        arguments: [
            ("ed25519", []), ("ecdsa", []), ("ed25519", ["-O", "hashalg=sha256"]), ("ecdsa", ["-O", "hashalg=sha256"]),
        ])
    func accepts(type: String, options: [String]) throws {
        let person = try Fixture.administrator(tool.makeKey("key-\(type)", type: type))
        let signature = try tool.sign(statement.bytes, key: "key-\(type)", options: options)
        #expect(try match(signature, [Fixture.request(statement)], by: person).id == "c1")
        let consent = try ConsentVerifier.verify(
            Fixture.record(statement, signature), by: person, for: DestinationID("d1"), under: Fixture.agreement(),
            now: Fixture.now)
        #expect(consent.parts == statement.parts)
    }

    @Test("stock ssh-keygen accepts the stored statement, signature and signers")
    func stockToolAgrees() throws {
        let signature = try tool.sign(statement.bytes, key: "anna")
        try signature.write(toFile: tool.path("statement.sig"), atomically: true, encoding: .utf8)
        try anna.allowedSignersLine.write(toFile: tool.path("allowed"), atomically: true, encoding: .utf8)
        let arguments = ["-Y", "verify", "-f", "allowed", "-I", "anna", "-n", "consent@waybill", "-s", "statement.sig"]
        #expect(try tool.run(arguments, input: statement.bytes).status == 0)
        #expect(try tool.run(arguments, input: statement.bytes + [0x20]).status != 0)
    }

    @Test("an altered statement is refused")
    func altered() throws {
        let signature = try tool.sign(statement.bytes, key: "anna")
        var bytes = statement.bytes
        bytes[bytes.count / 2] ^= 1
        let request = ConsentRequest(
            id: "c1", administrator: anna.name, destination: try DestinationID("d1"), statement: bytes,
            expires: Fixture.now.adding(seconds: 60), answered: nil)
        #expect(code { _ = try match(signature, [request]) } == "signature-altered")
    }

    @Test("a statement that was never issued here is refused")
    func neverIssued() throws {
        let other = try Fixture.statement(nonce: String(repeating: "cd", count: 32))
        let signature = try tool.sign(other.bytes, key: "anna")
        #expect(code { _ = try match(signature, [Fixture.request(statement)]) } == "signature-altered")
    }

    @Test("a signature for another namespace is refused")
    func wrongNamespace() throws {
        let signature = try tool.sign(statement.bytes, key: "anna", namespace: "git")
        #expect(code { _ = try match(signature, [Fixture.request(statement)]) } == "signature-wrong-namespace")
    }

    @Test("a signature by another key is refused")
    func wrongKey() throws {
        _ = try tool.makeKey("mallory")
        let signature = try tool.sign(statement.bytes, key: "mallory")
        #expect(code { _ = try match(signature, [Fixture.request(statement)]) } == "signature-wrong-key")
    }

    @Test("a signature for another destination is refused, and says for which it is")
    func wrongDestination() throws {
        let signature = try tool.sign(statement.bytes, key: "anna")
        let requests = [
            Fixture.request(try Fixture.statement(destination: "d2"), id: "c2"), Fixture.request(statement),
        ]
        #expect(throws: ConsentError.wrongDestination(signed: try DestinationID("d1"), asked: try DestinationID("d2")))
        {
            _ = try match(signature, requests, for: "d2")
        }
    }

    @Test("a signature that was used before is refused")
    func replayed() throws {
        let signature = try tool.sign(statement.bytes, key: "anna")
        #expect(throws: ConsentError.replayed(index: 9)) {
            _ = try match(signature, [Fixture.request(statement, answered: 9)])
        }
    }

    @Test("a signature that comes too late is refused")
    func tooLate() throws {
        let signature = try tool.sign(statement.bytes, key: "anna")
        let late = Fixture.now.adding(seconds: 3600)
        #expect(code { _ = try match(signature, [Fixture.request(statement)], now: late) } == "consent-request-expired")
    }

    @Test("a clock that is behind the statement is named as what is wrong")
    func clockBehind() throws {
        let signature = try tool.sign(statement.bytes, key: "anna")
        let early = Fixture.now.adding(seconds: -3600)
        #expect(throws: ConsentError.issuedLater(at: Fixture.now, now: early)) {
            _ = try match(signature, [Fixture.request(statement)], now: early)
        }
    }

    @Test("an auditor cannot consent, nor can somebody retired")
    func rights() throws {
        let line = anna.key.text
        let signature = try tool.sign(statement.bytes, key: "anna")
        let auditor = try Fixture.administrator(line, role: .auditor)
        let retired = try Fixture.administrator(line, retired: Fixture.now)
        #expect(code { _ = try match(signature, [Fixture.request(statement)], by: auditor) } == "not-an-administrator")
        #expect(code { _ = try match(signature, [Fixture.request(statement)], by: retired) } == "administrator-retired")
    }

    private func verify(
        _ record: ConsentRecord, by person: Administrator? = nil, for destination: String = "d1",
        under agreement: Agreement = Fixture.agreement(), now: Timestamp = Fixture.now
    ) throws {
        _ = try ConsentVerifier.verify(
            record, by: person ?? anna, for: DestinationID(destination), under: agreement, now: now)
    }

    @Test("a stored consent no longer holds once it is expired, withdrawn, superseded, or its giver retired")
    func stored() throws {
        let signature = try tool.sign(statement.bytes, key: "anna")
        let record = Fixture.record(statement, signature)
        try verify(record)
        #expect(code { try verify(record, now: Fixture.now.adding(seconds: 86_400)) } == "consent-expired")
        #expect(code { try verify(record, now: Fixture.now.adding(seconds: -1)) } == "clock-behind-consent")
        #expect(code { try verify(record, under: Fixture.agreement(version: 2)) } == "agreement-superseded")
        #expect(code { try verify(Fixture.record(statement, signature, withdrawn: 8)) } == "consent-withdrawn")
        #expect(code { try verify(record, for: "d2") } == "signature-wrong-destination")
        let retired = try Fixture.administrator(anna.key.text, retired: Fixture.now)
        #expect(code { try verify(record, by: retired) } == "administrator-retired")
        let changed = Agreement(version: 1, texts: [.english: "another text under the same number"])
        #expect(code { try verify(record, under: changed) } == "agreement-superseded")
    }

    @Test("no flipped bit of signature file or statement goes unnoticed", arguments: 0..<40)
    func bitFlips(seed: Int) throws {
        var random = SystemRandomNumberGenerator()
        let signature = try tool.sign(statement.bytes, key: "anna")
        var bytes = statement.bytes
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        let altered = ConsentRecord(
            index: 7, administrator: anna.name, destination: try DestinationID("d1"), statement: bytes,
            signature: signature, withdrawn: nil)
        #expect(throws: ConsentError.self, "byte \(place)") { try verify(altered) }
    }

    @Test(
        "what is no signature file is refused as such",
        arguments: [
            "", "hello", "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----",
            "-----BEGIN SSH SIGNATURE-----\n!!!!\n-----END SSH SIGNATURE-----",
            "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----",
            "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAf////8=\n-----END SSH SIGNATURE-----",
        ])
    func malformed(text: String) {
        #expect(code { _ = try SSHSignature(armored: text) } == "bad-signature-file")
    }

    @Test("every truncation of a signature is refused without a crash")
    func truncations() throws {
        let lines = try tool.sign(statement.bytes, key: "anna").split(separator: "\n").map(String.init)
        let bytes = try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined()))
        for count in 0..<bytes.count {
            let text = "\(lines[0])\n\(bytes.prefix(count).base64EncodedString())\n\(lines[lines.count - 1])\n"
            #expect(throws: ConsentError.self) { _ = try SSHSignature(armored: text) }
        }
    }
}
