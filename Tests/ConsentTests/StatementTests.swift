import Consent
import Model
import Testing

@Suite("The statement is plain text, and says one thing only")
struct StatementTests {
    @Test("its layout is fixed, a field a line")
    func golden() throws {
        let text = String(decoding: try Fixture.statement().bytes, as: UTF8.self)
        let expected = """
            exporter-authorization/v1
            declaration: I agree, as administrator, that the data fields below, of the members of the segments below, are \
            transmitted to the destination below, outside the compliance boundary, under the agreement below.
            agreement-id: data-privacy-and-compliance
            agreement-version: 1
            agreement-sha256: \(try Fixture.agreement().digest(.english))
            language: en
            organization: Example Outdoor AB
            administrator-id: anna
            role: administrator
            destination-id: d1
            destination-kind: sendgrid
            destination-list: list-1
            destination-endpoint: https://api.sendgrid.com
            processor: Twilio SendGrid
            boundary: data leaves the compliance boundary of the organization
            country: US
            purposes: marketing
            data-fields: email, first_name, custom:tier
            data-matching: {"custom:tier":"Tier","email":"EMail","first_name":"First, \\"name\\""}
            do-not-contact: ["OptOut"]
            segments: newsletter=dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986, \
            nordic=4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a
            transfer-mechanism: standard contractual clauses, module two
            valid-from: 2026-09-21T14:13:20Z
            valid-until: 2026-09-22T14:13:20Z
            nonce: abababababababababababababababababababababababababababababababab
            issued-at: 2026-09-21T14:13:20Z
            log-origin: waybill/0011
            log-size-at-issue: 12
            log-root-at-issue: 084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5

            """
        #expect(text == expected)
    }

    @Test("what was written reads back the same", arguments: Language.allCases)
    func roundTrip(language: Language) throws {
        let statement = try Fixture.statement(language: language)
        #expect(try Statement(bytes: statement.bytes) == statement)
    }

    @Test("lines that came later stand where there is something to say, and read back the same")
    func laterLines() throws {
        let statement = try Fixture.statement {
            $0.ignoredFlags = ["Opt, \"in\"", "é@OData.type"]
            $0.unusedFlags = ["Samtycke"]
            $0.schedule = "cron @daily"
        }
        let text = String(decoding: statement.bytes, as: UTF8.self)
        #expect(
            text.contains(
                "\ndo-not-contact: [\"OptOut\"]\nignored-flags: [\"Opt, \\\"in\\\"\",\"é@OData.type\"]\n"
                    + "unused-flags: [\"Samtycke\"]\nsegments: newsletter="))
        #expect(text.contains("\nschedule: cron @daily\ntransfer-mechanism: "))
        #expect(try Statement(bytes: statement.bytes) == statement)
        // A line that says nothing is none of ours.
        for line in ["ignored-flags: []", "unused-flags: []"] {
            let forged = text.replacing(/ignored-flags: [^\n]*/, with: line)
            #expect(throws: ConsentError.self) { _ = try Statement(bytes: Array(forged.utf8)) }
        }
    }

    @Test("a line break in a value cannot pose as another field")
    func injection() throws {
        let statement = try Fixture.statement(organization: "Evil\ndata-fields: email, last_name")
        #expect(try Statement(bytes: statement.bytes).parts.fields == [.email, .firstName, .custom("tier")])
    }

    @Test(
        "a statement with something in it that is not seen, or that would not read back, is not issued",
        arguments: [
            "A\u{1B}[2JB", "A\u{202E}B", "A\u{2066}B", "A\u{2028}B", "A\u{2029}B", "A\u{85}B", "A\u{0B}B", "A\u{0C}B",
            "A\nB", "A\r\nB", "A\rB", "A\u{200B}B", "A\u{FEFF}B", "A\u{7F}B", "A\u{E0041}B", "A\tB", "A\u{AD}B",
        ])
    func unclear(organization: String) throws {
        let statement = try Fixture.statement(organization: organization)
        #expect(throws: ConsentError.self) { try statement.requireClear() }
    }

    @Test("a statement in any script is issued", arguments: ["Åre Skidor AB", "日本旅行", "شركة", "A: B, C=D \"E\""])
    func clear(organization: String) throws {
        try Fixture.statement(organization: organization).requireClear()
    }

    @Test(
        "a statement with a field changed in layout, added, doubled or left out is not one of ours",
        arguments: [
            { (text: String) in text + "extra: x\n" }, { $0.replacing("role: administrator\n", with: "") },
            { $0.replacing("country: US\n", with: "country: US\ncountry: SE\n") },
            { $0.replacing("language: en", with: "language:  en") }, { String($0.dropLast()) },
            { $0.replacing("\n", with: "\r\n") }, { $0.replacing("exporter-authorization/v1", with: "other/v1") },
        ] as [@Sendable (String) -> String])
    func strict(change: @Sendable (String) -> String) throws {
        let text = change(String(decoding: try Fixture.statement().bytes, as: UTF8.self))
        #expect(throws: ConsentError.self) { _ = try Statement(bytes: Array(text.utf8)) }
    }

    @Test(
        "what is no public key is refused, each with what is wrong",
        arguments: [
            "", "ssh-ed25519", "ssh-rsa AAAAB3NzaC1yc2E= x", "ssh-ed25519 !!!!",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
            "ecdsa-sha2-nistp256 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAA",
        ])
    func publicKeys(line: String) {
        #expect(throws: ConsentError.self) { _ = try SSHPublicKey(line: line) }
    }
}
