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
            (#"{"a":1}"#, "missing-column"), (#"{a:1,"b":2}"#, "malformed-row at 1"), ("{", "malformed-row at 1"),
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

    @Test("the fields of a file are those of its first object")
    func fields() throws {
        let path = try folder.write("\n{\"x\":1,\"y\":{\"z\":2}}\n{\"w\":1}\n", to: "x.ndjson")
        #expect(try SourceFile.ndjson(path).fields == ["x", "y"])
    }
}
