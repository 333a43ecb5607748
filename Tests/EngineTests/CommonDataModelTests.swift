import Foundation
import Model
import Testing

@testable import Engine

@Suite("Common Data Model folders")
struct CommonDataModelTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func model(
        _ partitions: String,
        attributes: String = #"{"name":"Id","dataType":"string"},{"name":"EMail","dataType":"string"}"#
    ) -> String {
        """
        {"name":"x","version":"1.0","culture":"en-US","ci:extra":{"a":1},"entities":[{"$type":"LocalEntity","name":"Customer",
        "attributes":[\(attributes)],"partitions":[\(partitions)]}],"relationships":[]}
        """
    }

    private func read() throws -> [[String]] {
        let source = try OpenSource(.commonDataModel(folder: folder.url.path))
        return try source.files.flatMap { try rows($0, columns: ["EMail", "Id"]) }
    }

    @Test("header row, delimiter and place are said per partition; without a word there is no header row")
    func partitions() throws {
        try folder.write(
            model(
                """
                {"name":"1","location":"a.csv"},
                {"name":"2","location":"https://acct.blob.core.windows.net/c/CI_1/Customer/2020/08/24/b%20c.csv",
                 "fileFormatSettings":{"$type":"CsvFormatSettings","columnHeaders":true,"delimiter":";","encoding":"UTF-8"}},
                {"name":"3","location":null}
                """), to: "model.json")
        try folder.write("1,a@example.com\n", to: "a.csv")
        try folder.write("Id;EMail\n2;b@example.com\n", to: "Customer/2020/08/24/b c.csv")
        #expect(try read() == [["a@example.com", "1"], ["b@example.com", "2"]])
    }

    @Test(
        "what cannot be read is refused, and says why",
        arguments: [
            ("{", "no JSON"), (#"{"entities":[],"entities":[]}"#, "entities"), (#"{"entities":[]}"#, "no entity"),
            (#"{"entities":[{"name":"A"},{"name":"B"}]}"#, "A, B"),
            (#"{"entities":[{"attributes":[]}]}"#, "name"),
            (#"{"entities":[{"name":"A","attributes":[]}]}"#, "no attributes"),
            (#"{"entities":[{"name":"A","attributes":[{"name":"x"},{"name":"x"}]}]}"#, "twice"),
            (
                #"{"entities":[{"name":"A","attributes":[{"name":"x"}],"partitions":[{"name":"p","location":"../secret.csv"}]}]}"#,
                "partition 'p'"
            ),
            (
                #"{"entities":[{"name":"A","attributes":[{"name":"x"}],"partitions":[{"name":"p","location":"none.csv"}]}]}"#,
                "partition 'p'"
            ),
            (
                #"{"entities":[{"name":"A","attributes":[{"name":"x"}],"partitions":[{"name":"p","location":"a","fileFormatSettings":{"encoding":"UTF-16"}}]}]}"#,
                "UTF-16"
            ),
            (
                #"{"entities":[{"name":"A","attributes":[{"name":"x"}],"partitions":[{"name":"p","location":"a","fileFormatSettings":{"delimiter":"ab"}}]}]}"#,
                "delimiter"
            ),
        ])
    func refused(text: String, word: String) throws {
        try folder.write(text, to: "model.json")
        let error = #expect(throws: EngineError.self) { _ = try CommonDataModelFolder(folder.url.path).entity(nil) }
        #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    }

    @Test("a header row that differs from the attributes is refused")
    func header() throws {
        try folder.write(
            model(#"{"name":"1","location":"a.csv","fileFormatSettings":{"columnHeaders":true}}"#), to: "model.json")
        try folder.write("EMail,Id\n1,a@example.com\n", to: "a.csv")
        #expect(failure { _ = try read() } == "bad-model-json")
    }

    @Test(
        "of as many annotations as attributes the one that counts is found: the attribute's, the entity's, the model's")
    func annotations() throws {
        func annotations(_ format: String, _ count: Int = 4000) -> String {
            let others = (0..<count).map { #"{"name":"a\#($0)","value":{"b":[]}},"# }.joined()
            return #""annotations":[null,\#(others){"name":"ci:CustomTimestampFormat","value":"\#(format)"}]"#
        }
        func forms(_ own: String, _ entity: String, _ model: String) throws -> [ValueForm?] {
            let attributes = (0..<4000).map { #"{"name":"f\#($0)","dataType":"dateTime"\#($0 == 7 ? own : "")}"# }
            try folder.write(
                #"{"name":"x","version":"1.0",\#(model)"entities":[{"name":"A",\#(entity)"#
                    + #""attributes":[\#(attributes.joined(separator: ","))]}]}"#, to: "model.json")
            return try CommonDataModelFolder(folder.url.path).entity(nil).attributes.map(\.form)
        }
        let (day, month) = (TimestampFormat("dd/MM/yyyy"), TimestampFormat("MM/dd/yyyy"))
        let ofModel = try forms(
            "", annotations("x").replacing("ci:Custom", with: "ci:") + ",", annotations("dd/MM/yyyy") + ",")
        #expect(ofModel.count == 4000 && ofModel.allSatisfy { $0?.format == day && day != nil })
        let all = try forms("," + annotations("?", 2), annotations("MM/dd/yyyy") + ",", annotations("dd/MM/yyyy") + ",")
        #expect(all[6]?.format == month && all[7]?.format == nil && all[7]?.unknownFormat == "?")
    }

    @Test("a partition file that is named twice is refused, whatever way it is spelled")
    func twice() throws {
        try folder.write("1,a@example.com\n", to: "p1.csv")
        try folder.write("3,c@example.com\n", to: "p3.csv")
        for spelling in ["p3.csv", "./p3.csv", "https://acct.dfs.core.windows.net/c/Customer/p3.csv"] {
            let parts = ["p1.csv", "p3.csv", spelling].map { #"{"name":"\#($0)","location":"\#($0)"}"# }
            try folder.write(model(parts.joined(separator: ",")), to: "model.json")
            let error = #expect(throws: EngineError.self) { _ = try read() }
            #expect(error?.code == "bad-model-json" && error?.message.contains("'\(spelling)' twice") == true)
        }
    }

    // MARK: Several entities

    private func entity(_ name: String, _ attributes: [String], _ partitions: String, type: String = "LocalEntity")
        -> String
    {
        let list = attributes.map { #"{"name":"\#($0)","dataType":"string"}"# }.joined(separator: ",")
        return #"{"$type":"\#(type)","name":"\#(name)","attributes":[\#(list)],"partitions":[\#(partitions)]}"#
    }

    private func lake() throws {
        let customer = entity("Customer", ["CustomerId", "EMail"], #"{"name":"c","location":"Customer/c.csv"}"#)
        let segment = entity(
            "HighValue", ["CustomerId", "FullName"],
            #"{"name":"1","location":"HighValue/2026/11/01/1433/HighValue_1.csv"},{"name":"2","location":"HighValue/2026/11/01/1433/HighValue_2.csv"}"#
        )
        let other = entity("Elsewhere", ["x"], "", type: "ReferenceEntity")
        try folder.write(
            #"{"name":"x","version":"1.0","entities":[\#(customer),\#(segment),\#(other)]}"#, to: "model.json")
        try folder.write("1,a@example.com\n2,b@example.com\n3,c@example.com\n,d@example.com\n", to: "Customer/c.csv")
        try folder.write("3,C\n9,Nobody\n", to: "HighValue/2026/11/01/1433/HighValue_1.csv")
        try folder.write("1,A\n,Empty\n3,Again\n", to: "HighValue/2026/11/01/1433/HighValue_2.csv")
    }

    @Test("of several entities the one named is read, or Customer if none is")
    func entities() throws {
        try lake()
        let model = try CommonDataModelFolder(folder.url.path)
        #expect(model.names == ["Customer", "HighValue", "Elsewhere"])
        #expect(try model.entity(nil).name == "Customer")
        #expect(try model.entity("HighValue").partitions.count == 2)
        #expect(throws: EngineError.self) { _ = try model.entity("Elsewhere") }
        let error = #expect(throws: EngineError.self) { _ = try model.entity("Nothing") }
        #expect(error?.message.contains("Customer, HighValue") == true)
    }

    @Test("a segment's entity is joined with the profiles by CustomerId; who has none is no member")
    func membership() async throws {
        try lake()
        let source = SourceDefinition(name: try SourceName("s"), format: .commonDataModel(folder: folder.url.path))
        let segments = [
            SegmentDefinition(name: try SegmentName("high"), source: source.name, membership: .entity("HighValue")),
            SegmentDefinition(
                name: try SegmentName("some"), source: source.name, membership: .rule(#"CustomerId in ("1", "2")"#)),
        ]
        let count = try await SourceInspection.count(
            segments, in: source, now: Timestamp(seconds: 0), scratch: folder.url.path)
        #expect(count.profiles == 4)
        #expect(count.members == [segments[0].name: 2, segments[1].name: 2])
        #expect(count.overlaps == [SegmentOverlap(segments: segments.map(\.name), profiles: 1)])
    }

    @Test(
        "quotes mean what the partition's quoteStyle and csvStyle say",
        arguments: [
            ("QuoteStyle.Csv", "CsvStyle.QuoteAlways", #"a"b,c"d"#, ["ab,cd"]),
            ("QuoteStyle.Csv", "CsvStyle.QuoteAlways", #""a""b"c"#, [#"a"bc"#]),
            ("QuoteStyle.Csv", "CsvStyle.QuoteAfterDelimiter", #"5" pipe"#, [#"5" pipe"#]),
            ("QuoteStyle.Csv", "CsvStyle.QuoteAfterDelimiter", "\"a,\nb\"", ["a,\nb"]),
            ("QuoteStyle.None", "CsvStyle.QuoteAlways", #""a""#, [#""a""#]),
        ])
    func quotes(quoteStyle: String, csvStyle: String, text: String, expected: [String]) throws {
        let format = #"{"quoteStyle":"\#(quoteStyle)","csvStyle":"\#(csvStyle)"}"#
        try folder.write(
            model(
                #"{"name":"1","location":"a.csv","fileFormatSettings":\#(format)}"#,
                attributes: #"{"name":"a","dataType":"string"},{"name":"b"}"#), to: "model.json")
        let line = text + ",x\n"
        try folder.write(line + line + line, to: "a.csv")
        for chunk in [1, 5, 1000] {
            let file = try OpenSource(.commonDataModel(folder: folder.url.path)).files[0]
            #expect(try rows(file, columns: ["a"], chunk: chunk) == [expected, expected, expected], "chunk \(chunk)")
        }
    }

    @Test("a partition with another number of columns is an error that names its file and line")
    func columns() throws {
        try folder.write(model(#"{"name":"1","location":"a.csv"},{"name":"2","location":"b.csv"}"#), to: "model.json")
        try folder.write("1,a@example.com\n", to: "a.csv")
        try folder.write("2,b@example.com\n3,c@example.com,x\n", to: "b.csv")
        let error = #expect(throws: EngineError.self) { _ = try read() }
        #expect(error == .ragged(Place(file: folder.path("b.csv"), line: 2), expected: 2, found: 3))
    }

    @Test(
        "a partition in an older encoding is read as UTF-8; a byte that stands for nothing is an error with its line",
        arguments: [("ISO-8859-1", [0xE5, 0xC4] as [UInt8], "åÄ"), ("windows-1252", [0xE5, 0x80, 0x8A], "å€Š")])
    func encodings(name: String, bytes: [UInt8], text: String) throws {
        try folder.write(
            model(
                #"{"name":"1","location":"a.csv","fileFormatSettings":{"encoding":"\#(name)","columnHeaders":true}}"#),
            to: "model.json")
        try folder.write(Array("Id,EMail\n1,\"".utf8) + bytes + Array("\"\n2,b\n".utf8), to: "a.csv")
        #expect(try read() == [[text, "1"], ["b", "2"]])
        try folder.write(Array("Id,EMail\n1,a\n2,".utf8) + [0x81, 0x0A], to: "a.csv")
        if name == "windows-1252" { #expect(failure { _ = try read() } == "not-utf-8 at 3") }
    }

    @Test(
        "a check holds every value against its data type, and names file, line and field",
        arguments: [
            (
                "int64", ["0", "-9223372036854775808", "+7", " 9223372036854775807 "],
                ["9223372036854775808", "-9223372036854775809", "1.5", "x", "1e3", "-", "+ 1"]
            ),
            ("double", ["1.5", "-1e10", "007"], ["1,5", "nan", "0x1"]), ("decimal", ["0.10"], ["ten"]),
            ("boolean", ["true", "FALSE", "1", "0"], ["yes", "2"]),
            (
                "dateTime", ["2026-11-23", "2026-11-23T10:20:30Z", "2024-02-29 10:20:30.5", "6/28/2021 4:34:35 PM"],
                ["2025-02-29", "23/11/2026", "11/23/2026 10:00"]
            ),
            ("dateTimeOffset", ["2026-11-23T10:20:30+01:00"], ["2026-11-23T25:00:00Z", "now"]),
            ("GUID", ["ce759201f786d590bf2134bff576c369", "{CE759201-f786-d590-bf21-34bff576c369}"], ["ce7592"]),
            ("string", ["anything"], []), ("JSON", ["{"], []),
        ])
    func types(name: String, good: [String], bad: [String]) async throws {
        let attributes = #"{"name":"Id","dataType":"string"},{"name":"EMail","dataType":"\#(name)"}"#
        try folder.write(
            model(#"{"name":"1","location":"a.csv"},{"name":"2","location":"b.csv"}"#, attributes: attributes),
            to: "model.json")
        try folder.write("1,\n", to: "a.csv")
        let source = SourceDefinition(name: try SourceName("s"), format: .commonDataModel(folder: folder.url.path))
        try folder.write(good.map { "1,\"\($0)\"\n" }.joined(), to: "b.csv")
        #expect(try await SourceInspection.check(source).profiles == 1 + good.count)
        for value in bad {
            try folder.write("1,\n2,\"\(value)\"\n", to: "b.csv")
            let error = await #expect(throws: EngineError.self) { _ = try await SourceInspection.check(source) }
            let type = try #require(FieldType.allCases.first { $0.rawValue == name })
            #expect(error == .value(Place(file: folder.path("b.csv"), line: 2, field: 2), type: type), "\(value)")
        }
    }
}
