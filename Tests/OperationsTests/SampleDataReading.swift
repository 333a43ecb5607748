import FoundationEssentials
import Operations
import Testing

// Reads sample data back with nothing of the code that wrote it.

extension SampleDataTests {
    /// The same parts as a tally, counted anew.
    struct Counts: Equatable {
        var rows = 0
        var doNotEmail = 0
        var missing = 0
        var invalid = 0
        var duplicate = 0
        var sendable = 0
    }

    /// The part of model.json that a reader needs.
    struct ReadModel: Decodable {
        struct Entity: Decodable {
            var name: String
            var attributes: [Attribute]
            var partitions: [Partition]
        }
        struct Attribute: Decodable {
            var name: String
            var dataType: String
        }
        struct Partition: Decodable {
            var location: String
            var fileFormatSettings: Settings
        }
        struct Settings: Decodable {
            var columnHeaders: Bool
        }
        var version: String
        var culture: String
        var entities: [Entity]
    }

    func inTemporaryFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/sample-data-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try body(folder)
    }

    func text(_ path: String) throws -> String {
        try #require(String(validating: Data(contentsOf: URL(filePath: path)), as: UTF8.self))
    }

    func contents(_ data: SampleData) throws -> [String] {
        try ["model.json", "Customer_1.csv", "Customer_2.csv"].map { try text("\(data.profilesFolder)/\($0)") }
            + [text(data.membersFile)]
    }

    func model(_ data: SampleData) throws -> ReadModel {
        try JSONDecoder().decode(ReadModel.self, from: Data(text(data.profilesFolder + "/model.json").utf8))
    }

    /// Every profile of the folder, read the way model.json says.
    func profiles(_ data: SampleData) throws -> [[String: String]] {
        let entity = try #require(try model(data).entities.first)
        let names = entity.attributes.map(\.name)
        return try entity.partitions.flatMap { partition in
            let rows = try csv(text("\(data.profilesFolder)/\(partition.location)"))
            let headers = partition.fileFormatSettings.columnHeaders
            if headers { #expect(rows.first == names) }
            return rows.dropFirst(headers ? 1 : 0).map { Dictionary(uniqueKeysWithValues: zip(names, $0)) }
        }
    }

    /// Counts by the order of an export: the flag, then the address, then whether it was seen before.
    func counted(_ rows: [[String: String]]) -> Counts {
        var counts = Counts(rows: rows.count)
        var seen: Set<String> = []
        for row in rows {
            let address = row["EMail"]!.lowercased()
            let halves = address.split(separator: "@", omittingEmptySubsequences: false)
            if row["DoNotEmail"] == "true" {
                counts.doNotEmail += 1
            } else if address.isEmpty {
                counts.missing += 1
            } else if halves.count != 2 || halves.contains("") || address.contains(" ") || !halves[1].contains(".") {
                counts.invalid += 1
            } else if !seen.insert(address).inserted {
                counts.duplicate += 1
            } else {
                counts.sendable += 1
            }
        }
        return counts
    }

    /// RFC 4180 with line feeds.
    func csv(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var field = ""
        var isQuoted = false
        for character in text {
            switch (character, isQuoted) {
            case ("\"", _):
                // A doubled quote leaves and enters again; the second one stands for itself.
                if !isQuoted, field.last == "\u{1}" { field.removeLast(); field.append("\"") }
                isQuoted.toggle()
                if !isQuoted { field.append("\u{1}") }
            case (",", false):
                row.append(field.filter { $0 != "\u{1}" })
                field = ""
            case ("\n", false):
                rows.append(row + [field.filter { $0 != "\u{1}" }])
                row = []
                field = ""
            default: field.append(character)
            }
        }
        return rows
    }
}

extension SampleDataTests.Counts {
    init(_ tally: SampleData.Tally) {
        self.init(
            rows: tally.rows, doNotEmail: tally.doNotEmail, missing: tally.missingAddress,
            invalid: tally.invalidAddress, duplicate: tally.duplicateAddress, sendable: tally.sendable)
    }
}
