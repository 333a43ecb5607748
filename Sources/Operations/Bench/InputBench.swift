internal import Engine
internal import FoundationEssentials
internal import Model

/// What wide inputs cost at several sizes: twice the input should take about twice the time.
public struct InputBenchReport: Encodable, Sendable {
    /// One kind of input.
    public struct Kind: Encodable, Sendable {
        /// What there are many of.
        public let name: String
        /// The measurements, smallest first.
        public let sizes: [Size]
        /// How many times longer the largest takes than the one half as large.
        public let growth: Double
    }

    /// One measurement.
    public struct Size: Encodable, Sendable {
        /// How many there are.
        public let count: Int
        /// Bytes of the input.
        public let bytes: Int
        /// Milliseconds of processor time.
        public let milliseconds: Double
    }

    /// What was measured.
    public let inputs: [Kind]
}

/// Measures what files with very many columns, entities or keys cost: a stranger writes them.
public enum InputBench {
    private static let kinds: [(name: String, make: @Sendable (Int, String) throws -> SourceDefinition.Format)] = [
        ("columns of a CSV file", csvColumns), ("entities of a model.json", entities),
        ("attributes of an entity", attributes),
        ("dates of an entity with as many annotations", annotations), ("partitions of an entity", partitions),
        ("keys of an NDJSON object", ndjsonKeys), ("NDJSON objects with a key of their own", ndjsonObjects),
    ]

    /// Measures reading every kind with `count`, twice and four times as many.
    /// - Parameter folder: where to work; a temporary folder unless given.
    /// - Throws: what writing and reading throw.
    public static func run(count: Int, folder: String?) async throws -> InputBenchReport {
        let parent = folder.map(absolutePath) ?? FileManager.default.temporaryDirectory.path
        let place = parent + "/waybill-inputs-" + UUID().uuidString.lowercased()
        defer { try? FileManager.default.removeItem(atPath: place) }
        var measured: [InputBenchReport.Kind] = []
        for (number, kind) in kinds.enumerated() {
            var sizes: [InputBenchReport.Size] = []
            for factor in [1, 2, 4] {
                let folder = "\(place)/\(number)-\(factor)"
                try SampleFile.makeFolder(folder)
                // Every partition is an open file.
                let count = kind.name.hasPrefix("partitions") ? min(count, 200) : count
                let source = SourceDefinition(
                    name: try SourceName("bench"), format: try kind.make(count * factor, folder), idField: "f0")
                sizes.append(try await measure(source, count: count * factor, folder))
            }
            let growth = sizes[2].milliseconds / max(sizes[1].milliseconds, 0.001)
            measured.append(InputBenchReport.Kind(name: kind.name, sizes: sizes, growth: growth))
        }
        return InputBenchReport(inputs: measured)
    }

    private static func measure(
        _ source: SourceDefinition, count: Int, _ folder: String
    ) async throws -> InputBenchReport.Size {
        let meter = BenchMeter()
        _ = try await SourceInspection.check(source)
        let spent = meter.milliseconds
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let bytes = try names.reduce(0) { sum, name in
            sum + ((try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.size] as? Int) ?? 0)
        }
        return InputBenchReport.Size(count: count, bytes: bytes, milliseconds: spent)
    }

    // MARK: Inputs

    @Sendable private static func csvColumns(_ count: Int, _ folder: String) throws -> SourceDefinition.Format {
        try write([fields(count), fields(count), fields(count)], to: folder + "/p.csv")
        return .csv(path: folder + "/p.csv")
    }

    @Sendable private static func entities(_ count: Int, _ folder: String) throws -> SourceDefinition.Format {
        let others = (0..<count).map { #"{"$type":"LocalEntity","name":"E\#($0)","attributes":[{"name":"f0"}]}"# }
        try write(["1"], to: folder + "/p.csv")
        try model(others + [entity([attribute(0)], [#"{"name":"p","location":"p.csv"}"#])], folder)
        return .commonDataModel(folder: folder, entity: "Customer")
    }

    @Sendable private static func attributes(_ count: Int, _ folder: String) throws -> SourceDefinition.Format {
        try write([fields(count), fields(count)], to: folder + "/p.csv")
        try model([entity((0..<count).map(attribute), [#"{"name":"p","location":"p.csv"}"#])], folder)
        return .commonDataModel(folder: folder, entity: "Customer")
    }

    @Sendable private static func annotations(_ count: Int, _ folder: String) throws -> SourceDefinition.Format {
        let attributes = (0..<count).map { #"{"name":"f\#($0)","dataType":"dateTime"}"# }
        let annotations = (0..<count).map { #"{"name":"a\#($0)","value":"x"}"# }.joined(separator: ",")
        let empty = String(repeating: ",", count: count - 1)
        try write([empty, empty], to: folder + "/p.csv")
        let entity = entity(attributes, [#"{"name":"p","location":"p.csv"}"#], #""annotations":[\#(annotations)],"#)
        try model([entity], folder, #""annotations":[\#(annotations)],"#)
        return .commonDataModel(folder: folder, entity: "Customer")
    }

    @Sendable private static func partitions(_ count: Int, _ folder: String) throws -> SourceDefinition.Format {
        let parts = (0..<count).map { number in
            #"{"name":"p\#(number)","location":"https://a.example/b/c/d/e/f/g/h/i/j/p\#(number).csv"}"#
        }
        for number in 0..<count { try write(["1"], to: folder + "/p\(number).csv") }
        try model([entity([attribute(0)], parts)], folder)
        return .commonDataModel(folder: folder, entity: "Customer")
    }

    @Sendable private static func ndjsonKeys(_ count: Int, _ folder: String) throws -> SourceDefinition.Format {
        let object = "{" + (0..<count).map { #""f\#($0)":1"# }.joined(separator: ",") + "}"
        try write([object, object], to: folder + "/p.ndjson")
        return .ndjson(path: folder + "/p.ndjson")
    }

    @Sendable private static func ndjsonObjects(_ count: Int, _ folder: String) throws -> SourceDefinition.Format {
        try write((0..<count).map { #"{"f\#($0)":1}"# }, to: folder + "/p.ndjson")
        return .ndjson(path: folder + "/p.ndjson")
    }

    private static func fields(_ count: Int) -> String { (0..<count).map { "f\($0)" }.joined(separator: ",") }

    private static func attribute(_ number: Int) -> String { #"{"name":"f\#(number)","dataType":"string"}"# }

    private static func entity(_ attributes: [String], _ partitions: [String], _ members: String = "") -> String {
        #"{"$type":"LocalEntity","name":"Customer",\#(members)"attributes":[\#(attributes.joined(separator: ","))],"#
            + #""partitions":[\#(partitions.joined(separator: ","))]}"#
    }

    private static func model(_ entities: [String], _ folder: String, _ members: String = "") throws {
        try write(
            [#"{"name":"m","version":"1.0",\#(members)"entities":[\#(entities.joined(separator: ","))]}"#],
            to: folder + "/model.json")
    }

    private static func write(_ lines: [String], to path: String) throws {
        var file = try SampleFile(path: path)
        for line in lines { try file.write(line + "\n") }
        try file.close()
    }
}
