import Support
import Testing

@testable import Engine

@Suite("Addresses, flags, dates and numbers")
struct ValueTests {
    private func problem(_ text: String) -> RejectionReason? {
        var address: [UInt8] = []
        AddressCheck.normalize(Array(text.utf8)[...], into: &address)
        return AddressCheck.problem(address)
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

    @Test("addresses are trimmed and lower-cased, in ASCII alone")
    func normalize() {
        var address: [UInt8] = []
        AddressCheck.normalize(Array(" \tA.B@Example.COM \t".utf8)[...], into: &address)
        #expect(String(decoding: address, as: UTF8.self) == "a.b@example.com")
    }

    @Test("a flag that is not understood counts as set")
    func flags() {
        for text in ["true", "TRUE", "1", "yes", "Y", "x", "Do Not Allow", "not allowed", "0.0"] {
            #expect(FlagText.isSet(Array(text.utf8)[...]), "\(text)")
        }
        for text in ["", "false", "False", "0", "no", "N", "Allow"] {
            #expect(!FlagText.isSet(Array(text.utf8)[...]), "\(text)")
        }
    }

    @Test(
        "dates become RFC 3339, or are refused",
        arguments: [
            ("2026-11-23", "2026-11-23T00:00:00Z"), ("2024-02-29", "2024-02-29T00:00:00Z"),
            ("2026-11-23T10:20:30Z", "2026-11-23T10:20:30Z"),
            ("2026-11-23T10:20:30.123+01:00", "2026-11-23T10:20:30.123+01:00"),
            ("2025-02-29", nil), ("2026-13-01", nil), ("2026-1-1", nil), ("11/23/2026", nil),
            ("2026-11-23T25:00:00Z", nil),
            ("2026-11-23T10:20:30", nil), ("2026-11-23 10:20:30Z", nil), ("1700000000", nil),
            ("2026-11-23T10:20:30.Z", nil),
            ("2026-11-23T10:20:30+0100", nil), ("", nil), ("2026-00-10", nil), ("2026-04-31", nil),
        ])
    func dates(text: String, expected: String?) {
        #expect(DateText.rfc3339(Array(text.utf8)[...]).map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test("numbers are read as the standard library reads them, short or long", arguments: 0..<500)
    func decimals(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let whole = (0..<Int.random(in: 1...18, using: &random)).map { _ in "\(Int.random(in: 0...9, using: &random))" }
            .joined()
        let fraction = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            "\(Int.random(in: 0...9, using: &random))"
        }.joined()
        let text = (Bool.random(using: &random) ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
        #expect(DecimalText.value(Array(text.utf8)[...]) == Double(text), "\(text)")
    }

    @Test(
        "what is no number is none",
        arguments: ["", "-", ".", "abc", "1,5", "1 000", "nan", "inf", "--1", "1.2.3", "0x"])
    func noNumbers(text: String) {
        #expect(DecimalText.value(Array(text.utf8)[...]) == nil)
    }
}
