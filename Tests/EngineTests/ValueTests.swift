import Support
import Testing

@testable import Engine

@Suite("Addresses, flags, dates and numbers")
struct ValueTests {
    private func problem(_ text: String) -> RejectionReason? {
        withBytes(text) { AddressCheck.problem($0, AddressCheck.trimmed($0, $1)) }
    }

    @Test(
        "addresses that SendGrid takes are taken",
        arguments: [
            "a@b.co", "sean.o'shea@example.com", "plus+tag@a-b.example", "first.last@xn--bcher-kva.example",
            "a_b=c@x.photography",
            "  Padded@Example.COM ", "1@2.com", "a@1.b2", String(repeating: "a", count: 64) + "@example.com",
            "!#$%&'*+-/=?^_`{|}~@example.org",
        ])
    func valid(text: String) {
        #expect(problem(text) == nil)
    }

    @Test(
        "others are not, each for its reason",
        arguments: [
            ("", .missingEmail), ("   ", .missingEmail), ("a", .invalidEmail), ("@example.com", .invalidEmail),
            ("a@", .invalidEmail), ("a@b", .invalidEmail), ("a@@b.com", .invalidEmail), ("a b@c.com", .invalidEmail),
            (".a@b.com", .invalidEmail), ("a.@b.com", .invalidEmail), ("a..b@c.com", .invalidEmail),
            ("a@-b.com", .invalidEmail),
            ("a@b-.com", .invalidEmail), ("a@b..com", .invalidEmail), ("a@b.com.", .invalidEmail),
            ("a@.b.com", .invalidEmail),
            ("a@127.0.0.1", .invalidEmail), ("a@b.c", .invalidEmail), ("\"a b\"@c.com", .invalidEmail),
            ("a@[::1]", .invalidEmail),
            ("a@b_c.com", .invalidEmail), ("a,b@c.com", .invalidEmail), ("a\u{0}@b.com", .invalidEmail),
            (String(repeating: "a", count: 65) + "@example.com", .invalidEmail),
            ("a@" + String(repeating: "b", count: 64) + ".com", .invalidEmail), ("å@example.com", .nonASCIIEmail),
            ("a@exämple.com", .nonASCIIEmail), ("a@" + String(repeating: "b.", count: 130) + "com", .emailTooLong),
        ] as [(String, RejectionReason)])
    func invalid(text: String, reason: RejectionReason) {
        #expect(problem(text) == reason)
    }

    @Test("addresses are trimmed")
    func trimmed() {
        #expect(withBytes(" \tA.B@Example.COM \t") { AddressCheck.trimmed($0, $1) } == 2..<17)
    }

    @Test("a flag that is not understood counts as set")
    func flags() {
        for text in ["true", "TRUE", "1", "yes", "Y", "x", "Do Not Allow", "not allowed", "0.0"] {
            #expect(withBytes(text, FlagText.isSet), "\(text)")
        }
        for text in ["", "false", "False", "0", "no", "N", "Allow"] {
            #expect(!withBytes(text, FlagText.isSet), "\(text)")
        }
    }

    @Test(
        "dates are RFC 3339 or a day, or are refused",
        arguments: [
            ("2026-11-23", true), ("2024-02-29", true),
            ("2026-11-23T10:20:30Z", true),
            ("2026-11-23T10:20:30.123+01:00", true),
            ("2025-02-29", false), ("2026-13-01", false), ("2026-1-1", false), ("11/23/2026", false),
            ("2026-11-23T25:00:00Z", false),
            ("2026-11-23T10:20:30", false), ("2026-11-23 10:20:30Z", false), ("1700000000", false),
            ("2026-11-23T10:20:30.Z", false),
            ("2026-11-23T10:20:30+0100", false), ("", false), ("2026-00-10", false), ("2026-04-31", false),
        ])
    func dates(text: String, expected: Bool) {
        #expect(withBytes(text, DateText.isRFC3339) == expected)
    }
}
