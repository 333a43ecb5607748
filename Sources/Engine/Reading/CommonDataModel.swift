internal import FoundationEssentials

/// A Common Data Model folder.
///
/// It holds `model.json` and the CSV partitions it names (MicrosoftDocs/common-data-model-and-service, model-json.md).
/// Properties that are not read, prefixed ones among them, are let pass.
struct CommonDataModelFolder {
    struct Partition {
        let path: String
        let hasHeader: Bool
        let delimiter: UInt8
    }

    let attributes: [String]
    let partitions: [Partition]

    private struct Model: Decodable {
        let entities: [Entity]
    }

    private struct Entity: Decodable {
        struct Attribute: Decodable {
            let name: String
        }

        struct Part: Decodable {
            struct Format: Decodable {
                let columnHeaders: Bool?
                let delimiter: String?
                let encoding: String?
            }

            let name: String?
            let location: String?
            let fileFormatSettings: Format?
        }

        let name: String
        let attributes: [Attribute]?
        let partitions: [Part]?
    }

    init(_ folder: String) throws(EngineError) {
        let path = folder + "/model.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .unreadable(path: path, problem: "there is no such file, or it cannot be read")
        }
        let model: Model
        do {
            model = try JSONDecoder().decode(Model.self, from: data)
        } catch {
            throw .model(path: path, problem: Self.problem(error))
        }
        guard let entity = model.entities.first, model.entities.count == 1 else {
            let names = model.entities.map(\.name).joined(separator: ", ")
            throw .model(
                path: path,
                problem: model.entities.isEmpty
                    ? "it has no entity" : "it has several entities (\(names)); so far one alone is read")
        }
        let attributes = (entity.attributes ?? []).map(\.name)
        guard !attributes.isEmpty else { throw .model(path: path, problem: "'\(entity.name)' has no attributes") }
        if let name = attributes.first(where: { name in attributes.filter { $0 == name }.count > 1 }) {
            throw .duplicateColumn(name, path: path)
        }
        var partitions: [Partition] = []
        for part in entity.partitions ?? [] {
            // A partition without location has a schema only.
            guard let location = part.location else { continue }
            partitions.append(try Self.partition(part, location, folder, path))
        }
        self.attributes = attributes
        self.partitions = partitions
    }

    private static func partition(
        _ part: Entity.Part, _ location: String, _ folder: String, _ path: String
    ) throws(EngineError) -> Partition {
        let format = part.fileFormatSettings
        let name = part.name ?? location
        if let encoding = format?.encoding, !["utf-8", "utf8"].contains(encoding.lowercased()) {
            throw .model(path: path, problem: "partition '\(name)' is encoded in \(encoding); only UTF-8 is read")
        }
        let delimiter = format?.delimiter ?? ","
        guard delimiter.utf8.count == 1, let byte = delimiter.utf8.first, byte != 0x22, byte != 0x0A, byte != 0x0D
        else {
            throw .model(path: path, problem: "partition '\(name)' has a delimiter that is not one character")
        }
        guard let file = resolve(location, in: folder) else {
            throw .model(path: path, problem: "the file of partition '\(name)' is not under \(folder)")
        }
        // Without a word about it, a partition has no header row.
        return Partition(path: file, hasHeader: format?.columnHeaders ?? false, delimiter: byte)
    }

    /// Finds a partition's file under the folder: a location is a relative path, or the address it had in the lake, of
    /// which the longest end that exists here counts.
    ///
    /// Never outside the folder.
    private static func resolve(_ location: String, in folder: String) -> String? {
        let decoded = URL(string: location)?.path(percentEncoded: false) ?? location
        let parts = decoded.split(separator: "/").filter { $0 != "." }
        guard !parts.isEmpty, !parts.contains(".."), !decoded.utf8.contains(0) else { return nil }
        for start in parts.indices {
            let candidate = folder + "/" + parts[start...].joined(separator: "/")
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
        }
        return nil
    }

    private static func problem(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "'\((context.codingPath + [key]).map(\.stringValue).joined(separator: "."))' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong kind of value"
        default: "it is not JSON"
        }
    }
}
