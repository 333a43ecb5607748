import Support
import Testing

@testable import Engine

@Suite("Errors of imported segments")
struct ImportErrorTests {
    private func expect(_ json: some StringProtocol, at path: String, _ words: String = "") {
        let error = #expect(throws: EngineError.self) { try Definitions.rule(json) }
        guard case .definition(let file, let found, let problem) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(file == "segment.json")
        #expect(found == path, "\(problem)")
        #expect(problem.contains(words), "\(problem)")
    }

    @Test(
        "an error of a condition names the place and what is wrong there",
        arguments: [
            (#"{}"#, "comparisonOperator", "missing"),
            (#"{"comparisonOperator": "like"}"#, "comparisonOperator", "none of equals,"),
            (#"{"comparisonOperator": 5}"#, "comparisonOperator", "a number"),
            (#"{"comparisonOperator": "equals"}"#, "attribute", "missing"),
            (#"{"comparisonOperator": "Equals", "attribute": "EMail"}"#, "comparisonOperator", "none of"),
            (#"{"comparisonOperator": "equals", "attribute": "Nothing"}"#, "attribute", "no such field"),
            (#"{"comparisonOperator": "equals", "attribute": ["EMail"]}"#, "attribute", "a list"),
            (#"{"comparisonOperator": "equals", "attribute": "EMail"}"#, "value", "missing"),
            (#"{"comparisonOperator": "equals", "attribute": "EMail", "value": null}"#, "value", "missing"),
            (#"{"comparisonOperator": "equals", "attribute": "EMail", "value": {}}"#, "value", "an object"),
            (#"{"comparisonOperator": "contains", "attribute": "EMail", "value": true}"#, "value", "true or false"),
            (#"{"comparisonOperator": "isIn", "attribute": "EMail"}"#, "listOfValues", "missing"),
            (#"{"comparisonOperator": "isIn", "attribute": "EMail", "listOfValues": []}"#, "listOfValues", "empty"),
            (#"{"comparisonOperator": "isIn", "attribute": "EMail", "listOfValues": "x"}"#, "listOfValues", "a text"),
            (
                #"{"comparisonOperator": "isIn", "attribute": "EMail", "listOfValues": ["x", null]}"#,
                "listOfValues[1]", "null"
            ),
            (
                #"{"comparisonOperator": "isBetween", "attribute": "Visits", "listOfValues": ["1"]}"#, "listOfValues",
                "two"
            ),
            (
                #"{"comparisonOperator": "isBetween", "attribute": "Visits", "listOfValues": ["1", "x"]}"#,
                "listOfValues[1]", "number"
            ),
            (
                #"{"comparisonOperator": "greaterThan", "attribute": "DoNotEmail", "value": "1"}"#,
                "comparisonOperator", "boolean"
            ),
            (#"{"comparisonOperator": "dayOf", "attribute": "Visits", "value": "1"}"#, "comparisonOperator", "int64"),
            (#"{"comparisonOperator": "dayOf", "attribute": "LastSeen", "value": "32"}"#, "value", "1 to 31"),
            (#"{"comparisonOperator": "monthOf", "attribute": "LastSeen"}"#, "value", "missing"),
            (#"{"comparisonOperator": "timeAt", "attribute": "LastSeen", "value": "25:00"}"#, "value", "time"),
            (
                #"{"comparisonOperator": "equals", "attribute": "EMail", "value": "x", "ignoreCase": "yes"}"#,
                "ignoreCase", "a text"
            ),
            (#"{"comparisonOperator": "any", "attribute": "EMail"}"#, "comparisonOperator", "'any'"),
            (#"{"comparisonOperator": "all", "attribute": "EMail"}"#, "comparisonOperator", "'all'"),
            (#"{"comparisonOperator": "childOf", "attribute": "EMail"}"#, "comparisonOperator", "hierarchy"),
            (#"{"comparisonOperator": "parentOf", "attribute": "EMail"}"#, "comparisonOperator", "hierarchy"),
            (#"{"kind": "post"}"#, "kind", "'post'"), (#"{"kind": "consent"}"#, "kind", "consent records"),
            (#"{"kind": "engagement"}"#, "kind", "events"), (#"{"kind": "x"}"#, "kind", "none of"),
            (#"{"logicalOperator": "and", "childCriterias": []}"#, "childCriterias", "empty"),
            (#"{"logicalOperator": "xor", "childCriterias": [{}]}"#, "logicalOperator", "none of and, or"),
            (#"{"attribute": "EMail", "childCriterias": [{}]}"#, "attribute", "none"),
            (
                #"{"childCriterias": [{"comparisonOperator": "isNull", "attribute": "EMail"}, {"comparisonOperator": "isNull", "attribute": "EMail"}]}"#,
                "logicalOperator", "missing"
            ),
            (
                #"{"logicalOperator": "or", "childCriterias": [{"comparisonOperator": "isNull", "attribute": "EMail"}, {"childCriterias": [{"comparisonOperator": "?"}]}]}"#,
                "childCriterias[1].childCriterias[0].comparisonOperator", "none of"
            ),
        ])
    func conditions(criteria: String, path: String, words: String) {
        let good = #"{"rowsetOperation": "none", "criteria": {"attribute": "EMail", "comparisonOperator": "isNull"}}"#
        let json = #"{"rowsets": [\#(good), {"rowsetOperation": "union", "criteria": \#(criteria)}]}"#
        expect(json, at: "rowsets[1].criteria.\(path)", words)
        // The same from within a text, where the path goes on.
        let text = json.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        expect(
            #"{"segmentQueryExpression": "\#(text)"}"#, at: "segmentQueryExpression.rowsets[1].criteria.\(path)", words)
    }

    private static let leaf = #"{"attribute": "EMail", "comparisonOperator": "isNull"}"#

    @Test(
        "an error of a query names the place and what is wrong there",
        arguments: [
            ("{}", "rowsets", "missing"), (#"{"rowsets": []}"#, "rowsets", "empty"),
            (#"{"rowsets": {}}"#, "rowsets", "an object"),
            (#"{"rowsets": [5]}"#, "rowsets[0]", "a number"), ("[]", "", "a list"), (#""x""#, "", "a text"),
            (#"{"rowsets": [{}]}"#, "rowsets[0].criteria", "missing"), (#"{"type": "manual"}"#, "type", "manual"),
            (#"{"type": "sql"}"#, "type", "none of"),
            (#"{"segmentationQuerySql": "select 1"}"#, "segmentationQuerySql", "SQL"),
            (
                #"{"rowsets": [{"rowsetOperation": "except", "criteria": \#(leaf)}]}"#, "rowsets[0].rowsetOperation",
                "first"
            ),
            (
                #"{"rowsets": [{"rowsetOperation": "exclude", "criteria": \#(leaf)}]}"#, "rowsets[0].rowsetOperation",
                "first"
            ),
            (
                #"{"rowsets": [{"rowsetOperation": "minus", "criteria": \#(leaf)}]}"#, "rowsets[0].rowsetOperation",
                "none of"
            ),
            (#"{"rowsets": [{"criteria": \#(leaf)}, {"criteria": \#(leaf)}]}"#, "rowsets[1].rowsetOperation", "first"),
            (
                #"{"rowsets": [{"criteria": \#(leaf)}, {"rowsetOperation": "none", "criteria": \#(leaf)}]}"#,
                "rowsets[1].rowsetOperation", "first"
            ),
            (
                #"{"rowsets": [{"paths": [["Customer", "Purchases"]], "criteria": \#(leaf)}]}"#,
                "rowsets[0].paths[0][1]", "another entity"
            ),
            (#"{"rowsets": [{"paths": ["Customer"], "criteria": \#(leaf)}]}"#, "rowsets[0].paths[0]", "a list"),
            (
                #"{"kind": "engagement", "segmentQueryExpression": {"rowsets": [{"criteria": \#(leaf)}]}}"#, "kind",
                "events"
            ),
            (#"{"segmentQueryExpression": 5}"#, "segmentQueryExpression", "a number"),
            (
                #"{"projectedAttributes": [{"projectionType": "pre", "entityName": "Purchases"}]}"#,
                "projectedAttributes[0].entityName", "before"
            ),
            (
                #"{"rowsets": [{"criteria": {"attribute": "EMail", "attribute": "EMail"}}]}"#,
                "rowsets[0].criteria.attribute", "twice"
            ),
            (#"{"a": 1, "\u0061": 2}"#, "a", "twice"),
        ])
    func queries(json: String, path: String, words: String) {
        expect(json, at: path, words)
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", "{", "nul", "01", "+1", "{'a': 1}", #"{"a" 1}"#, #"{"a": 1,}"#, "[1 2]", #""x"#, "\"\n\"", #""\x""#,
            #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, #""\u12g4""#, #""\u12"#, "{} {}", "1.", "1e", "NaN",
            "\u{FEFF}\u{FEFF}{}",
        ])
    func syntax(json: String) {
        expect(json, at: "", "no JSON")
    }

    @Test("bytes that are not UTF-8 are refused")
    func encoding() {
        #expect(throws: EngineError.definition(file: "f", path: "", problem: "it is not UTF-8")) {
            try SegmentRule(customerInsights: [0x22, 0xFF, 0x22], file: "f", types: [:])
        }
    }

    @Test("escapes of JSON reach the rule")
    func escapes() throws {
        let criteria =
            #"{"attribute": "EMail", "comparisonOperator": "equals", "value": "\u00e5\ud834\udd1e\n\"\\\/\u0000"}"#
        let rule = try Definitions.rule(criteria: criteria)
        #expect(rule.text == #"EMail == "å𝄞\n\"\\/\u{0}""#)
    }

    @Test("no value of a definition stands in an error")
    func discretion() {
        for members in [#""value": "secret@example.com""#, #""listOfValues": ["secret@example.com"]"#] {
            for sign in CriteriaImport.Operator.allCases {
                for type in FieldType.allCases {
                    do throws(EngineError) {
                        _ = try Definitions.rule(sign.rawValue, members, on: type)
                    } catch {
                        #expect(!error.message.contains("secret"), "\(error.message)")
                    }
                }
            }
        }
    }

    @Test("a mutated definition is imported or gives an error, and what is imported is stable", arguments: 0..<60)
    func mutations(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let definition = try Definitions.bytes(Definitions.names[seed % Definitions.names.count])
        for _ in 0..<50 {
            let json = Mutation.mutate(definition, using: &random)
            do {
                let rule = try SegmentRule(customerInsights: json, file: "f", types: Definitions.types)
                #expect(try SegmentRule(parsing: rule.text) == rule, "seed \(seed)")
                _ = try RuleTable.matches(rule, ["EMail": "x"])
            } catch let error as EngineError {
                guard case .definition(_, _, let problem) = error, !problem.isEmpty else {
                    Issue.record("seed \(seed): \(error)")
                    return
                }
            }
        }
    }
}
