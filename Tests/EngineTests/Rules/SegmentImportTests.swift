import Testing

@testable import Engine

@Suite("Segments of Customer Insights")
struct SegmentImportTests {
    @Test("a definition becomes a rule that a person can read")
    func whole() throws {
        let rule = try SegmentRule(
            customerInsights: Definitions.bytes("high-value-nordics"), file: "s.json", types: Definitions.types)
        #expect(
            rule.text
                == #"Country in ("se", "no", "dk", "fi", "is") ignoring case and LifetimeValue > 1000.00 and EMail is not null"#
        )
        #expect(rule.fields == ["Country", "LifetimeValue", "EMail"])
        let profile = ["Country": "NO", "LifetimeValue": "1000.01", "EMail": "kari@example.no"]
        #expect(try RuleTable.matches(rule, profile))
        #expect(try !RuleTable.matches(rule, profile.merging(["LifetimeValue": "1000"]) { $1 }))
    }

    @Test("nested criteria, parts of dates and rowsets that take away")
    func nested() throws {
        let rule = try SegmentRule(
            customerInsights: Definitions.bytes("birthdays"), file: "s.json", types: Definitions.types)
        #expect(
            rule.text == #"""
                (month of DateOfBirth == 11 and (DateOfBirth < date "2008-11-23" or DateOfBirth > date "2026-11-23") \#
                and (LastSeen within last 12 months or LastSeen within year to date) \#
                or day of week of LastSeen in (0, 6) and time of LastSeen == time "20:00" \#
                and time of LastSeen >= time "18:00") and DoNotEmail is not true
                """#)
        let profile = ["DateOfBirth": "1990-11-02", "LastSeen": "2026-03-01T08:00:00Z", "DoNotEmail": "false"]
        #expect(try RuleTable.matches(rule, profile))
        for taken in ["True", "", "perhaps"] {
            #expect(try !RuleTable.matches(rule, profile.merging(["DoNotEmail": taken]) { $1 }))
        }
        #expect(
            try RuleTable.matches(rule, ["LastSeen": "2026-11-22T20:00:00Z", "DateOfBirth": "", "DoNotEmail": "0"]))
    }

    @Test("the text of every definition parses to the rule it is of", arguments: Definitions.importable)
    func text(name: String) throws {
        let rule = try SegmentRule(customerInsights: Definitions.bytes(name), file: "s.json", types: Definitions.types)
        #expect(try SegmentRule(parsing: rule.text) == rule)
    }

    @Test(
        "rowsets fold from left to right",
        arguments: [
            (["none"], "a"), (["union"], "a"), (["include"], "a"), (["intersect"], "a"), (["none", "union"], "a or b"),
            (["none", "include", "union"], "a or b or c"), (["none", "intersect", "intersect"], "a and b and c"),
            (["none", "except"], "a and not b"), (["none", "exclude", "exclude"], "a and not b and not c"),
            (["none", "union", "intersect"], "(a or b) and c"), (["none", "intersect", "union"], "a and b or c"),
            (["none", "except", "union"], "a and not b or c"), (["none", "union", "except"], "(a or b) and not c"),
        ])
    func folding(operations: [String], expected: String) throws {
        let rowsets = zip(operations, ["a", "b", "c"]).map { operation, field in
            #"{"rowsetOperation": "\#(operation)", "criteria": {"attribute": "\#(field)", "comparisonOperator": "isNull"}}"#
        }
        let rule = try Definitions.rule(
            #"{"rowsets": [\#(rowsets.joined(separator: ", "))]}"#,
            types: ["a": .string, "b": .string, "c": .string])
        #expect(rule.text.replacing(" is null", with: "") == normalised(expected))
    }

    /// `not x is null` prints as `x is not null`.
    private func normalised(_ text: String) -> String {
        text.replacing("not b", with: "b is not null").replacing("not c", with: "c is not null")
    }

    @Test(
        "an attribute may carry the entity's name, and only that",
        arguments: [
            ("EMail", "EMail"), ("Customer.EMail", "EMail"), ("Unified.Customer.EMail", "EMail"),
            ("CustomerProfile.EMail", "EMail"), ("a.b", "`a.b`"), ("Customer.a.b", "`a.b`"), ("Purchases.EMail", nil),
            ("Customer.Nothing", nil), ("NotCustomer.EMail", nil), ("Customer.", nil), ("", nil),
        ])
    func prefixes(attribute: String, field: String?) throws {
        let criteria = #"{"attribute": "\#(attribute)", "comparisonOperator": "isNull"}"#
        guard let field else {
            #expect(throws: EngineError.self) { try Definitions.rule(criteria: criteria) }
            return
        }
        #expect(try Definitions.rule(criteria: criteria).text == "\(field.replacing("`", with: "")) is null")
    }

    @Test(
        "what says nothing of membership is passed over",
        arguments: [
            #"{"$type": "Query", "ci:note": {"a": [1]}, "rowsets": [{"criteria": {"attribute": "EMail", "comparisonOperator": "isNull", "$type": "x"}}]}"#,
            #"{"kind": null, "segmentQueryExpression": {"type": null, "hierarchies": [{}], "projections": ["x"], "rowsets": [{"rowsetOperation": null, "paths": [[]], "criteria": {"kind": "default", "attribute": "EMail", "comparisonOperator": "isNull", "childCriterias": [], "listOfValues": [], "value": ""}}]}}"#,
            #"{"projectedAttributes": [{"entityName": "Purchases", "attributeNames": ["Sum"], "path": ["P"]}], "rowsets": [{"paths": [], "criteria": {"logicalOperator": "or", "childCriterias": [{"attribute": "EMail", "comparisonOperator": "isNull"}]}}]}"#,
            "\u{FEFF}"
                + #"{"rowsets": [{"criteria": {"attribute": "EMail", "comparisonOperator": "isNull", "ignoreCase": true, "isTime": false}}]}"#,
        ])
    func tolerated(json: String) throws {
        #expect(try Definitions.rule(json).text == "EMail is null")
    }

    @Test("a wide definition is as deep as a narrow one, and deep nesting is refused")
    func bounds() throws {
        let leaf = #"{"attribute": "EMail", "comparisonOperator": "equals", "value": "x"}"#
        let wide = Array(repeating: leaf, count: 8000).joined(separator: ",")
        let rule = try Definitions.rule(criteria: #"{"logicalOperator": "or", "childCriterias": [\#(wide)]}"#)
        #expect(try RuleTable.matches(rule, ["EMail": "x"]))

        var deep = leaf
        for _ in 0..<25 {
            deep = #"{"logicalOperator": "and", "childCriterias": [\#(leaf), {"childCriterias": [\#(deep)]}]}"#
        }
        #expect(throws: EngineError.self) { try Definitions.rule(criteria: deep) }
        for text in [
            String(repeating: "[", count: 500_000), String(repeating: #"{"a":"#, count: 100_000),
            #"{"rowsets": "# + String(repeating: "[", count: 64) + String(repeating: "]", count: 64) + "}",
            "{" + String(repeating: " ", count: JSONReader.maximumLength) + "}",
        ] {
            #expect(throws: EngineError.self) { try Definitions.rule(text) }
        }
    }

    @Test("rowsets that nest as deep as they can still print to a rule that parses")
    func deepRowsets() throws {
        let rowsets = (0..<64).map { index in
            #"{"rowsetOperation": "\#(index.isMultiple(of: 2) ? "union" : "intersect")", "criteria": {"attribute": "EMail", "comparisonOperator": "isNull"}}"#
        }
        _ = try Definitions.rule(#"{"rowsets": [\#(rowsets.joined(separator: ","))]}"#)
        #expect(throws: EngineError.self) {
            try Definitions.rule(#"{"rowsets": [\#((rowsets + rowsets).joined(separator: ","))]}"#)
        }
    }
}
