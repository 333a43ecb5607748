import Foundation
import Support
import Testing

@testable import Engine

@Suite("CSV (RFC 4180)")
struct CSVReaderTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func read(_ text: [UInt8], columns: [String] = ["a", "b"], chunk: Int = 65_536) throws -> [[String]] {
        let path = try folder.write(text, to: "x.csv")
        return try rows(SourceFile.csv(path), columns: columns, chunk: chunk)
    }

    private static let wellFormed =
        "\u{FEFF}a,b,c\r\n1,2,3\r\n\"x,y\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n\r\n,,\n\"\",é,last"

    @Test("the same rows come out whatever the chunks", arguments: Array(1...17) + [64, 65_536])
    func chunks(chunk: Int) throws {
        let found = try read(Array(Self.wellFormed.utf8), columns: ["c", "a", "b"], chunk: chunk)
        #expect(
            found == [
                ["3", "1", "2"], ["two\nlines", "x,y", "say \"hi\""], ["", "", ""], ["last", "", "é"],
            ])
    }

    @Test(
        "what is malformed is refused, with the line where its row starts",
        arguments: [
            ("a,b\n1,2\n3\n", "ragged-row at 3"), ("a,b\n1,2,3\n", "ragged-row at 2"),
            ("a,b\n\"1\n\n2\",x\n3\n", "ragged-row at 5"), ("a,b\n1,\"2\"x\n", "malformed-row at 2"),
            ("a,b\n1,2\"\n", "malformed-row at 2"), ("a,b\n1,\"2\n3\n", "malformed-row at 2"),
            ("a,b\n1,2\u{0}\n", "malformed-row at 2"), ("a,b\n1,\"\u{0}\"\n", "malformed-row at 2"),
            ("a,b\n1,2\rx\n", "malformed-row at 2"), (",\n1,2\n", "malformed-row at 1"),
            ("a,a\n1,2\n", "duplicate-column"), ("a,c\n1,2\n", "missing-column"), ("", "unreadable-source"),
            ("\n\n", "unreadable-source"),
        ])
    func malformed(text: String, expected: String) {
        for chunk in [1, 3, 65_536] {
            #expect(failure { _ = try read(Array(text.utf8), chunk: chunk) } == expected, "chunk \(chunk)")
        }
    }

    @Test("bytes that are not UTF-8 are refused, in a field that nobody asked for too")
    func encoding() {
        #expect(failure { _ = try read(Array("a,b,c\n1,2,".utf8) + [0xC5, 0x0A]) } == "not-utf-8 at 2")
        #expect(
            failure { _ = try read(Array("a,b\n1,2\n\"x\",".utf8) + [0xED, 0xA0, 0x80, 0x0A]) } == "not-utf-8 at 3")
        #expect(failure { _ = try read(Array("a,b".utf8) + [0xFF] + Array("\n".utf8)) } == "not-utf-8 at 1")
    }

    @Test("a field above 1 MiB and a row above 4 MiB are refused; one of 1 MiB is not")
    func lengths() throws {
        let mebibyte = [UInt8](repeating: 0x78, count: 1 << 20)
        let comma: [UInt8] = [0x2C]
        #expect(try read(Array("a,b\n".utf8) + mebibyte + Array(",y\n".utf8)).first?[0].utf8.count == 1 << 20)
        #expect(failure { _ = try read(Array("a,b\n".utf8) + mebibyte + Array("x,y\n".utf8)) } == "field-too-long at 2")
        #expect(
            failure { _ = try read(Array("a,b\n\"".utf8) + mebibyte + Array("x\",y\n".utf8)) } == "field-too-long at 2")
        let row = (0..<5).map { _ in mebibyte }.reduce([]) { $0.isEmpty ? $1 : $0 + comma + $1 }
        #expect(failure { _ = try read(Array("a,b,c,d,e\n".utf8) + row) } == "field-too-long at 2")
    }

    @Test("a file that grows while it is read is noticed")
    func changed() throws {
        let path = try folder.write("a,b\n1,2\n3,4\n", to: "x.csv")
        var reader = ChunkReader([try SourceFile.csv(path)], chunk: 2)
        #expect(try reader.next() != nil)
        try folder.write("a,b\n1,2\n3,4\n5,6\n", to: "y.csv")
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("5,6\n".utf8))
        try handle.close()
        #expect(failure { while try reader.next() != nil {} } == "unreadable-source")
    }

    @Test("a missing file and a folder are refused as such")
    func missing() {
        #expect(
            failure { _ = try SourceFile.csv(folder.path("none.csv")) }
                == "unreadable-source")
        #expect(
            failure { _ = try SourceFile.csv(folder.url.path) }
                == "unreadable-source")
    }

    @Test("random rows, written as CSV, read back the same", arguments: 0..<60)
    func roundTrip(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let alphabet = ["a", "é", ",", "\"", "\n", "\r\n", " ", "𝄞", "1"]
        let table = (0..<20).map { _ in
            (0..<3).map { _ in
                (0..<Int.random(in: 0..<6, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }
                    .joined()
            }
        }
        let text =
            (["a,b,c"]
            + table.map { row in row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") })
            .joined(separator: "\n")
        let found = try read(Array(text.utf8), columns: ["a", "b", "c"], chunk: Int.random(in: 1...40, using: &random))
        #expect(found == table, "seed \(seed)")
    }
}
