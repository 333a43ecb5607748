import Model
import Testing

@testable import Engine

@Suite("NDJSON (RFC 8259, a line each)")
struct NDJSONReaderTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func read(_ text: [UInt8], columns: [String] = ["a", "b"], chunk: Int = 65_536) throws -> [[String]] {
        let path = try folder.write(text, to: "x.ndjson")
        return try rows(SourceFile.ndjson(path), columns: columns, chunk: chunk)
    }

    @Test("values come out as texts, numbers as they were spelt", arguments: [1, 2, 7, 65_536])
    func values(chunk: Int) throws {
        let text = """
            \u{FEFF}{"a":"x","b":12345678901234567890.10}

             { "b" : true , "c" : {"d":[1,{"e":null}]} , "a" : null }\r
            {"a":"\\u00e5\\ud834\\udd1e\\n\\"\\\\\\/","b":-1e5}
            {"c":[]}
            """
        #expect(
            try read(Array(text.utf8), chunk: chunk) == [
                ["x", "12345678901234567890.10"], ["", "true"], ["å𝄞\n\"\\/", "-1e5"], ["", ""],
            ])
    }

    @Test(
        "what is malformed is refused, with its line",
        arguments: [
            (#"{"a":1,"b":2} x"#, "malformed-row at 1"), (#"{"a":1,"b":"#, "malformed-row at 1"),
            (#"{"a":1,"b":2,}"#, "malformed-row at 1"), (#"["a"]"#, "malformed-row at 1"),
            (#"{"a":01,"b":2}"#, "malformed-row at 1"), (#"{"a":NaN,"b":2}"#, "malformed-row at 1"),
            (#"{"a":"x,"b":2}"#, "malformed-row at 1"), (#"{"a":"\ud834","b":2}"#, "malformed-row at 1"),
            (#"{"a":"\udd1e","b":2}"#, "malformed-row at 1"), (#"{"a":"\q","b":2}"#, "malformed-row at 1"),
            (#"{"a":"\u12","b":2}"#, "malformed-row at 1"), (#"{"a":{"x":1},"b":2}"#, "malformed-row at 1"),
            (#"{"a":1,"a":2,"b":3}"#, "malformed-row at 1"),
            ("{\"a\":1,\"b\":2}\n{\"a\":\"\u{1}\"}", "malformed-row at 2"),
            (#"{a:1,"b":2}"#, "malformed-row at 1"), ("{", "malformed-row at 1"),
        ])
    func malformed(text: String, expected: String) {
        #expect(failure { _ = try read(Array(text.utf8)) } == expected)
    }

    @Test("nesting is bounded, and lines are")
    func bounds() {
        let deep = #"{"a":1,"b":2,"c":"# + String(repeating: "[", count: 100_000)
        #expect(failure { _ = try read(Array(deep.utf8)) } == "malformed-row at 1")
        #expect(failure { _ = try read([UInt8](repeating: 0x20, count: 5 << 20)) } == "field-too-long at 1")
        #expect(
            failure { _ = try read(Array(#"{"a":""#.utf8) + [0xFF] + Array(#"","b":1}"#.utf8)) } == "not-utf-8 at 1")
    }

    @Test("a file has the fields that any of its objects has; the first object is a first look")
    func fields() async throws {
        let path = try folder.write("\n{\"x\":1,\"y\":{\"z\":2}}\n{\"w\":1,\"x\":[]}\n", to: "x.ndjson")
        #expect(try SourceFile.ndjson(path).fields == ["x", "y"])
        let source = SourceDefinition(name: try SourceName("s"), format: .ndjson(path: path))
        #expect(try await SourceInspection.fields(of: source) == ["x", "y", "w"])
        #expect(try SourceInspection.firstFields(of: source) == ["x", "y", "w"])
        let found = try await SourceInspection.check(source)
        #expect(found.profiles == 2 && found.fields == ["x", "y", "w"])
    }

    @Test(
        "an absent key is an empty value, wherever keys stand and however an accent is written", arguments: [1, 65_536])
    func sparse(chunk: Int) throws {
        let text = """
            {"a":1}
            {"x":0,"b":2,"y":0,"a":3}
            {"z":{}}
            {"b":4,"w":[1],"a":5,"x":0}

            """
        #expect(try read(Array(text.utf8), chunk: chunk) == [["1", ""], ["3", "2"], ["", ""], ["5", "4"]])
        let accents = "{\"\u{E5}\":1}\n{\"a\u{30A}\":2}\n"
        #expect(try read(Array(accents.utf8), columns: ["\u{E5}"], chunk: chunk) == [["1"], ["2"]])
        let both = "{\"\u{E5}\":1,\"a\u{30A}\":2}\n"
        #expect(failure { _ = try read(Array(both.utf8), columns: ["\u{E5}"]) } == "malformed-row at 1")
    }

    @Test("a first look keeps what it met before a malformed row")
    func malformedLater() async throws {
        let path = try folder.write("{\"a\":1}\n{\"b\":1}\n{bad\n{\"c\":1}\n", to: "x.ndjson")
        let source = SourceDefinition(name: try SourceName("s"), format: .ndjson(path: path))
        #expect(try SourceInspection.firstFields(of: source) == ["a", "b"])
        #expect(await failure { _ = try await SourceInspection.fields(of: source) } == "malformed-row at 3")
    }

    @Test("a check refuses any doubled key, an export those it needs")
    func doubled() async throws {
        let text = #"{"a":1,"b":2,"c":3,"c":4}"#
        #expect(try read(Array(text.utf8)) == [["1", "2"]])
        let source = SourceDefinition(name: try SourceName("s"), format: .ndjson(path: folder.path("x.ndjson")))
        #expect(await failure { _ = try await SourceInspection.check(source) } == "malformed-row at 1")
    }

    @Test("objects may have very many keys, in any order; the names that are kept are bounded")
    func manyKeys() async throws {
        for count in [10_000, 40_000] {
            let object = "{" + (0..<count).map { "\"k\($0)\":1" }.joined(separator: ",") + "}\n"
            let backwards = "{" + (0..<count).reversed().map { "\"k\($0)\":1" }.joined(separator: ",") + "}\n"
            let path = try folder.write(object + backwards, to: "x.ndjson")
            #expect(try rows(SourceFile.ndjson(path), columns: ["k7"]) == [["1"], ["1"]])
            let source = SourceDefinition(name: try SourceName("s"), format: .ndjson(path: path))
            #expect(try await SourceInspection.fields(of: source).count == FieldNames.maximum)
        }
    }
}
