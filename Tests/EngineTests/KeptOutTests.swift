import Foundation
import Model
import Support
import Testing

@testable import Engine

@Suite("Selection: who opted out in one row has opted out")
struct KeptOutTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// Selects of sources, each a file of its own, with one rule for all of them.
    private func select(
        _ files: [String], rule: String = "Id is not null", named names: [String] = ["a.csv", "b.csv"],
        members: String? = nil
    ) async throws -> Selection {
        var sources: [SourceDefinition] = []
        var segments: [SegmentDefinition] = []
        for (index, text) in files.enumerated() {
            let path = try folder.write(text, to: names[index])
            let name = try SourceName("s\(index)")
            sources.append(
                SourceDefinition(
                    name: name, format: path.hasSuffix("ndjson") ? .ndjson(path: path) : .csv(path: path), idField: "Id"
                ))
            segments.append(
                SegmentDefinition(
                    name: try SegmentName("g\(index)"), source: name,
                    membership: members.map { .members(path: $0) } ?? .rule(rule)))
        }
        let destination = Destination(
            id: try DestinationID("d1"), displayName: "x", listID: try ContactListID("list"), endpoint: .sendGrid,
            matching: DataMatching(email: "Email", others: [:]), segments: segments.map(\.name))
        return try await Selection.make(
            ExportRequest(
                destination: destination, segments: segments, sources: sources, customFields: [],
                now: Timestamp(seconds: 0), scratch: folder.url.path))
    }

    private func sent(_ selection: Selection) async throws -> [String] {
        var sent: [String] = []
        _ = try await selection.forEachBatch { batch in
            sent += (0..<batch.count).map { String(decoding: batch.addresses.reveal()[$0], as: UTF8.self) }
        }
        let tally = selection.tally
        #expect(tally.source == tally.filteredOut + tally.selected)
        #expect(tally.selected == tally.rejected.values.reduce(0, +) + tally.prepared)
        #expect(tally.prepared == sent.count)
        return sent
    }

    @Test(
        "a flag in any row of an address keeps out all of them, whichever comes first",
        arguments: [
            "1,a@example.com,\n2,A@example.com ,true\n", "1,A@Example.com,true\n2,a@example.com,\n",
            "1,a@example.com,\n2,a@example.com,\n3,a@example.com,1\n4,a@example.com,0\n",
        ])
    func anyRow(rows: String) async throws {
        let selection = try await select(["Id,Email,DoNotEmail\n9,b@example.com,\n" + rows])
        #expect(try await sent(selection) == ["b@example.com"])
        let count = rows.split(separator: "\n").count
        #expect(selection.tally.rejected == [.doNotContact: count])
        #expect(selection.rejections.map(\.row) == Array(2...(count + 1)))
        #expect(selection.rejections.filter { $0.field == nil }.count == 1)
        #expect(selection.rejections.filter { $0.field == "email" }.count == count - 1)
    }

    @Test("so does one in a row that is in no segment, and in NDJSON")
    func outsideSegments() async throws {
        let csv = "Id,Email,Country,DoNotEmail\n1,a@example.com,SE,\n2,a@example.com,DE,yes\n3,b@example.com,SE,\n"
        let selection = try await select([csv], rule: "Country == \"SE\"")
        #expect(try await sent(selection) == ["b@example.com"])
        #expect(selection.tally.rejected == [.doNotContact: 1] && selection.tally.filteredOut == 1)
        let lines = """
            {"Id":1,"Email":"a@example.com","C":1}
            {"Id":2,"Email":"b@example.com","C":1}
            {"Email":"A@EXAMPLE.com","p":{"DoNotContact":true}}
            {"Email":"","DoNotContact":true}
            {"DoNotContact":true}

            """
        let nested = try await select([lines], rule: "C == 1", named: ["a.ndjson"])
        #expect(try await sent(nested) == ["b@example.com"])
        #expect(nested.tally.rejected == [.doNotContact: 1] && nested.tally.filteredOut == 3)
    }

    @Test("so does one in another source, even where the other has no such field", arguments: [true, false])
    func otherSource(isFirst: Bool) async throws {
        let plain = "Id,Email\n1,a@example.com\n2,b@example.com\n"
        let flagged = "Id,Email,DoNotEmail\n1,A@example.com,true\n2,c@example.com,\n"
        let selection = try await select(isFirst ? [flagged, plain] : [plain, flagged])
        #expect(try await Set(sent(selection)) == ["b@example.com", "c@example.com"])
        #expect(selection.tally.rejected == [.doNotContact: 2])
    }

    @Test(
        "a flag in a list of members keeps the identifier from being a member, and its address out",
        arguments: [
            ("m.csv", "Id,do not email\n1,false\n2,true\n3,\n4,\n4,1\n"),
            (
                "m.ndjson",
                "{\"Id\":1}\n{\"Id\":\"2\",\"DoNotEmail\":true}\n{\"Id\":3}\n{\"p\":{\"DoNotContact\":1},\"Id\":4}\n{\"Id\":4}\n"
            ),
        ])
    func membersFlag(name: String, list: String) async throws {
        let members = try folder.write(list, to: name)
        let csv = "Id,Email\n1,a@example.com\n2,b@example.com\n3,B@example.com\n4,d@example.com\n5,e@example.com\n"
        let selection = try await select([csv], members: members)
        #expect(try await sent(selection) == ["a@example.com"])
        #expect(selection.members.values.first == 2)
        #expect(selection.tally.rejected == [.doNotContact: 1] && selection.tally.filteredOut == 3)
        #expect(selection.unusedFlags.isEmpty)
    }

    @Test("a look-alike in a list of members is named, unless it counts or is declared harmless")
    func membersLookAlike() async throws {
        let members = try folder.write("Id,OptOut\n1,true\n", to: "m.csv")
        let selection = try await select(["Id,Email\n1,a@example.com\n"], members: members)
        #expect(
            try selection.unusedFlags == [
                UnusedFlag(source: SourceName("s0"), segment: SegmentName("g0"), field: "OptOut")
            ])
    }

    @Test("an identifier of blanks is nobody's, and no row of a list", arguments: ["Id\n \n\t\n", "Id,X\n ,1\n,2\n"])
    func blankIdentifiers(list: String) async throws {
        let members = try folder.write(list, to: "m.csv")
        let selection = try await select(["Id,Email\n1,a@example.com\n \t,b@example.com\n"], members: members)
        #expect(try await sent(selection) == [])
        #expect(selection.parts.map(\.rows) == [2, 0])
    }

    @Test("so does one in another chunk, and doubles of others are doubles as before", arguments: [true, false])
    func otherChunk(isFirst: Bool) async throws {
        // Rows of some 60 bytes: 20,000 take several chunks of 256 KiB.
        let filler = String(repeating: "x", count: 40)
        var rows: [String] = []
        for index in 0..<20_000 { rows.append("\(index),p\(index)@example.com,,\(filler)\n") }
        let flagged = (0..<50).map { "f\($0),P\($0 * 400)@example.com,true,\(filler)\n" }
        let doubled = (0..<30).map { "d\($0),P\($0 * 400 + 1)@example.com,,\(filler)\n" }
        let all = isFirst ? flagged + rows + doubled : rows + doubled + flagged
        let selection = try await select(["Id,Email,DoNotEmail,Filler\n" + all.joined()])
        let expected = (0..<20_000).filter { $0 % 400 != 0 }.map { "p\($0)@example.com" }
        #expect(try await sent(selection) == expected)
        #expect(selection.tally.rejected == [.doNotContact: 100, .duplicateEmail: 30])
    }
}
