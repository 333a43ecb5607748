/// Imports the criteria of a rowset.
///
/// | `comparisonOperator` | string | int64, double, decimal | boolean | dateTime, dateTimeOffset | GUID |
/// |---|---|---|---|---|---|
/// | `equals`, `notEquals`, `isIn` | text | number | truth | point in time | identifier |
/// | `greaterThan` and so on, `isBetween`, `isNotBetween` | number or date if it is one, or text | number | error | point in time | error |
/// | `contains`, `startsWith`, `endsWith` | text | as spelled | error | as spelled | as spelled, ignoring case |
/// | `isWithinLast`, `yearToDate` | date | error | error | date | error |
/// | `dayOf`, `monthOf`, `yearOf`, `dayOfWeek`, `timeAt` | part of a date | error | error | part of a date | error |
/// | `isNull`, `isNotNull` | empty or missing | ditto | ditto | ditto | ditto |
///
/// A field of type `string` may be one of a source without types. Customer Insights orders numbers and dates only, so a
/// literal that is one is taken as one there. For the same reason a JSON number or boolean is one against such a field,
/// and a JSON text is a text. `JSON` counts as string.
///
/// `ignoreCase` says something of texts and is passed over elsewhere. `isTime` says that the values are times: a time
/// of the day (`10:30`) is compared with that of the field, a date with or without a time as a point in time.
/// `isBetween` takes two of `listOfValues`; both ends belong to it. `isWithinLast` takes `30 days`, `P30D`, `PT12H`, a
/// number (of days), or number and unit as `listOfValues`. `dayOfWeek` is 0 (Sunday) to 6 or an English name; the parts
/// of dates other than the time take `listOfValues` as well.
struct CriteriaImport {
    let types: [String: FieldType]

    enum Kind: String, CaseIterable {
        case post
        case `default`
        case consent
        case engagement
    }

    enum LogicalOperator: String, CaseIterable {
        case and
        case or
    }

    enum Operator: String, CaseIterable {
        case equals, notEquals, greaterThan, greaterThanOrEqualTo, lessThan, lessThanOrEqualTo, any, contains
        case startsWith, endsWith, isNull, isNotNull, all, isIn, isWithinLast, isBetween, isNotBetween, yearToDate
        case dayOf, monthOf, yearOf, dayOfWeek, timeAt, childOf, parentOf
    }

    /// Recursion is bounded by the depth that `JSONReader` lets a document have.
    func tree(_ node: JSONNode) throws(EngineError) -> RuleTree {
        if let kind = try node.member("kind") {
            switch try kind.word(Kind.self) {
            case .default: break
            case .post: throw kind.error("'post' criteria are on a segment's result, which no profile has")
            case .consent: throw kind.error("'consent' criteria are on consent records, which no profile has")
            case .engagement: throw kind.error("'engagement' criteria are on events, which no profile has")
            }
        }
        let join = try node.member("logicalOperator")?.word(LogicalOperator.self)
        guard let list = try node.member("childCriterias"), list.isFilled || join != nil else {
            return try condition(node)
        }
        for name in ["attribute", "comparisonOperator"] {
            if let extra = try node.member(name) { throw extra.error("criteria with childCriterias have none") }
        }
        var parts: [RuleTree] = []
        for child in try list.items() { parts.append(try tree(child)) }
        guard let first = parts.first else { throw list.error("the list is empty") }
        guard parts.count > 1 else { return first }
        guard let join else {
            throw .definition(
                file: node.file, path: JSONNode.path(node.path, "logicalOperator"),
                problem: "it is missing, and there are several childCriterias")
        }
        return join == .and ? .all(parts) : .any(parts)
    }

    private func condition(_ node: JSONNode) throws(EngineError) -> RuleTree {
        let sign = try node.require("comparisonOperator")
        let comparison = try sign.word(Operator.self)
        switch comparison {
        case .any, .all:
            throw sign.error("'\(comparison.rawValue)' is about rows of another entity, and only profiles are at hand")
        case .childOf, .parentOf:
            throw sign.error("'\(comparison.rawValue)' needs a hierarchy, which no profile has")
        default: break
        }
        let name = try node.require("attribute")
        guard let field = self.field(try name.text()) else {
            throw name.error(
                "the source has no such field; it has \(types.keys.sorted().prefix(50).joined(separator: ", "))")
        }
        return try CriteriaCondition(
            node: node, sign: sign, comparison: comparison, field: field, type: types[field] ?? .string,
            ignoresCase: try node.member("ignoreCase")?.flag() ?? false,
            isTime: try node.member("isTime")?.flag() ?? false
        ).tree()
    }

    /// The field that an attribute is: the one of its name, or of what follows the entity's name in `Customer.EMail`.
    ///
    /// It is the source's spelling that is returned: names that Unicode holds to be the same may differ in their bytes.
    private func field(_ attribute: String) -> String? {
        if let index = types.index(forKey: attribute) { return types[index].key }
        var rest = attribute[...]
        while let dot = rest.firstIndex(of: ".") {
            let entity = rest[..<dot]
            rest = rest[rest.index(after: dot)...]
            if SegmentImport.profileEntities.contains(String(entity)), let index = types.index(forKey: String(rest)) {
                return types[index].key
            }
        }
        return nil
    }
}
