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
            ("{", "it is not JSON"), (#"{"entities":[]}"#, "no entity"),
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
}
