import Testing

@testable import Sandbox

@Suite("The sandbox's idea of well-formed values")
struct SyntaxTests {
    @Test(
        "takes ordinary addresses",
        arguments: [
            "ada@example.com", "a@b.se", "first.last+tag@sub.example.photography", "o'brien@example.org",
            "A_B-C@EXAMPLE.COM", "x@xn--nxasmq6b.example",
        ])
    func goodEmails(text: String) {
        #expect(Syntax.isEmail(text))
    }

    @Test(
        "refuses malformed and non-ASCII addresses",
        arguments: [
            "", "000", "@", "a@", "@b.se", "a@b", "a b@c.se", "a@b..se", ".a@b.se", "a.@b.se", "a..b@c.se", "a@-b.se",
            "a@b.s", "a@b.12", "åsa@example.com", "a@exämple.com", "a@b@c.se", "a@b.se\n",
            String(repeating: "a", count: 65) + "@b.se", "a@" + String(repeating: "b.", count: 130) + "se",
        ])
    func badEmails(text: String) {
        #expect(!Syntax.isEmail(text))
    }

    @Test(
        "stores dates without fractions of a second",
        arguments: [
            ("2021-02-11T23:03:03.000Z", "2021-02-11T23:03:03Z"), ("2021-02-11T23:03:03Z", "2021-02-11T23:03:03Z"),
            ("2021-02-11T23:03:03.5+01:00", "2021-02-11T23:03:03+01:00"), ("2024-02-29", "2024-02-29"),
            ("02/11/2021", "02/11/2021"),
        ])
    func goodDates(text: String, stored: String) {
        #expect(Syntax.storedDate(text) == stored)
    }

    @Test(
        "refuses what is not a date",
        arguments: [
            "", "AAAAA", "1613084583", "2021-02-29", "2021-13-01", "2021-02-11T24:00:00Z", "2021-02-11T23:03:03",
            "2021-02-11T23:03:03.Z", "31/12/2021", "2021-02-11 23:03:03", "//", "2021-02-11T23:03:03+25:00",
        ])
    func badDates(text: String) {
        #expect(Syntax.storedDate(text) == nil)
    }
}
