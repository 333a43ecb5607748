import Support
import Testing

@testable import Engine

@Suite("Rules have the three values of SQL")
struct ThreeValueTests {
    private enum Truth: Int {
        case no = 0
        case unknown = 1
        case yes = 2

        var opposite: Truth { self == .yes ? .no : self == .no ? .yes : .unknown }
    }

    /// Four kinds of value: a number that is met, one that is not, one that cannot be read, and none.
    private static let values = ["7", "8", "6/28/2021 4:34:35 PM", ""]

    private static let conditions: [(text: @Sendable (String) -> String, truths: [Truth])] = [
        ({ "\($0) == 7" }, [.yes, .no, .unknown, .unknown]), ({ "\($0) != 7" }, [.no, .yes, .unknown, .unknown]),
        ({ "\($0) < 8" }, [.yes, .no, .unknown, .unknown]), ({ "\($0) in (7, 9)" }, [.yes, .no, .unknown, .unknown]),
        ({ "\($0) between 6 and 7" }, [.yes, .no, .unknown, .unknown]),
        ({ "\($0) not between 8 and 9" }, [.yes, .no, .unknown, .unknown]),
        ({ #"\#($0) == "7""# }, [.yes, .no, .no, .unknown]), ({ #"\#($0) contains "7""# }, [.yes, .no, .no, .unknown]),
        ({ #"\#($0) in ("7", "x")"# }, [.yes, .no, .no, .unknown]),
        ({ #"\#($0) in (7, "x")"# }, [.yes, .no, .unknown, .unknown]),
        ({ #"\#($0) starts with "7" ignoring case"# }, [.yes, .no, .no, .unknown]),
        ({ "\($0) is null" }, [.no, .no, .no, .yes]), ({ "\($0) is not null" }, [.yes, .yes, .yes, .no]),
        ({ #"\#($0) < date "2030-01-01""# }, [.unknown, .unknown, .unknown, .unknown]),
        ({ "\($0) within last 3 days" }, [.unknown, .unknown, .unknown, .unknown]),
        ({ "\($0) is true" }, [.unknown, .unknown, .unknown, .unknown]),
        ({ "year of \($0) == 2021" }, [.unknown, .unknown, .unknown, .unknown]),
    ]

    private indirect enum Tree {
        case condition(Int, field: Int)
        case not(Tree)
        case all([Tree])
        case any([Tree])

        var text: String {
            switch self {
            case .condition(let index, let field): conditions[index].text("f\(field)")
            case .not(let part): "not (\(part.text))"
            case .all(let parts): parts.map { "(\($0.text))" }.joined(separator: " and ")
            case .any(let parts): parts.map { "(\($0.text))" }.joined(separator: " or ")
            }
        }

        /// Kleene's tables, read in the plainest way.
        func truth(_ kinds: [Int]) -> Truth {
            switch self {
            case .condition(let index, let field): conditions[index].truths[kinds[field]]
            case .not(let part): part.truth(kinds).opposite
            case .all(let parts): Truth(rawValue: parts.map { $0.truth(kinds).rawValue }.min() ?? 2) ?? .unknown
            case .any(let parts): Truth(rawValue: parts.map { $0.truth(kinds).rawValue }.max() ?? 0) ?? .unknown
            }
        }
    }

    @Test("only what is true selects, whatever 'not', 'and' and 'or' are made of it", arguments: 0..<300)
    func againstTables(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        func tree(_ depth: Int) -> Tree {
            switch Int.random(in: 0..<(depth > 0 ? 4 : 1), using: &random) {
            case 1: .not(tree(depth - 1))
            case 2: .all((0..<Int.random(in: 2...3, using: &random)).map { _ in tree(depth - 1) })
            case 3: .any((0..<Int.random(in: 2...3, using: &random)).map { _ in tree(depth - 1) })
            default:
                .condition(
                    Int.random(in: 0..<Self.conditions.count, using: &random),
                    field: Int.random(in: 0..<2, using: &random))
            }
        }
        let sample = tree(4)
        let rule = try SegmentRule(parsing: sample.text)
        let negation = try SegmentRule(parsing: "not (\(sample.text))")
        for first in Self.values.indices {
            for second in Self.values.indices {
                let values = ["f0": Self.values[first], "f1": Self.values[second]]
                let truth = sample.truth([first, second])
                #expect(
                    try RuleTable.matches(rule, values) == (truth == .yes), "seed \(seed): \(sample.text) \(values)")
                #expect(try RuleTable.matches(negation, values) == (truth == .no), "seed \(seed): not \(sample.text)")
            }
        }
    }
}

@Suite("Numbers and dates in the forms of a culture, or of a field's own format")
struct ValueFormTests {
    private func instant(_ text: String, _ culture: String) -> Int64? {
        let value = Array(text.utf8)
        return (InstantText.instant(value.span) ?? ValueForm.instant(value.span, ValueForm(culture: culture)))?.first
    }

    private func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return InstantText.instant(bytes.span)?.first
    }

    @Test(
        "a date is read in the order of its culture",
        arguments: [
            ("6/28/2021 4:34:35 PM", "en-US", "2021-06-28T16:34:35"), ("6/28/2021 12:00:00 AM", "en-US", "2021-06-28"),
            ("6/28/2021 12:01 pm", "en-US", "2021-06-28T12:01:00"), ("06/28/2021", "en-US", "2021-06-28"),
            ("6/28/2021 4:34:35\u{202F}PM", "en-US", "2021-06-28T16:34:35"), (" 2021-06-28 ", "en-US", "2021-06-28"),
            ("28/06/2021 16:34:35", "en-GB", "2021-06-28T16:34:35"),
            ("28.06.2021 16:34", "de-DE", "2021-06-28T16:34:00"),
            ("28.6.2021 16.34.35", "fi-FI", "2021-06-28T16:34:35"),
            ("2021-06-28 16:34:35", "sv-SE", "2021-06-28T16:34:35"),
            ("2021/6/28", "ja-JP", "2021-06-28"), ("3/4/2021", "fr", "2021-04-03"), ("3/4/2021", "en-US", "2021-03-04"),
            ("3/4/2021", "es-ES", "2021-04-03"), ("3/4/2021", "es-MX", "2021-04-03"),
            ("3.4.2021", "sv-FI", "2021-04-03"),
            ("2021-04-03", "fr-CA", "2021-04-03"), ("3/4/2021", "pt-BR", "2021-04-03"),
            ("3.4.2021", "de-CH", "2021-04-03"),
        ])
    func dates(text: String, culture: String, expected: String) throws {
        #expect(instant(text, culture) == seconds(expected) && seconds(expected) != nil)
    }

    @Test(
        "what the culture does not say is not guessed",
        arguments: [
            ("28/06/2021", "en-US"), ("6/28/2021 4:34:35", "en-US"), ("6/28/2021 16:34:35 PM", "en-US"),
            ("6/28/2021", "en-GB"), ("6/28/2021", "xx-YY"), ("6/28/2021", "en"), ("30/2/2021", "en-GB"),
            ("06/07/2021", "es-PR"), ("06/07/2021", "es-PA"), ("06/07/2021", "es-419"), ("06/07/2021", "es"),
            ("06/07/2021", "de-XX"), ("06/07/2021", "fr-XX"), ("2021/06/07", "sv-XX"), ("06/07/2021", "zh-HK"),
            ("6/28.2021", "en-US"), ("6/28/21", "en-US"), ("6/28/2021 4:34:35 PM UTC", "en-US"), ("", "en-US"),
        ])
    func unknown(text: String, culture: String) {
        #expect(instant(text, culture) == nil)
    }

    @Test("a comma stands before decimals where the culture says so, and a point is then no number's")
    func numbers() throws {
        func number(_ text: String, _ culture: String?) -> [UInt8]? {
            let value = Array(text.utf8)
            return TypedText.number(value.span.bytes, 0..<value.count, culture.flatMap { ValueForm(culture: $0) })
        }
        #expect(number("1,5", "sv-SE") == Array("1.5".utf8) && number("-007,50", "de-DE") == Array("-7.50".utf8))
        #expect(number("1.234", "de-DE") == nil && number("1.234,5", "de-DE") == nil && number("1,5", "en-US") == nil)
        #expect(number(" +1.5 ", nil) == Array("1.5".utf8) && number(".5", nil) == Array("0.5".utf8))
        #expect(number("5.", nil) == Array("5".utf8) && number("1e3", nil) == Array("1e3".utf8))
        #expect(number("1,5", nil) == nil && number("0x1", nil) == nil && number("", nil) == nil)
    }

    @Test(
        "decimals are read with the mark of the very region; where nobody says which, only what nothing else can be",
        arguments: [
            ("es-GT", "1,500", nil), ("es-GT", "1.5", "1.5"), ("es-PR", "1,5", nil), ("es-MX", "1.234", "1.234"),
            ("es-ES", "1,500", "1.500"), ("es-AR", "1.500", nil), ("de-CH", "1,5", nil), ("de-CH", "1.234", "1.234"),
            ("de-LI", "1.5", "1.5"), ("it-CH", "1,5", nil), ("de-AT", "1,5", "1.5"), ("fr-CH", "1,5", nil),
            ("fr-CH", "1.234", nil), ("xx-YY", "1.234", nil), ("xx-YY", "-123.456", nil), ("xx-YY", "1.5", "1.5"),
            ("xx-YY", "0.234", "0.234"), ("xx-YY", "1234.567", "1234.567"), ("xx-YY", "1,234", nil),
            ("xx-YY", "1.2345", "1.2345"), ("es-XX", " +1.234 ", nil), ("de-XX", "1234", "1234"),
            ("xx", ".234", "0.234"),
        ] as [(String, String, String?)])
    func regions(culture: String, text: String, expected: String?) {
        let value = Array(text.utf8)
        let form = ValueForm(culture: culture)
        #expect(TypedText.number(value.span.bytes, 0..<value.count, form) == expected.map { Array($0.utf8) })
        #expect(FieldType.decimal.admits(value.span, form) == (expected != nil))
    }

    @Test(
        "a date that another format than its field's would read is none",
        arguments: [
            ("yyyy-dd-MM hh:mm:ss", "2021-06-07 04:00:00"), ("yyyy-mm-dd", "2021-06-07"), ("dd-MM-yy", "2021-06-07"),
            ("yyyy-MM-dd hh:mm:ss tt", "2021-06-07 04:00:00"), ("", "2021-06-07"),
            ("yyyy-MM-dd mm:HH", "2021-06-07 04:05:00"),
        ])
    func foreign(format: String, text: String) {
        var form = ValueForm()
        form.format = TimestampFormat(format)
        if form.format == nil { form.unknownFormat = format }
        let (plain, padded) = (Array(text.utf8), Array(" \(text) ".utf8))
        #expect(ValueForm.instant(plain.span, nil) != nil && ValueForm.instant(plain.span, form) == nil)
        #expect(ValueForm.instant(padded.span, form) == nil)
        #expect(TypedText.date(plain.span.bytes, 0..<plain.count, form) == nil)
    }

    @Test(
        "a field's own format is read, and one that leaves the day open reads nothing",
        arguments: [
            ("M/d/yyyy h:mm:ss tt", "6/28/2021 4:34:35 PM", "2021-06-28T16:34:35"),
            ("dd.MM.yyyy HH:mm", "28.06.2021 16:34", "2021-06-28T16:34:00"),
            ("yyyy-MM-dd'T'HH:mm:ss.fffK", "2021-06-28T16:34:35.120+02:00", "2021-06-28T14:34:35"),
            ("dd-MMM-yyyy", "28-Jun-2021", "2021-06-28"), ("yyyyMMdd", "20210628", "2021-06-28"),
        ])
    func formats(format: String, text: String, expected: String) throws {
        let read = try #require(TimestampFormat(format))
        let (bytes, longer) = (Array(text.utf8), Array((text + "x").utf8))
        #expect(read.instant(bytes.span)?.first == seconds(expected) && seconds(expected) != nil)
        #expect(read.instant(longer.span) == nil)
        for open in ["dd/MM/yy", "h:mm dd/MM/yyyy", "HH:mm", "dddd", "'open", "Q", "MM/yyyy"] {
            #expect(TimestampFormat(open) == nil, "\(open)")
        }
    }

    @Test("a date that is one to a rule is one to a field, in RFC 3339")
    func rfc3339() {
        func date(_ text: String) -> String? {
            let value = Array(text.utf8)
            return TypedText.date(value.span.bytes, 0..<value.count, nil).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(date("2018-02-07T00:00:00") == "2018-02-07T00:00:00Z")
        #expect(date("2022-12-10T13:01:00.0000000") == "2022-12-10T13:01:00Z")
        #expect(date("2022-12-10 13:01:00.1200+01:00") == "2022-12-10T12:01:00.12Z")
        #expect(date("0000-01-01T00:00:00+01:00") == nil && date("12/10/2022") == nil)
    }
}

@Suite("Fields of a declared type")
struct DeclaredTypeTests {
    private static let types: [String: FieldType] = [
        "when": .dateTime, "day": .date, "out": .boolean, "worth": .decimal, "id": .guid, "text": .string, "at": .time,
        "count": .int64,
    ]

    private func holds(_ rule: String, _ field: String, _ value: String) throws -> Bool {
        try RuleTable.matches(SegmentRule(parsing: rule), [field: value], types: Self.types)
    }

    @Test(
        "a text in quotes that is a value of the field's type is compared as one",
        arguments: [
            (#"when == "2026-01-01""#, "when", "2026-01-01T00:00:00Z", true),
            (#"when < "2026-01-01""#, "when", "6/28/2021", false),
            (#"when > "2026-01-01""#, "when", "6/28/2021", false),
            (#"not when <= "2030-01-01""#, "when", "6/28/2021", false),
            (#"day between "2026-01-01" and "2026-02-01""#, "day", "2026-01-15", true),
            (#"out != "true""#, "out", "True", false), (#"out == "1""#, "out", "TRUE", true),
            (#"out in ("true", "0")"#, "out", "1", true), (#"out == 1"#, "out", "True", true),
            (#"out != 1"#, "out", "True", false), (#"out != 1"#, "out", "no", false),
            (#"not out in ("true")"#, "out", "yes", false),
            (#"worth > "100""#, "worth", "9", false), (#"worth != "100""#, "worth", "100.0", false),
            (#"not worth > "100""#, "worth", "1,5", false),
            (#"id == "CE759201F786D590BF2134BFF576C369""#, "id", "{ce759201-f786-d590-bf21-34bff576c369}", true),
            (#"at == "10:30""#, "at", "10:30:00.0", true), (#"not at == "10:30""#, "at", "10:31", true),
            (#"not at == "10:30""#, "at", "junk", false), (#"at < "10:30""#, "at", "09:59:59.9", true),
            (#"not at > "10:00""#, "at", "25:99", false), (#"not at in ("10:30")"#, "at", "9:00", false),
            (#"at != "10:30""#, "at", "2026-01-01T10:31:00", false),
            (#"time of at == time "10:30""#, "at", "10:30", true),
            (#"not time of when == time "10:30""#, "when", "9:00", false),
            (#"not time of when == time "10:30""#, "when", "09:00", false), ("not count > 5", "count", "1.5", false),
            ("not count > 5", "count", " 4 ", true),
            // What looks into the text is text, of values that are of the type.
            (#"when starts with "2026""#, "when", "2026-01-01", true), (#"text > "100""#, "text", "9", true),
            (#"not when starts with "2026""#, "when", "6/28/2021", false),
            (#"not id contains "ce""#, "id", "also-not", false), (#"not out contains "t""#, "out", "yes", false),
            (#"not worth ends with "5" ignoring case"#, "worth", "1,4", false),
            (#"text != "true""#, "text", "True", true),
        ])
    func quoted(rule: String, field: String, value: String, expected: Bool) throws {
        #expect(try holds(rule, field, value) == expected)
    }

    @Test(
        "true and false without quotes are truths, whatever the field is declared to be",
        arguments: [("v == true", "v is true"), ("v != TRUE", "v is false"), ("not v = false", "v is not false")])
    func words(rule: String, text: String) throws {
        #expect(try SegmentRule(parsing: rule).text == text)
        #expect(try SegmentRule(parsing: rule + " ignoring case").text == text)
    }

    @Test(
        "a comparison with what is no value of the field's type is refused, and says what is one",
        arguments: [
            (#"when <= "tomorrow""#, "date \"2026-01-31\""), (#"not when > "6/28/2021""#, "date"),
            (#"worth < "1,5""#, "number"), (#"out < "true""#, "== and !="), (#"out != "yes""#, "true or false"),
            (#"not out in ("true", "yes")"#, "true or false"), ("out == 2", "true or false"), ("out > 0", "== and !="),
            (#"out != date "2026-01-01""#, "true or false"), (#"id != "notaguid""#, "32 hexadecimal digits"),
            (#"not id in ("notaguid")"#, "32"), (#"id > "CE759201F786D590BF2134BFF576C369""#, "== and !="),
            (#"when == "never""#, "date"), ("when != 2021", "date"), (#"not day in ("2026-01-01", "x")"#, "date"),
            (#"at == "noon""#, "10:30"), (#"at between "10:00" and 12"#, "10:30"),
            (#"at != date "2026-01-01""#, "10:30"),
            (#"worth == "many" ignoring case"#, "number"), (#"count != date "2026-01-01""#, "number"),
        ])
    func refused(rule: String, word: String) {
        #expect { try holds(rule, "when", "2026-01-01") } throws: { error in
            (error as? EngineError)?.code == "bad-rule" && (error as? EngineError)?.message.contains(word) == true
        }
    }

    @Test("in a format with the day behind the year nothing is read as the plain date it looks like")
    func contradiction() throws {
        var form = ValueForm()
        form.format = TimestampFormat("yyyy-dd-MM")
        func instant(_ text: String, _ form: ValueForm?) -> Int64? {
            let bytes = Array(text.utf8)
            return ValueForm.instant(bytes.span, form)?.first
        }
        #expect(instant("2021-06-05", form) == instant("2021-05-06", nil))
        #expect(instant("2021-05-28", form) == nil && instant("2021-28-05", form) == instant("2021-05-28", nil))
    }
}
