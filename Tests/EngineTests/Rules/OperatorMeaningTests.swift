import Testing

@testable import Engine

/// The table at `CriteriaImport`, row by row and column by column.
@Suite("Operators of Customer Insights by type")
struct OperatorMeaningTests {
    private static let guid = "CE759201-F786-D590-BF21-34BFF576C369"

    /// A JSON value, and the literal it is against a field of each type; nil where it means nothing.
    private static let equality: [(FieldType, value: String, text: String?)] = [
        (.string, #""SE""#, #"v == "SE""#), (.string, #""5""#, #"v == "5""#), (.string, "5", "v == 5"),
        (.string, "true", "v is true"), (.json, #""x""#, #"v == "x""#),
        (.int64, #""9007199254740993""#, "v == 9007199254740993"),
        (.int64, "9007199254740993", "v == 9007199254740993"), (.int64, #""x""#, nil), (.int64, "true", nil),
        (.int64, #""""#, nil), (.double, #""1e3""#, "v == 1e3"), (.decimal, "0.10", "v == 0.10"),
        (.boolean, #""TRUE""#, "v is true"), (.boolean, "0", "v is false"), (.boolean, "false", "v is false"),
        (.boolean, #""yes""#, nil), (.dateTime, #""2026-01-01""#, #"v == date "2026-01-01""#),
        (.dateTimeOffset, #""2026-01-01T00:00:00+01:00""#, #"v == date "2026-01-01T00:00:00+01:00""#),
        (.dateTime, #""1/1/2026""#, nil), (.dateTime, "2026", nil), (.guid, "\"\(guid)\"", "v == guid \"\(guid)\""),
        (.guid, #""x""#, nil), (.guid, "1", nil),
    ]

    @Test("equals, notEquals and isIn", arguments: equality.indices)
    func equals(index: Int) throws {
        let (type, value, text) = Self.equality[index]
        let members = [
            "equals": "\"value\": \(value)", "notEquals": "\"value\": \(value)", "isIn": "\"listOfValues\": [\(value)]",
        ]
        for (sign, members) in members {
            guard let text else {
                #expect(throws: EngineError.self) { try Definitions.rule(sign, members, on: type) }
                continue
            }
            let rule = try Definitions.rule(sign, members, on: type)
            let expected =
                switch (sign, text) {
                case ("notEquals", "v is true"): "v is false"
                case ("notEquals", "v is false"): "v is true"
                case ("notEquals", _): text.replacing("==", with: "!=")
                case ("isIn", _) where text.contains("=="): text.replacing("== ", with: "in (") + ")"
                default: text
                }
            #expect(rule.text == expected)
        }
    }

    @Test(
        "greaterThan and its like, isBetween and isNotBetween",
        arguments: [
            (FieldType.string, "\"5\"", "5" as String?), (.string, "\"2026-01-01\"", "date \"2026-01-01\""),
            (.string, "\"M\"", "\"M\""), (.string, "5.0", "5.0"), (.string, "true", nil), (.int64, "\"5\"", "5"),
            (.double, "5", "5"), (.decimal, "\"-5.50\"", "-5.50"), (.int64, "\"five\"", nil),
            (.boolean, "\"true\"", nil),
            (.dateTime, "\"2026-01-01 10:00:00\"", "date \"2026-01-01 10:00:00\""), (.dateTimeOffset, "\"5\"", nil),
            (.guid, "\"\(guid)\"", nil), (.json, "\"5\"", "5"),
        ])
    func order(type: FieldType, value: String, literal: String?) throws {
        let signs = [
            "greaterThan": "v > X", "greaterThanOrEqualTo": "v >= X", "lessThan": "v < X",
            "lessThanOrEqualTo": "v <= X",
            "isBetween": "v >= X and v <= X", "isNotBetween": "v < X or v > X",
        ]
        for (sign, form) in signs {
            let members = sign.hasSuffix("Between") ? "\"listOfValues\": [\(value), \(value)]" : "\"value\": \(value)"
            guard let literal else {
                #expect(throws: EngineError.self) { try Definitions.rule(sign, members, on: type) }
                continue
            }
            #expect(try Definitions.rule(sign, members, on: type).text == form.replacing("X", with: literal))
        }
    }

    @Test("contains, startsWith and endsWith look at the value as it is spelled", arguments: FieldType.allCases)
    func looks(type: FieldType) throws {
        for (sign, form) in ["contains": "contains", "startsWith": "starts with", "endsWith": "ends with"] {
            guard type != .boolean else {
                #expect(throws: EngineError.self) { try Definitions.rule(sign, #""value": "1""#, on: type) }
                continue
            }
            let suffix = type == .guid ? " ignoring case" : ""
            #expect(try Definitions.rule(sign, #""value": "1""#, on: type).text == "v \(form) \"1\"\(suffix)")
            #expect(try Definitions.rule(sign, #""value": 1.0"#, on: type).text == "v \(form) \"1.0\"\(suffix)")
        }
    }

    @Test("parts of dates and relative dates are of dates", arguments: FieldType.allCases)
    func dates(type: FieldType) throws {
        let isDate = [.dateTime, .dateTimeOffset, .date, .time, .string, .json].contains(type)
        let forms = [
            ("dayOf", #""value": "24""#, "day of v == 24"), ("monthOf", #""value": 12"#, "month of v == 12"),
            ("yearOf", #""listOfValues": ["1990", 1991]"#, "year of v in (1990, 1991)"),
            ("dayOfWeek", #""value": "Sunday""#, "day of week of v == 0"),
            ("dayOfWeek", #""value": "6""#, "day of week of v == 6"),
            ("timeAt", #""value": "10:30""#, #"time of v == time "10:30""#),
            ("yearToDate", "", "v within year to date"),
            ("isWithinLast", #""value": "30 days""#, "v within last 30 days"),
        ]
        for (sign, members, text) in forms {
            guard isDate else {
                #expect(throws: EngineError.self) { try Definitions.rule(sign, members, on: type) }
                continue
            }
            #expect(try Definitions.rule(sign, members, on: type).text == text)
        }
    }

    @Test("isNull and isNotNull are of every type", arguments: FieldType.allCases)
    func null(type: FieldType) throws {
        #expect(try Definitions.rule("isNull", "", on: type).text == "v is null")
        #expect(try Definitions.rule("isNotNull", "", on: type).text == "v is not null")
    }

    @Test("ignoreCase says something of texts only", arguments: FieldType.allCases)
    func ignoreCase(type: FieldType) throws {
        let values: [FieldType: String] = [
            .boolean: "true", .dateTime: "2026-01-01", .dateTimeOffset: "2026-01-01", .date: "2026-01-01",
            .guid: Self.guid, .string: "5",
        ]
        let members = #""value": "\#(values[type] ?? "5")", "ignoreCase": true"#
        let text = try Definitions.rule("equals", members, on: type).text
        #expect(text.hasSuffix(" ignoring case") == [.string, .json, .time].contains(type))
    }

    @Test(
        "isTime compares times of day, or points in time",
        arguments: [
            ("equals", #""value": "10:30""#, #"time of v == time "10:30""#),
            ("lessThan", #""value": "10:30:15""#, #"time of v < time "10:30:15""#),
            ("equals", #""value": "2026-01-01""#, #"v == date "2026-01-01""#),
            (
                "isBetween", #""listOfValues": ["09:00", "17:00"]"#,
                #"time of v >= time "09:00" and time of v <= time "17:00""#
            ),
            (
                "isIn", #""listOfValues": ["09:00", "2026-01-01", "10:00"]"#,
                #"time of v in (time "09:00", time "10:00") or v in (date "2026-01-01")"#
            ),
            ("equals", #""value": "noon""#, nil), ("contains", #""value": "10:30""#, nil),
            ("equals", #""value": 10"#, nil),
        ])
    func isTime(sign: String, members: String, text: String?) throws {
        guard let text else {
            #expect(throws: EngineError.self) {
                try Definitions.rule(sign, members + #", "isTime": true"#, on: .dateTime)
            }
            return
        }
        for type in [FieldType.dateTime, .dateTimeOffset, .string] {
            #expect(try Definitions.rule(sign, members + #", "isTime": true"#, on: type).text == text)
        }
    }

    @Test(
        "the spellings of a period",
        arguments: [
            (#""value": "30""#, "30 days" as String?), (#""value": 1"#, "1 day"), (#""value": "2 Weeks""#, "2 weeks"),
            (#""value": "1 month""#, "1 month"), (#""value": "P30D""#, "30 days"), (#""value": "PT12H""#, "12 hours"),
            (#""value": "P3M""#, "3 months"), (#""value": "P1Y""#, "1 year"), (#""value": "P2W""#, "2 weeks"),
            (#""listOfValues": ["6", "months"]"#, "6 months"), (#""listOfValues": [6, "hour"]"#, "6 hours"),
            (#""value": "0 days""#, nil), (#""value": "-1""#, nil), (#""value": "1.5 days""#, nil),
            (#""value": "P1D2H""#, nil),
            (#""value": "PT1D""#, nil), (#""value": "P""#, nil), (#""value": "100001""#, nil),
            (#""value": "30 moons""#, nil),
            (#""value": true"#, nil), (#""value": """#, nil), (#""value": "1 2 days""#, nil), ("", nil),
        ])
    func periods(members: String, period: String?) throws {
        guard let period else {
            #expect(throws: EngineError.self) { try Definitions.rule("isWithinLast", members, on: .dateTime) }
            return
        }
        #expect(try Definitions.rule("isWithinLast", members, on: .dateTime).text == "v within last \(period)")
    }

    @Test("a list of several kinds is one of each kind")
    func mixedList() throws {
        let rule = try Definitions.rule(
            "isIn", #""listOfValues": ["x", 1, true, "y", true], "ignoreCase": true"#, on: .string)
        #expect(rule.text == #"v in ("x", "y") ignoring case or v in (1) or v is true"#)
    }
}
