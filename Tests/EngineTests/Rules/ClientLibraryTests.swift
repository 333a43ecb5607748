import Foundation
import Testing

@testable import Engine

/// Our definitions and words against Microsoft's own models, PyPI `customerinsights` 1.0.8.
@Suite("Microsoft's client library")
struct ClientLibraryTests {
    /// Says in JSON which words each model knows, and deserialises the files it is given.
    ///
    /// The models pass over members they do not know, so these are looked for in the JSON; and the words of enumerations
    /// stand in the models' documentation only, the classes take any text.
    private static let script = #"""
        import inspect, json, re, sys, types
        sys.path.insert(0, sys.argv[1])
        # The library asks setuptools to share its namespace, which nobody else wants and newer ones cannot do.
        setuptools = types.ModuleType("pkg_resources")
        setuptools.declare_namespace = lambda name: None
        sys.modules["pkg_resources"] = setuptools
        from msrest import Deserializer
        from dynamics.customerinsights.api import models

        classes = {name: value for name, value in vars(models).items() if inspect.isclass(value)}
        deserialize = Deserializer(classes)
        problems = []

        def words(cls):
            found = {}
            for name, text in re.findall(r":param (\w+): (.*?)(?=\n\s*:type)", inspect.getdoc(cls), re.S):
                if "Possible values include" in text:
                    found[cls._attribute_map[name]["key"]] = re.findall(r"'(\w+)'", text)
            return found

        def check(cls, value, path):
            known = {entry["key"]: entry["type"] for entry in cls._attribute_map.values()}
            for key, member in value.items():
                here = f"{path}.{key}"
                if key not in known:
                    problems.append(f"{here}: {cls.__name__} has no such member")
                elif member is not None:
                    if key in words(cls) and member not in words(cls)[key]:
                        problems.append(f"{here}: {member} is none of its words")
                    kind = known[key].strip("[]")
                    for index, item in enumerate(member if isinstance(member, list) else [member]):
                        if kind in classes and isinstance(item, dict):
                            check(classes[kind], item, f"{here}[{index}]")

        for file in sys.argv[2:]:
            document = json.load(open(file, encoding="utf-8"))
            expression = document.get("segmentQueryExpression")
            if isinstance(expression, str):
                document["segmentQueryExpression"] = json.loads(expression)
            name = "SegmentMetadata" if expression is not None else "SegmentationQuery"
            model = deserialize(name, document)
            query = model.segment_query_expression if expression is not None else model
            if query is None or query.rowsets is None or query.additional_properties:
                problems.append(f"{file}: the query is not deserialised")
            check(classes[name], document, file)

        known = {
            f"{name}.{key}": sorted(values)
            for name in ["SegmentMetadata", "SegmentationQuery", "SegmentationRowset", "SegmentMembershipCriteria", "SegmentationProjection"]
            for key, values in words(classes[name]).items()
        }
        json.dump({"problems": problems, "words": known}, sys.stdout)
        """#

    private struct Report: Decodable {
        var problems: [String]
        var words: [String: [String]]
    }

    /// Where `.ci/fetch-vectors` puts the library.
    private static var library: URL {
        URL(filePath: #filePath).appending(path: "../../../../.build/customerinsights").standardized
    }

    private func report() throws -> Report {
        let place = Self.library.appending(path: "dynamics/customerinsights/api/models/__init__.py").path
        try #require(
            FileManager.default.fileExists(atPath: place),
            "\(Self.library.path) does not hold the library; run .ci/fetch-vectors")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["python3", "-B", "-c", Self.script, Self.library.path]
            + Definitions.names.map { Definitions.folder.appending(path: "\($0).json").path }
        let (output, errors) = (Pipe(), FileManager.default.temporaryDirectory.appending(path: UUID().uuidString))
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let said = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
        try #require(process.terminationStatus == 0, "python3 says: \(said); is all of it there? run .ci/fetch-vectors")
        return try JSONDecoder().decode(Report.self, from: data)
    }

    @Test("its models know every member and word of our definitions, and our words are theirs")
    func models() throws {
        let report = try report()
        #expect(report.problems == [])
        func words<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> [String] {
            Word.allCases.map(\.rawValue).sorted()
        }
        #expect(report.words["SegmentMembershipCriteria.comparisonOperator"] == words(CriteriaImport.Operator.self))
        #expect(CriteriaImport.Operator.allCases.count == 25)
        #expect(report.words["SegmentMembershipCriteria.logicalOperator"] == words(CriteriaImport.LogicalOperator.self))
        #expect(report.words["SegmentMembershipCriteria.kind"] == words(CriteriaImport.Kind.self))
        #expect(report.words["SegmentationRowset.rowsetOperation"] == words(SegmentImport.Operation.self))
        #expect(report.words["SegmentationQuery.type"] == words(SegmentImport.QueryType.self))
        #expect(report.words["SegmentationProjection.projectionType"] == words(SegmentImport.ProjectionType.self))
        #expect(report.words["SegmentMetadata.kind"] == words(SegmentImport.Kind.self))
    }

    @Test("our definitions use every operator")
    func coverage() throws {
        let text = try Definitions.names.map { String(decoding: try Definitions.bytes($0), as: UTF8.self) }.joined()
        for word in CriteriaImport.Operator.allCases {
            #expect(text.contains("\"comparisonOperator\": \"\(word.rawValue)\""), "\(word.rawValue)")
        }
    }
}
