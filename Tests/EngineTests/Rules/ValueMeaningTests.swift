import Testing

@testable import Engine

/// The rows of the table at `RuleProgram`.
@Suite("What values mean to rules")
struct ValueMeaningTests {
    @Test(
        "texts compare byte by byte, or in small letters",
        arguments: [
            (#"v == "é""#, "é", true), (#"v == "é""#, "e\u{301}", false), (#"v < "b""#, "B", true),
            (#"v < "z""#, "å", false), (#"v contains "na""#, "banana", true), (#"v contains "nanas""#, "banana", false),
            (#"v contains "aab""#, "aaab", true), (#"v ends with "banana""#, "banana", true),
            (#"v starts with "bananas""#, "banana", false), (#"v == "ÅSA" ignoring case"#, "åsa", true),
            (#"v == "åsa" ignoring case"#, "ÅSA", true), (#"v == "k" ignoring case"#, "\u{212A}", true),
            (#"v == "strasse" ignoring case"#, "straße", false), (#"v contains "ΌΣ" ignoring case"#, "ο λόσ", true),
            (#"v < "b" ignoring case"#, "A", true), (#"v > "B" ignoring case"#, "a", false),
            (#"v ends with "SE" ignoring case"#, "x@y.se", true), (#"v != "x" ignoring case"#, "X", false),
            (#"v != "x" ignoring case"#, "Å", true), (#"v in ("é", "Z") ignoring case"#, "É", true),
            (#"v in ("a", "c", "e", "g")"#, "e", true), (#"v in ("a", "c", "e", "g")"#, "f", false),
            (#"v in ("g", "c", "aa", "a")"#, "aa", true), (#"v == "\u{e5}\n""#, "å\n", true),
        ])
    func texts(rule: String, value: String, expected: Bool) throws {
        #expect(try RuleTable.holds(rule, value) == expected)
    }

    @Test("long values compare ignoring case like short ones")
    func longText() throws {
        let long = String(repeating: "Ab", count: 100)
        #expect(try RuleTable.holds("v == \"\(long.uppercased())\" ignoring case", long))
        #expect(try RuleTable.holds("v ends with \"BAB\" ignoring case", long))
        #expect(try !RuleTable.holds("v == \"\(long.uppercased())\" ignoring case", long + "c"))
    }

    @Test(
        "numbers compare exactly",
        arguments: [
            ("v == 9007199254740993", "9007199254740992", false),
            ("v == 9007199254740993", "9007199254740993.00", true),
            ("v > 9223372036854775807", "9223372036854775808", true), ("v < 0.1", "0.09999999999999999999", true),
            ("v == 0.1", "0.10000000000000000000", true), ("v == 0.1", "0.1000000000000000000001", false),
            ("v == 1e3", "1000", true), ("v == 1000", "1E+3", true), ("v == 0", "-0.00", true), ("v == 0", "0e9", true),
            ("v < 0", "-0.0000000000000000000001", true), ("v > -2", "-1.5", true), ("v < -1e2", "-100.000001", true),
            ("v == 15", "+15", true), ("v == 15", "15.", true), ("v == 0.5", ".5", true), ("v == 15", "015", true),
            ("v == 123456789012345678", "123456789012345678", true),
            ("v < 1234567890123456789012", "1234567890123456789011.9", true), ("v > 1e300", "1e301", true),
            ("v < 1", "1e-400", true), ("v != 1", "0x1", false), ("v != 1", "1,000", false), ("v != 1", " 1", false),
            ("v != 1", "nan", false), ("v != 1", "inf", false), ("v != 1", "-", false), ("v != 1", ".", false),
            ("v != 1", "1e", false), ("v != 1", "1.2.3", false), ("v != 1", "1e9999999999", false),
            ("v != 1", "12 %", false),
            ("v != 1", "1234567890123456789012x", false), ("v in (3, 1.5, 1e2, 2)", "100.0", true),
            ("v in (3, 1.5, 1e2, 2)", "2.5", false), ("v in (3, 1.5, 1e2, 2)", "x", false),
            (#"v in (3, "x", 1)"#, "x", true), ("v contains 5", "1500", true), ("v not between 1 and 5", "x", false),
            ("v between 1 and 5", "5.0", true), ("v between 1 and 5", "5.000000000000000000001", false),
        ])
    func numbers(rule: String, value: String, expected: Bool) throws {
        #expect(try RuleTable.holds(rule, value) == expected)
    }

    @Test(
        "truth is true, false, 1 and 0 in any case",
        arguments: [
            ("TRUE", true, false), ("True", true, false), ("1", true, false), ("false", false, true),
            ("0", false, true),
            ("FALSE", false, true), ("yes", false, false), ("2", false, false), ("truE ", false, false),
            ("\u{14}ruE", false, false),
        ])
    func booleans(value: String, isTrue: Bool, isFalse: Bool) throws {
        #expect(try RuleTable.holds("v is true", value) == isTrue)
        #expect(try RuleTable.holds("v is false", value) == isFalse)
        // What is neither is not the opposite of either.
        #expect(try RuleTable.holds("v is not true", value) == isFalse)
        #expect(try RuleTable.holds("not v is false", value) == isTrue)
    }

    @Test(
        "an identifier is one in any case, with hyphens and braces or without",
        arguments: [
            ("ce759201f786d590bf2134bff576c369", true), ("CE759201-F786-D590-BF21-34BFF576C369", true),
            ("{ce759201-f786-d590-bf21-34bff576c369}", true), ("{CE759201F786D590BF2134BFF576C369}", true),
            ("ce759201f786d590bf2134bff576c368", false), ("ce759201-f786-d590-bf21-34bff576c36", nil),
            ("{ce759201f786d590bf2134bff576c369", nil), ("ce759201f786-d590-bf21-34bff576c369-", nil),
            ("ge759201f786d590bf2134bff576c369", nil), ("x", nil), ("{}", nil),
        ])
    func identifiers(value: String, equals: Bool?) throws {
        let literal = #"guid "CE759201-F786-D590-BF21-34BFF576C369""#
        #expect(try RuleTable.holds("v == \(literal)", value) == (equals == true))
        #expect(try RuleTable.holds("v != \(literal)", value) == (equals == false))
        #expect(
            try RuleTable.holds("v in (\(literal), guid \"{00000000-0000-0000-0000-000000000000}\")", value)
                == (equals == true))
    }
}
