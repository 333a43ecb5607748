import Foundation
import Model
import Support
import Testing

@testable import Engine

@Suite("Selection: from profiles to batches")
struct SelectionTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func request(
        _ csv: String, rules: [String] = ["Id is not null"], others: [ContactField: String] = [:],
        doNotContact: [String] = [],
        customFields: [CustomFieldDefinition] = [], limits: BatchLimits = .sendGrid, members: String? = nil
    ) throws -> ExportRequest {
        let path = try folder.write(csv, to: "profiles.csv")
        let name = try SourceName("s")
        var segments = try rules.enumerated().map { index, rule in
            SegmentDefinition(name: try SegmentName("g\(index)"), source: name, membership: .rule(rule))
        }
        if let members {
            segments.append(
                SegmentDefinition(name: try SegmentName("m"), source: name, membership: .members(path: members)))
        }
        let destination = Destination(
            id: try DestinationID("d1"), displayName: "x", listID: try ContactListID("list"), endpoint: .sendGrid,
            matching: DataMatching(email: "Email", others: others), segments: segments.map(\.name),
            doNotContact: doNotContact)
        return ExportRequest(
            destination: destination, segments: segments,
            sources: [SourceDefinition(name: name, format: .csv(path: path), idField: "Id")],
            customFields: customFields,
            limits: limits, now: Timestamp(seconds: 0), scratch: folder.url.path)
    }

    private func select(
        _ csv: String, rules: [String] = ["Id is not null"], others: [ContactField: String] = [:],
        doNotContact: [String] = [],
        customFields: [CustomFieldDefinition] = [], limits: BatchLimits = .sendGrid, members: String? = nil
    ) async throws -> Selection {
        try await Selection.make(
            request(
                csv, rules: rules, others: others, doNotContact: doNotContact, customFields: customFields,
                limits: limits, members: members))
    }

    private func contacts(_ selection: Selection) async throws -> [[String: Any]] {
        var contacts: [[String: Any]] = []
        _ = try await selection.forEachBatch { batch in
            let body = try JSONSerialization.jsonObject(with: Data(batch.body.reveal())) as? [String: Any]
            #expect(body?["list_ids"] as? [String] == ["list"])
            let found = try #require(body?["contacts"] as? [[String: Any]])
            #expect(found.count == batch.count)
            #expect(
                (0..<batch.count).map { String(decoding: batch.addresses.reveal()[$0], as: UTF8.self) }
                    == found.map { $0["email"] as? String })
            contacts += found
        }
        return contacts
    }

    @Test("each contact has exactly the matched fields that have a value, custom ones by identifier and type")
    func fields() async throws {
        let custom = [
            CustomFieldDefinition(id: "e1_T", name: "Tier", type: .text),
            CustomFieldDefinition(id: "e2_N", name: "points", type: .number),
            CustomFieldDefinition(id: "e3_D", name: "since", type: .date),
        ]
        let selection = try await select(
            "Id,Email,First,City,T,P,D,Other\n1,A@Example.com,\"Å\"\"sa\",,gold, 12.50 ,2026-01-02,x\n2,b@example.com,,Malmö,,,,\n",
            others: [
                .firstName: "First", .city: "City", .custom("tier"): "T", .custom("points"): "P", .custom("since"): "D",
            ], customFields: custom)
        let found = try await contacts(selection)
        #expect(found.count == 2)
        #expect(Set(found[0].keys) == ["email", "first_name", "custom_fields"])
        #expect(found[0]["email"] as? String == "a@example.com")
        #expect(found[0]["first_name"] as? String == "Å\"sa")
        let values = try #require(found[0]["custom_fields"] as? [String: Any])
        #expect(values["e1_T"] as? String == "gold")
        #expect(values["e2_N"] as? Double == 12.5)
        #expect(values["e3_D"] as? String == "2026-01-02T00:00:00Z")
        #expect(found[1] as? [String: String] == ["email": "b@example.com", "city": "Malmö"])
    }

    @Test("who is not sent is counted with the reason, and named by row and line alone")
    func rejections() async throws {
        let csv = """
            Id,Email,First,DoNotEmail,Opt,N
            1,a@example.com,A,,,1
            2,A@EXAMPLE.com,B,,,1
            3,,C,,,1
            4,nobody,D,,,1
            5,d@example.com,E,true,,1
            6,e@example.com,F,false,yes,1
            7,f@example.com,"G
            H",,,1
            8,g@example.com,\(String(repeating: "å", count: 51)),,,1
            9,h@example.com,\(String(repeating: "å", count: 50)),,no,x
            10,å@example.com,I,,,1
            11,i@example.com,J,0,,2

            """
        let selection = try await select(
            csv, others: [.firstName: "First", .custom("n"): "N"], doNotContact: ["Opt"],
            customFields: [CustomFieldDefinition(id: "e1_N", name: "n", type: .number)])
        #expect(
            try await contacts(selection).compactMap { $0["email"] as? String } == ["a@example.com", "i@example.com"])
        #expect(
            selection.tally.rejected == [
                .duplicateEmail: 1, .missingEmail: 1, .invalidEmail: 1, .doNotContact: 2, .controlCharacter: 1,
                .valueTooLong: 1,
                .invalidNumber: 1, .nonASCIIEmail: 1,
            ])
        let found = selection.rejections.map { "\($0.row) \($0.line) \($0.field ?? "-") \($0.reason.rawValue)" }
        #expect(
            found == [
                "2 3 email duplicate_email", "3 4 email missing_email", "4 5 email invalid_email",
                "5 6 - do_not_contact",
                "6 7 - do_not_contact", "7 8 first_name control_character", "8 10 first_name value_too_long",
                "9 11 custom:n invalid_number", "10 12 email non_ascii_email",
            ])
    }

    @Test(
        "a profile in two segments goes once; one in none is filtered out; members come from CSV and NDJSON",
        arguments: ["csv", "ndjson"])
    func segments(format: String) async throws {
        let members = try folder.write(
            format == "csv" ? "Other,Id\nx,2\ny,3\n" : "{\"Id\":2}\n{\"Id\":\"3\"}\n", to: "members.\(format)")
        let selection = try await select(
            "Id,Email,Country\n1,a@example.com,SE\n2,b@example.com,SE\n3,c@example.com,DE\n4,d@example.com,DE\n",
            rules: ["Country == \"SE\""], members: members)
        #expect(try await contacts(selection).count == 3)
        #expect(selection.tally.filteredOut == 1)
    }

    @Test(
        "what is missing is found before anything is produced",
        arguments: [("Mail", "missing-column"), ("Id,Email", "rule")])
    func missing(header: String, expected: String) async throws {
        let rule = expected == "missing-column" ? "Id is not null" : "Nothing is null"
        #expect(await failure { _ = try await select(header + "\n", rules: [rule]) } == "missing-column")
    }

    @Test("counts close and batches keep their limits, on any data", arguments: 0..<40)
    func closes(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var csv = "Id,Email,First\n"
        let count = Int.random(in: 0...120, using: &random)
        for index in 0..<count {
            let emails = ["p\(Int.random(in: 0..<60, using: &random))@example.com", "", "bad", "å@example.com"]
            csv += "\(Bool.random(using: &random) ? "\(index)" : ""),\(emails.randomElement(using: &random) ?? ""),"
            csv += String(repeating: "x", count: Int.random(in: 0...55, using: &random)) + "\n"
        }
        let limits = BatchLimits(
            contacts: Int.random(in: 1...9, using: &random), bytes: Int.random(in: 200...900, using: &random))
        let selection = try await select(csv, others: [.firstName: "First"], limits: limits)
        var sent: [String] = []
        _ = try await selection.forEachBatch { batch in
            #expect(batch.count <= limits.contacts && batch.byteCount <= limits.bytes && batch.count > 0)
            sent += (0..<batch.count).map { String(decoding: batch.addresses.reveal()[$0], as: UTF8.self) }
        }
        let tally = selection.tally
        #expect(tally.source == count, "seed \(seed)")
        #expect(tally.source == tally.filteredOut + tally.selected)
        #expect(tally.selected == tally.rejected.values.reduce(0, +) + tally.prepared)
        #expect(sent.count == tally.prepared && Set(sent).count == sent.count)
    }

    @Test("what is found does not depend on how many chunks a source has")
    func chunks() async throws {
        var csv = "Id,Email,First\n"
        var expected: [String] = []
        for index in 0..<20_000 {
            let isDoubled = index % 7 == 3
            let address = isDoubled ? "P\(index - 3)@Example.com" : "p\(index)@example.com"
            // Some rows are several lines long, so rows and lines part ways.
            csv += "\(index),\(address),\(index % 500 == 1 ? "\"a\n\nb\"" : "x")\n"
            if !isDoubled { expected.append(address) }
        }
        let selection = try await select(csv)
        let found = try await contacts(selection).compactMap { $0["email"] as? String }
        #expect(found == expected)
        #expect(selection.rejections.count == 1000)
        let lines = csv.split(separator: "\n", omittingEmptySubsequences: false)
        for rejection in selection.rejections.prefix(300) {
            #expect(lines[rejection.line - 1].hasPrefix("\(rejection.row - 1),"), "row \(rejection.row)")
            #expect(rejection.reason == .duplicateEmail && rejection.file == folder.path("profiles.csv"))
        }
        #expect(selection.tally.rejected == [.duplicateEmail: 20_000 - expected.count])
    }

    @Test("of addresses in two sources the first source's goes")
    func severalSources() async throws {
        let names = [try SourceName("a"), try SourceName("b")]
        let files = [
            try folder.write("Id,Email\n1,x@example.com\n2,y@example.com\n", to: "a.csv"),
            try folder.write(
                "{\"Id\":1,\"Email\":\"Z@example.com\"}\n{\"Id\":2,\"Email\":\"X@Example.com\"}\n", to: "b.ndjson"),
        ]
        let segments = try names.map {
            SegmentDefinition(name: try SegmentName("g-\($0)"), source: $0, membership: .rule("Id is not null"))
        }
        let destination = Destination(
            id: try DestinationID("d1"), displayName: "x", listID: try ContactListID("list"), endpoint: .sendGrid,
            matching: DataMatching(email: "Email", others: [:]), segments: segments.map(\.name))
        let selection = try await Selection.make(
            ExportRequest(
                destination: destination, segments: segments,
                sources: [
                    SourceDefinition(name: names[0], format: .csv(path: files[0])),
                    SourceDefinition(name: names[1], format: .ndjson(path: files[1])),
                ], customFields: [], now: Timestamp(seconds: 0), scratch: folder.url.path))
        let found = try await contacts(selection).compactMap { $0["email"] as? String }
        #expect(found == ["x@example.com", "y@example.com", "z@example.com"])
        #expect(selection.rejections.map { "\($0.source) \($0.row) \($0.line)" } == ["b 2 2"])
    }

    @Test("a source that changes between the two readings stops the export with an error")
    func changedBetween() async throws {
        let selection = try await select("Id,Email\n1,a@example.com\n")
        let path = folder.path("profiles.csv")
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("2,b@example.com\n".utf8))
        try handle.close()
        var batches = 0
        #expect(await failure { _ = try await selection.forEachBatch { _ in batches += 1 } } == "unreadable-source")
        #expect(batches == 0)
    }

    @Test("the first members are shown with all fields, and no more than asked for")
    func preview() async throws {
        let source = SourceDefinition(
            name: try SourceName("s"),
            format: .csv(path: try folder.write("Id,Email,C\n1,a,SE\n2,,SE\n3,c,NO\n4,d,SE\n", to: "p.csv")),
            idField: "Id")
        let segment = SegmentDefinition(
            name: try SegmentName("g"), source: source.name, membership: .rule(#"C == "SE""#))
        let preview = try await SourceInspection.preview(
            segment, in: source, limit: 2, now: Timestamp(seconds: 0), scratch: folder.url.path)
        #expect(preview.fields == ["Id", "Email", "C"])
        #expect(preview.profiles.map { $0.reveal() } == [["1", "a", "SE"], ["2", nil, "SE"]])
    }
}
