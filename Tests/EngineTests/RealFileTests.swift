import Compression
import Foundation
import Model
import Support
import Testing

@testable import Engine

@Suite("Files as people have them: gzip'd, short rows, unnamed columns, other delimiters and encodings, links")
struct RealFileTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func csv(_ name: String, delimiter: UInt8? = nil) throws -> OpenSource {
        try OpenSource(.csv(path: folder.path(name), delimiter: delimiter))
    }

    // MARK: gzip

    private func inflated(_ bytes: [UInt8]) throws(GunzipError) -> GunzipReader {
        try GunzipReader { (offset, count) in
            Array(bytes[min(Int(offset), bytes.count)..<min(Int(offset) + count, bytes.count)])
        }
    }

    @Test("a gzip'd file is read at any place as what it holds, whatever the order", arguments: 0..<2)
    func gzipAnywhere(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        // Longer than what is kept, so that places are gone back to.
        let piece = (0..<65_521).map { _ in UInt8.random(in: 0...255, using: &random) }
        let plain = [UInt8](repeatElement(piece, count: (GunzipReader.blocks + 4) << 4).joined())
        let count = plain.count
        let half = count / 2
        let packed = try Gzip.compress(Array(plain[..<half])) + Gzip.compress(Array(plain[half...])) + [0, 0, 0]
        let reader = try inflated(packed)
        for _ in 0..<12 {
            let start = Int.random(in: 0..<count, using: &random)
            let length = Int.random(in: 1...600_000, using: &random)
            let expected = Array(plain[start..<min(count, start + length)])
            #expect(try reader.read(at: Int64(start), count: length) == expected, "seed \(seed)")
        }
        #expect(try reader.length() == Int64(count) && reader.read(at: Int64(count), count: 5).isEmpty)
    }

    @Test("a gzip'd file that is cut, damaged or followed by something else is refused, and says so")
    func gzipDamage() throws {
        let text = "CustomerId,EMail\n" + (0..<2000).map { "c\($0),p\($0)@example.com\n" }.joined()
        let packed = try Gzip.compress(Array(text.utf8))
        var flipped = packed
        flipped[packed.count - 6] ^= 1
        for (bytes, word) in [
            (Array(packed.dropLast(4)), "ends in the middle"),
            (Array(packed.prefix(packed.count / 2)), "ends in the middle"),
            (flipped, "damaged"), (packed + [1, 2, 3], "behind the end"), ([0x1F, 0x8B, 9, 9, 9], "damaged"),
        ] {
            try folder.write(bytes, to: "p.csv.gz")
            let error = #expect(throws: EngineError.self) {
                let source = try csv("p.csv.gz")
                _ = try source.files[0].input.length()
            }
            #expect(error?.message.contains(word) == true, "\(word): \(error?.message ?? "")")
        }
    }

    @Test("CSV, NDJSON and partitions of a folder may be gzip'd, whatever they are called")
    func gzipEverywhere() async throws {
        let csv = Array("CustomerId,EMail\n1,a@example.com\n2,b@example.com\n".utf8)
        try folder.write(try Gzip.compress(csv), to: "profiles.csv")
        try folder.write(
            try Gzip.compress(Array(#"{"CustomerId":"1"}"#.utf8))
                + Gzip.compress(Array("\n{\"CustomerId\":\"2\"}\n".utf8)),
            to: "profiles.ndjson.gz")
        try folder.write(try Gzip.compress(Array("1,a\n2,b\n3,c\n".utf8)), to: "part.csv.gz")
        try folder.write(
            #"{"name":"x","entities":[{"name":"E","attributes":[{"name":"a"},{"name":"b"}],"#
                + #""partitions":[{"name":"1","location":"part.csv.gz"}]}]}"#, to: "model.json")
        for (format, count): (SourceDefinition.Format, Int) in [
            (.csv(path: folder.path("profiles.csv")), 2), (.ndjson(path: folder.path("profiles.ndjson.gz")), 2),
            (.commonDataModel(folder: folder.url.path), 3),
        ] {
            let source = SourceDefinition(name: try SourceName("s"), format: format)
            #expect(try await SourceInspection.check(source).profiles == count)
        }
    }

    // MARK: Delimiters and encodings

    @Test(
        "one field with a likely delimiter in it is met with the question what is meant",
        arguments: [(";", "';'"), ("\t", "tab"), ("|", "'|'")])
    func delimiters(delimiter: String, name: String) throws {
        let text = ["CustomerId", "EMail", "Ort"].joined(separator: delimiter) + "\n"
        try folder.write(text, to: "p.csv")
        let error = #expect(throws: EngineError.self) { try csv("p.csv") }
        #expect(error?.hint?.contains("--delimiter \(name)") == true)
        #expect(
            try csv("p.csv", delimiter: Delimiter(named: name == "tab" ? "tab" : delimiter)?.byte).fields.count == 3)
        #expect(try csv("p.csv", delimiter: UInt8(ascii: ",")).fields.count == 1)
    }

    @Test("Excel's line with the separator is no row, and has to be what was stated")
    func separatorLine() throws {
        try folder.write("sep=;\r\nCustomerId;EMail\r\n1;a@example.com\r\n", to: "p.csv")
        #expect(try csv("p.csv", delimiter: UInt8(ascii: ";")).fields == ["CustomerId", "EMail"])
        let error = #expect(throws: EngineError.self) { try csv("p.csv") }
        #expect(error?.hint?.contains("--delimiter ';'") == true)
    }

    @Test("an error behind Excel's line with the separator has the line that an editor shows")
    func separatorLineNumbers() throws {
        try folder.write("sep=;\nCustomerId;EMail\n1;a@example.com\n2\n", to: "p.csv")
        let file = try csv("p.csv", delimiter: UInt8(ascii: ";")).files[0]
        #expect(failure { _ = try rows(file, columns: ["EMail"]) } == "ragged-row at 4")
    }

    @Test("a first line whose quotes make no sense with commas is met with the same question")
    func quotedHeader() throws {
        try folder.write("CustomerId;\"Ort, Land\";EMail\n1;\"a, b\";c\n", to: "p.csv")
        let error = #expect(throws: EngineError.self) { try csv("p.csv") }
        #expect(error?.hint?.contains("--delimiter ';'") == true)
        #expect(try csv("p.csv", delimiter: UInt8(ascii: ";")).fields == ["CustomerId", "Ort, Land", "EMail"])
    }

    @Test("columns without a name are read, cannot be asked for, and are noted")
    func unnamed() throws {
        try folder.write("CustomerId,,EMail,,\n1,x,a@example.com,y,z\n", to: "p.csv")
        let source = try csv("p.csv")
        #expect(
            source.fields == ["CustomerId", "EMail"]
                && source.notes == ["3 column(s) have no name and cannot be matched"])
        #expect(try rows(source.files[0], columns: ["EMail"]) == [["a@example.com"]])
        #expect(failure { _ = try source.files[0].parser(for: [""]) } == "missing-column")
    }

    @Test(
        "what is packed or a workbook is said to be that",
        arguments: [
            ([0x50, 0x4B, 0x03, 0x04], "ZIP"), (Array("PAR1".utf8), "Parquet"),
            ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard"),
            (Array("BZh9".utf8), "bzip2"),
        ] as [([UInt8], String)])
    func packed(start: [UInt8], word: String) throws {
        try folder.write(start + [UInt8](repeating: 0x41, count: 20), to: "p")
        for format: SourceDefinition.Format in [.csv(path: folder.path("p")), .ndjson(path: folder.path("p"))] {
            let error = #expect(throws: EngineError.self) { try OpenSource(format) }
            #expect(error?.message.contains(word) == true)
        }
        let twice = try Gzip.compress(try Gzip.compress(Array("CustomerId,EMail\n1,a\n".utf8)))
        try folder.write(twice, to: "p.gz")
        #expect(#expect(throws: EngineError.self) { try csv("p.gz") }?.message.contains("twice") == true)
    }

    @Test(
        "UTF-16 and UTF-32 are named, with a mark or without",
        arguments: [
            String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32, .utf32LittleEndian, .utf32BigEndian,
        ])
    func wide(encoding: String.Encoding) throws {
        let name = [.utf16, .utf16LittleEndian, .utf16BigEndian].contains(encoding) ? "UTF-16" : "UTF-32"
        for text in ["CustomerId,EMail\n1,a@example.com\n", #"{"CustomerId":"1","EMail":"a"}"#] {
            try folder.write(Array(try #require(text.data(using: encoding))), to: "p")
            for format: SourceDefinition.Format in [.csv(path: folder.path("p")), .ndjson(path: folder.path("p"))] {
                let error = #expect(throws: EngineError.self) { try OpenSource(format) }
                #expect(error?.code == "not-utf-8" && error?.hint?.contains("iconv -f \(name)") == true)
            }
        }
    }

    // MARK: Common Data Model folders

    private func model(_ attributes: String, part: String = "", entity: String = "") throws {
        try folder.write(
            #"{"name":"x","entities":[{"name":"E","attributes":[\#(attributes)]\#(entity),"#
                + #""partitions":[{"name":"1","location":"a.csv"\#(part)}]}]}"#, to: "model.json")
    }

    @Test("data types nobody asks for do not refuse an entity, and unknown ones are text, with a note")
    func types() throws {
        try model(
            #"{"name":"a","dataType":"unclassified"},{"name":"b","dataType":"date"},{"name":"c","dataType":"time"},"#
                + #"{"name":"d","dataType":"wibble"},{"dataType":"string"}"#)
        try folder.write("x,2026-01-01,10:30,?,\n", to: "a.csv")
        let source = try OpenSource(.commonDataModel(folder: folder.url.path))
        #expect(source.fields == ["a", "b", "c", "d"] && source.types["b"] == .date && source.types["d"] == .string)
        #expect(source.notes.count == 2 && source.notes[0].contains("wibble") && source.notes[1].contains("no name"))
    }

    @Test(
        "short rows are filled with nulls where the traits say that they may be short",
        arguments: [
            (
                #","cdm:traits":[{"traitReference":"is.partition.format.CSV","arguments":[{"name":"raggedRight","value":"true"}]}]"#,
                true
            ),
            (#","cdm:traits":[{"name":"raggedRight"}]"#, true),
            (#","cdm:traits":[{"name":"raggedRight","value":false}]"#, false), ("", false),
        ])
    func ragged(traits: String, isTaken: Bool) throws {
        for isOfEntity in [false, true] {
            try model(
                #"{"name":"a"},{"name":"b"},{"name":"c"}"#, part: isOfEntity ? "" : traits,
                entity: isOfEntity ? traits : "")
            try folder.write("1,2,3\n4\n5,6\n7\n8\n", to: "a.csv")
            let source = try OpenSource(.commonDataModel(folder: folder.url.path))
            let found = Result { try source.files.flatMap { try rows($0, columns: ["a", "c"]) } }
            if isTaken {
                #expect(try found.get() == [["1", "3"], ["4", ""], ["5", ""], ["7", ""], ["8", ""]])
            } else {
                #expect(throws: EngineError.self) { _ = try found.get() }
            }
        }
        // Too long a row is an error all the same.
        try folder.write("1,2,3,4\n", to: "a.csv")
        let source = try OpenSource(.commonDataModel(folder: folder.url.path))
        #expect(throws: EngineError.self) { _ = try rows(source.files[0], columns: ["a"]) }
    }

    @Test(
        "what is odd elsewhere in a model does not refuse the entity that is asked for",
        arguments: [
            (#""version":"1.0""#, 0), (#""version":1.0"#, 0), (#""version":"1""#, 0), (#""version":"1.1""#, 1),
            (#""name":"no version""#, 0), (#""version":null"#, 0),
        ])
    func oddities(version: String, notes: Int) throws {
        try folder.write(
            #"{\#(version),"entities":[{"$type":"LocalEntity"},{"name":7},{"name":"X","attributes":7,"partitions":"none"},"#
                + #"{"$type":"ReferenceEntity","name":"R","source":"s","modelId":"m"},{"name":"X"},{"name":"Empty","attributes":[]},"#
                + #"{"name":"P","attributes":[{"name":"a"}],"partitions":[{"location":"../out","fileFormatSettings":{"quoteStyle":"Q"}}]},"#
                + #"{"name":"Customer","attributes":[{"name":"a","dataType":7},{"name":7,"dataType":null},{"name":"c"}],"#
                + #""partitions":[{"location":"a.csv"}]}]}"#, to: "model.json")
        try folder.write("1,2,3\n", to: "a.csv")
        let source = try OpenSource(.commonDataModel(folder: folder.url.path))
        #expect(source.fields == ["a", "c"])
        #expect(try rows(source.files[0], columns: ["a", "c"]) == [["1", "3"]])
        #expect(source.notes.count == notes + 2)
        #expect(failure { _ = try CommonDataModelFolder(folder.url.path).entity("X") } == "bad-model-json")
        #expect(failure { _ = try CommonDataModelFolder(folder.url.path).entity("Nobody's") } == "bad-model-json")
    }

    @Test("beside entities of other models the only one of the model's own is meant")
    func references() throws {
        try folder.write(
            #"{"entities":[{"$type":"ReferenceEntity","name":"R"},{"name":"Contact","attributes":[{"name":"a"}]}]}"#,
            to: "model.json")
        #expect(try CommonDataModelFolder(folder.url.path).entity(nil).name == "Contact")
        try folder.write(#"{"version":"2.0","entities":[{"name":"E","attributes":[{"name":"a"}]}]}"#, to: "model.json")
        #expect(failure { _ = try CommonDataModelFolder(folder.url.path) } == "bad-model-json")
    }

    @Test("what the settings do not say of a partition, its traits or its entity's may")
    func traits() throws {
        let trait = { (arguments: String) in
            #","exhibitsTraits":[{"traitReference":"is.partition.format.CSV","arguments":[\#(arguments)]}]"#
        }
        try model(
            #"{"name":"a"},{"name":"b"}"#, part: trait(#"{"name":"columnHeaders","value":"true"}"#),
            entity: trait(#"{"name":"delimiter","value":";"},{"name":"columnHeaders","value":"false"}"#))
        try folder.write("a;b\n1;2\n", to: "a.csv")
        let source = try OpenSource(.commonDataModel(folder: folder.url.path))
        #expect(try rows(source.files[0], columns: ["a", "b"]) == [["1", "2"]])
    }

    @Test("where rows may be short the header may be, too, and an empty partition has no rows, header or not")
    func shortHeader() throws {
        let part = #","fileFormatSettings":{"columnHeaders":true,"raggedRight":true}"#
        try model(#"{"name":"a"},{"name":"b"},{"name":"c"}"#, part: part)
        try folder.write("a,b\n1,2\n3,4,5\n", to: "a.csv")
        let source = try OpenSource(.commonDataModel(folder: folder.url.path))
        #expect(try rows(source.files[0], columns: ["a", "c"]) == [["1", ""], ["3", "5"]])
        try folder.write("", to: "a.csv")
        #expect(try rows(OpenSource(.commonDataModel(folder: folder.url.path)).files[0], columns: ["a"]).isEmpty)
        try folder.write("b,a\n1,2\n", to: "a.csv")
        #expect(failure { _ = try OpenSource(.commonDataModel(folder: folder.url.path)) } == "bad-model-json")
    }

    @Test("short rows of thousands of columns are refused before they take more memory than they have")
    func shortRowsOfMany() async throws {
        let attributes = (0..<20_000).map { #"{"name":"f\#($0)"}"# }.joined(separator: ",")
        try model(attributes, entity: #","cdm:traits":["is.partition.format.raggedRight"]"#)
        try folder.write(String(repeating: "1\n", count: 100_000), to: "a.csv")
        let source = SourceDefinition(name: try SourceName("s"), format: .commonDataModel(folder: folder.url.path))
        #expect(await failure { _ = try await SourceInspection.check(source) } == "unreadable-source")
        // Who asks for a few fields gets them.
        let open = try OpenSource(source.format)
        #expect(try rows(open.files[0], columns: ["f0", "f19999"]).count == 100_000)
    }

    @Test("model.json in UTF-16 is said to be that")
    func wideModel() throws {
        try folder.write(Array(try #require("{\"entities\":[]}".data(using: .utf16LittleEndian))), to: "model.json")
        let error = #expect(throws: EngineError.self) { try CommonDataModelFolder(folder.url.path) }
        #expect(error?.message.contains("UTF-16") == true)
    }

    @Test("a link inside a folder that leads out of it is refused; the folder itself may be one")
    func links() throws {
        let outside = try Folder()
        try outside.write("1,a\n", to: "secret.csv")
        try model(#"{"name":"a"},{"name":"b"}"#)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("a.csv"), withDestinationPath: outside.path("secret.csv"))
        let error = #expect(throws: EngineError.self) { try OpenSource(.commonDataModel(folder: folder.url.path)) }
        #expect(error?.message.contains("a link leads out") == true)
        try FileManager.default.removeItem(atPath: folder.path("a.csv"))
        try folder.write("1,a\n", to: "b.csv")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("a.csv"), withDestinationPath: folder.path("b.csv"))
        try FileManager.default.createSymbolicLink(
            atPath: outside.path("link"), withDestinationPath: folder.url.path)
        #expect(try OpenSource(.commonDataModel(folder: outside.path("link"))).fields == ["a", "b"])
    }

    // MARK: Rows of each file

    @Test(
        "who had rows and has none is found by name, or in its place where names change with every refresh",
        arguments: [
            (["a": 10, "b": 10], ["a": 10, "b": 0], ["b"]), (["a": 10, "b": 10], ["a": 10], ["b"]),
            (["a": 10, "b": 10], ["a": 1, "b": 9], []), (["a": 10, "b": 0], ["a": 10, "b": 0], []),
            (["x1": 10, "x2": 10], ["y1": 10, "y2": 0], ["x2"]), (["x1": 10, "x2": 10], ["y1": 18], []),
            (["x1": 10, "x2": 10, "x3": 10], ["y1": 10, "y2": 2], ["x1", "x2", "x3"]), ([:], ["a": 0], []),
        ] as [([String: Int], [String: Int], [String])])
    func emptied(earlier: [String: Int], now: [String: Int], expected: [String]) {
        func parts(_ rows: [String: Int]) -> [PartRows] {
            rows.map { PartRows(whole: "source s", part: $0.key, rows: $0.value) }
        }
        let found = PartRows.emptied(of: "source s", earlier: parts(earlier), now: parts(now)).map(\.part)
        #expect(found.sorted() == expected)
    }
}
