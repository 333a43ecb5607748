import Foundation

@testable import Engine

/// Segments as Customer Insights defines them, written for these tests.
enum Definitions {
    static let names = ["high-value-nordics", "birthdays", "every-operator", "refused", "manual"]
    static let importable = ["high-value-nordics", "birthdays", "every-operator"]

    static let types: [String: FieldType] = [
        "CustomerId": .guid, "Country": .string, "EMail": .string, "FullName": .string, "LifetimeValue": .decimal,
        "Visits": .int64, "ChurnScore": .double, "DoNotEmail": .boolean, "DateOfBirth": .dateTime,
        "LastSeen": .dateTimeOffset, "Notes": .json, "v": .string, "a.b": .string,
    ]

    static var folder: URL { URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Definitions") }

    static func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: folder.appending(path: "\(name).json")))
    }

    static func rule(_ json: some StringProtocol, types: [String: FieldType] = types) throws(EngineError) -> SegmentRule
    {
        try SegmentRule(customerInsights: Array(json.utf8), file: "segment.json", types: types)
    }

    /// The rule of a query with one rowset of these criteria.
    static func rule(criteria: String, types: [String: FieldType] = types) throws(EngineError) -> SegmentRule {
        try rule(
            #"{"type": "structured", "rowsets": [{"rowsetOperation": "none", "criteria": \#(criteria)}]}"#, types: types
        )
    }

    /// The rule of one condition on a field of this type, named `v`.
    static func rule(_ sign: String, _ members: String, on type: FieldType) throws(EngineError) -> SegmentRule {
        try rule(
            criteria:
                #"{"attribute": "v", "comparisonOperator": "\#(sign)"\#(members.isEmpty ? "" : ", ")\#(members)}"#,
            types: ["v": type])
    }
}
