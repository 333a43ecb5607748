import FoundationEssentials
import Operations
import Testing

@Suite("Sample data")
struct SampleDataTests {
    @Test("the same seed gives the same bytes, another seed gives others")
    func determinism() throws {
        try inTemporaryFolder { folder in
            let first = try SampleData.write(to: folder + "/a", profiles: 500, seed: 7)
            let again = try SampleData.write(to: folder + "/b", profiles: 500, seed: 7)
            let other = try SampleData.write(to: folder + "/c", profiles: 500, seed: 8)
            #expect(try contents(first) == contents(again))
            #expect(try contents(first) != contents(other))
            #expect(first.either == again.either)
        }
    }

    @Test("the sequence of a seed is the one it has always been")
    func pinnedSequence() throws {
        try inTemporaryFolder { folder in
            let data = try SampleData.write(to: folder, profiles: 2, seed: 1)
            let rows =
                try csv(text(data.profilesFolder + "/Customer_1.csv")).dropFirst()
                + csv(text(data.profilesFolder + "/Customer_2.csv"))
            #expect(
                rows.map { $0.joined(separator: ";") } == [
                    "cb435c8e746167966775dc7701564f61;Götz Übelacker;Götz;Übelacker;gotz.ubelacker1@post.example"
                        + ";DE;Nordrhein-Westfalen;Köln;45416;4442.65;false;2025-06-20T13:53:17Z",
                    "b6b9aeef0d2df7ab0b331645445bcd27;Aïcha L'Écuyer;Aïcha;L'Écuyer;aicha.l'ecuyer2@brev.example"
                        + ";FR;;Besançon;55342;0.00;false;",
                ])
        }
    }

    @Test("writing again replaces what was there, also when it was longer")
    func replaces() throws {
        try inTemporaryFolder { folder in
            _ = try SampleData.write(to: folder, profiles: 400)
            let data = try SampleData.write(to: folder, profiles: 20)
            #expect(try profiles(data).count == 20)
        }
    }

    @Test("the counts are those an independent reading finds", arguments: [1, 2, 84, 251, 3000], [1, 99] as [UInt64])
    func counts(number: Int, seed: UInt64) throws {
        try inTemporaryFolder { folder in
            let data = try SampleData.write(to: folder, profiles: number, seed: seed)
            let rows = try profiles(data)
            let members = try Set(csv(text(data.membersFile)).dropFirst().map { $0[0] })
            let nordic = rows.filter { ["SE", "NO", "DK", "FI"].contains($0["Country"]!) }
            let newsletter = rows.filter { members.contains($0["CustomerId"]!) }
            let both = nordic.filter { members.contains($0["CustomerId"]!) }
            let selected = Set((nordic + newsletter).map { $0["CustomerId"]! })
            let either = rows.filter { selected.contains($0["CustomerId"]!) }
            #expect(counted(rows) == Counts(data.all))
            #expect(counted(nordic) == Counts(data.nordic))
            #expect(counted(newsletter) == Counts(data.newsletter))
            #expect(counted(both) == Counts(data.both))
            #expect(counted(either) == Counts(data.either))
            #expect(data.newsletter.rows == members.count)
        }
    }

    @Test("three thousand profiles hold every case, and two segments that overlap", arguments: [1, 2, 3] as [UInt64])
    func everyCase(seed: UInt64) throws {
        try inTemporaryFolder { folder in
            let data = try SampleData.write(to: folder, seed: seed)
            #expect(data.all.rows == 3000)
            #expect(data.all.doNotEmail == 60)
            #expect(data.all.missingAddress == 12)
            #expect(data.all.invalidAddress == 12)
            #expect(data.all.duplicateAddress == 12)
            #expect((1500...1860).contains(data.nordic.rows))
            #expect((1050...1350).contains(data.newsletter.rows))
            #expect((500...840).contains(data.both.rows))
            #expect(data.either.rows == data.nordic.rows + data.newsletter.rows - data.both.rows)
        }
    }

    @Test("every address is under a reserved domain")
    func reservedDomains() throws {
        try inTemporaryFolder { folder in
            for profile in try profiles(SampleData.write(to: folder)) {
                let address = profile["EMail"]!.lowercased()
                // Two of the invalid kinds have no domain at all, or nothing but one.
                guard !address.isEmpty, !address.hasSuffix("@") else { continue }
                let host = address.split(separator: "@").last.map(String.init) ?? address
                let reserved = ["example.com", "example.org", "example.net", ".example"]
                #expect(reserved.contains { host.hasSuffix($0) }, "\(address)")
                #expect(address.utf8.allSatisfy { $0 < 0x80 }, "\(address)")
            }
        }
    }

    @Test("identifiers are 32 lower-case hexadecimal digits and differ")
    func identifiers() throws {
        try inTemporaryFolder { folder in
            let identifiers = try profiles(SampleData.write(to: folder)).map { $0["CustomerId"]! }
            #expect(identifiers.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy { "0123456789abcdef".contains($0) } })
            #expect(Set(identifiers).count == identifiers.count)
        }
    }

    @Test("names and places bring the letters, quotes and commas that trip exporters up")
    func difficultText() throws {
        try inTemporaryFolder { folder in
            let data = try SampleData.write(to: folder)
            let rows = try profiles(data)
            let names = rows.map { $0["FullName"]! }.joined(separator: "\n")
            for part in ["å", "ä", "ö", "é", "ñ", "ü", "ø", "ł", "O'Brien", "水野", "欧阳"] {
                #expect(names.contains(part), "\(part)")
            }
            #expect(rows.contains { $0["City"] == "Washington, D.C." })
            #expect(rows.contains { $0["City"] == "The \"Big\" Springs" })
            #expect(rows.contains { $0["EMail"]!.contains("o'brien") })
        }
    }

    @Test("values have the form of their attribute's type")
    func typedValues() throws {
        try inTemporaryFolder { folder in
            let rows = try profiles(SampleData.write(to: folder))
            for row in rows {
                let value = row["LifetimeValue"]!.split(separator: ".")
                #expect(value.count == 2 && Int(value[0]) != nil && value[1].utf8.count == 2 && Int(value[1]) != nil)
                #expect(["true", "false"].contains(row["DoNotEmail"]!))
                let date = row["LastPurchase"]!
                #expect(date.isEmpty || (try? Date(date, strategy: .iso8601)) != nil, "\(date)")
                #expect(date.isEmpty == (row["LifetimeValue"] == "0.00"))
            }
            #expect(rows.contains { $0["LastPurchase"]!.isEmpty })
        }
    }

    @Test("model.json describes the partitions as they are", arguments: [1, 9, 3000])
    func modelFile(number: Int) throws {
        try inTemporaryFolder { folder in
            let data = try SampleData.write(to: folder, profiles: number)
            let manifest = try model(data)
            let entity = try #require(manifest.entities.first)
            #expect(manifest.version == "1.0" && manifest.culture == "en-US" && manifest.entities.count == 1)
            #expect(entity.name == "Customer")
            #expect(entity.attributes.map(\.name) == SampleData.attributes)
            let types = Dictionary(uniqueKeysWithValues: entity.attributes.map { ($0.name, $0.dataType) })
            #expect(types["LifetimeValue"] == "double" && types["DoNotEmail"] == "boolean")
            #expect(types["LastPurchase"] == "dateTime" && types["CustomerId"] == "string")
            #expect(entity.partitions.map(\.fileFormatSettings.columnHeaders) == [true, false])
            #expect(data.partitionRows.reduce(0, +) == number)
            for (partition, rows) in zip(entity.partitions, data.partitionRows) {
                let lines = try csv(text("\(data.profilesFolder)/\(partition.location)"))
                #expect(lines.count == rows + (partition.fileFormatSettings.columnHeaders ? 1 : 0))
                #expect(lines.allSatisfy { $0.count == SampleData.attributes.count })
            }
        }
    }

    @Test("a number of profiles that makes no sample is refused", arguments: [Int.min, -1, 0, 100_000_001, Int.max])
    func refusedNumber(number: Int) {
        #expect(throws: SampleDataError.profileCount(number)) {
            try SampleData.write(to: "/nonexistent/never-made", profiles: number)
        }
    }

    @Test("a file in the folder's place is reported, and so is a full disk")
    func unwritable() throws {
        try inTemporaryFolder { folder in
            let file = folder + "/taken"
            try Data("x".utf8).write(to: URL(filePath: file))
            #expect(throws: SampleDataError.folder(path: file + "/profiles")) { try SampleData.write(to: file) }

            let full = folder + "/full"
            try FileManager.default.createDirectory(atPath: full, withIntermediateDirectories: true)
            let members = full + "/newsletter-members.csv"
            try FileManager.default.createSymbolicLink(atPath: members, withDestinationPath: "/dev/full")
            let error = try #require(throws: SampleDataError.self) { try SampleData.write(to: full) }
            guard case .unwritable(let path, _) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(path == members)
            #expect(error.message.contains("No space left"))
        }
    }
}
