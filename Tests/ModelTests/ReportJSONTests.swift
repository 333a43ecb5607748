import Foundation
import Model
import Testing

@Suite("A report's JSON has every key, always")
struct ReportJSONTests {
    private enum State: String, Encodable { case runningNow }

    private struct Inner: Encodable {
        let listID: String?
        let keySha256: Int64?
    }

    private struct Report: Encodable {
        let baseUrl: String
        let flag: Bool?
        let text: String?
        let number: Int?
        let wide: UInt64?
        let part: Double?
        let state: State?
        let inner: Inner?
        let list: [String?]
        let inners: [Inner]?
        let members: [String: Int]
    }

    private static func report(_ isFull: Bool) -> Report {
        Report(
            baseUrl: "https://a/b", flag: isFull ? true : nil, text: isFull ? "\"\u{1}å\n" : nil,
            number: isFull ? -5 : nil, wide: isFull ? .max : nil, part: isFull ? 2.5 : nil,
            state: isFull ? .runningNow : nil, inner: isFull ? Inner(listID: nil, keySha256: 7) : nil,
            list: ["a", nil], inners: isFull ? [Inner(listID: "x", keySha256: nil)] : nil, members: ["camelCase": 1])
    }

    @Test(
        "what has no value is null, in every depth; names of properties are in snake_case, keys that are data are not")
    func text() throws {
        #expect(
            try ReportJSON.text(Self.report(false))
                == #"{"base_url":"https://a/b","flag":null,"inner":null,"inners":null,"list":["a",null],"#
                + #""members":{"camelCase":1},"number":null,"part":null,"state":null,"text":null,"wide":null}"#)
        #expect(
            try ReportJSON.text(Self.report(true))
                == #"{"base_url":"https://a/b","flag":true,"inner":{"key_sha256":7,"list_id":null},"#
                + #""inners":[{"key_sha256":null,"list_id":"x"}],"list":["a",null],"members":{"camelCase":1},"#
                + #""number":-5,"part":2.5,"state":"runningNow","text":"\"\u0001å\n","wide":18446744073709551615}"#)
    }

    @Test("values alone, lists and dictionaries of anything are taken, and numbers that JSON lacks are refused")
    func shapes() throws {
        #expect(try ReportJSON.text([Int?.some(1), nil]) == "[1,null]")
        #expect(try ReportJSON.text(String?.none) == "null")
        #expect(try ReportJSON.text(["a": [3.0, 0.1]]) == #"{"a":[3,0.1]}"#)
        #expect(try ReportJSON.text([String: Int]()) == "{}")
        #expect(try ReportJSON.text([["b": true]]) == #"[{"b":true}]"#)
        #expect(throws: EncodingError.self) { try ReportJSON.text([Double.nan]) }
    }

    @Test("keys are those that JSONEncoder makes")
    func keys() throws {
        struct Names: Encodable {
            var a = 1, baseUrl = 2, keySha256 = 3, listID = 4, nanosecondsPerProfile = 5, abAC = 6, wouldMeet = 7
        }
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        #expect(try ReportJSON.text(Names()) == String(decoding: try encoder.encode(Names()), as: UTF8.self))
    }
}
