import Consent
import Governance
import Model
import Testing

@testable import Operations

@Suite("The policy file")
struct PolicyFileTests {
    private static let text = BundledPolicies.boundary

    private func problem(_ text: String) -> String? {
        do {
            _ = try PolicyFile.parse(text, file: "boundary.yaml")
            return nil
        } catch {
            return (error as? OperationError)?.message
        }
    }

    @Test("the one that comes with Waybill allows SendGrid, the seven fields and custom ones, and nothing else")
    func bundled() throws {
        let policy = try PolicyFile.parse(Self.text, file: "boundary.yaml")
        #expect(policy.hosts == ["api.sendgrid.com"])
        #expect(ContactField.standard.allSatisfy { policy.allows($0) })
        #expect(policy.allows(ContactField.custom("anything")))
        #expect(policy.warnProfiles == 100_000)
        #expect(policy.allows(.sendGrid))
        #expect(policy.allows(try Endpoint("http://127.0.0.1:8080")))
        #expect(!policy.allows(try Endpoint("https://sendgrid.example")))
        #expect(try Policy(canonical: CanonicalJSON(bytes: policy.canonical.bytes)) == policy)
    }

    @Test(
        "what is wrong is said with the key, and the line where there is one",
        arguments: [
            ("consent_days: 365", "consent_day: 365", "'consent_day' is not a key"),
            ("consent_days: 365", "", "'consent_days' is missing"),
            ("consent_days: 365", "consent_days: soon", "consent_days"),
            ("consent_days: 365", "consent_days: 0", "between 1 and"),
            ("version: 1", "version: 2", "'version' must be 1"), ("version: 1", "version: [", "not YAML"),
            ("  email: contact", "  emai: contact", "must allow 'email'"),
        ])
    func wrong(old: String, new: String, word: String) throws {
        #expect(Self.text.contains(old))
        let message = try #require(problem(Self.text.replacing(old, with: new, maxReplacements: 1)))
        #expect(message.contains(word) && message.hasPrefix("boundary.yaml"), "\(message)")
    }

    @Test("an empty file and a list are no policy", arguments: ["", "- a\n- b\n", "just words"])
    func noMapping(text: String) {
        #expect(problem(text) != nil)
    }

    @Test("the bundled agreement exists in both languages, is version 1, and names how to stop")
    func agreement() throws {
        let agreement = BundledPolicies.agreement
        #expect(agreement.version == 1)
        #expect(agreement.texts[.english]?.hasPrefix("# Data privacy and compliance\n") == true)
        #expect(agreement.texts[.swedish]?.hasPrefix("# Datasekretess och regelefterlevnad\n") == true)
        for text in agreement.texts.values { #expect(text.contains("waybill destination remove")) }
    }
}
