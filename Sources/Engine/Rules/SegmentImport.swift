/// Imports segments as Customer Insights defines them.
///
/// It takes a SegmentMetadata, whose `segmentQueryExpression` is a SegmentationQuery or the JSON text of one, or a
/// SegmentationQuery. Names and shapes are those of Microsoft's client library `customerinsights` 1.0.8.
///
/// The query's rowsets are folded from left to right into one set of profiles:
///
/// | `rowsetOperation` | the set so far becomes |
/// |---|---|
/// | of the first: `none`, `union`, `include`, `intersect` or not set | the rowset's profiles |
/// | of the first: `except`, `exclude` | an error: there is nothing to take them from |
/// | `union`, `include` | itself and the rowset's profiles |
/// | `intersect` | those of itself that are in the rowset |
/// | `except`, `exclude` | those of itself that are surely not in the rowset: where a value that decides is missing, they are not |
/// | of a later one: `none` or not set | an error |
///
/// What needs more than a profile is refused by name: other entities (`paths`), criteria of a `kind` other than
/// `default`, `any`, `all`, `childOf`, `parentOf`, manual segments and such in SQL. Ignored is what does not decide who
/// is in a segment: its name, state and statistics, `hierarchies`, and what is shown beside its members (`projections`,
/// and `projectedAttributes` unless they are joined before the criteria, `projectionType` `pre`, from another entity).
/// Members that the library does not know are passed over, as Microsoft's own is built to do.
struct SegmentImport {
    let file: String
    let types: [String: FieldType]

    enum Kind: String, CaseIterable {
        case `default`
        case engagement
    }

    enum QueryType: String, CaseIterable {
        case structured
        case manual
    }

    enum Operation: String, CaseIterable {
        case union
        case intersect
        case except
        case none
        case include
        case exclude
    }

    enum ProjectionType: String, CaseIterable {
        case pre
        case post
    }

    /// The names of the entity that profiles are, in definitions.
    static let profileEntities: Set<String> = ["Customer", "CustomerProfile"]
    /// Customer Insights itself stops far earlier.
    static let maximumRowsets = 64

    func tree(_ json: [UInt8]) throws(EngineError) -> RuleTree {
        let document = try JSONReader.read(json, file: file)
        if let expression = try document.member("segmentQueryExpression") {
            if let kind = try document.member("kind"), try kind.word(Kind.self) == .engagement {
                throw kind.error("segments of engagement insights are made of events, which no profile has")
            }
            guard case .string(let text) = expression.value else { return try query(expression) }
            return try query(try JSONReader.read(Array(text.utf8), file: file, path: expression.path))
        }
        return try query(document)
    }

    private func query(_ node: JSONNode) throws(EngineError) -> RuleTree {
        if let sql = try node.member("segmentationQuerySql"), sql.isFilled {
            throw sql.error("a segment in SQL cannot be evaluated on profiles")
        }
        if let type = try node.member("type"), try type.word(QueryType.self) == .manual {
            throw type.error("a manual segment has no criteria; its members are a list")
        }
        for projection in try node.member("projectedAttributes")?.items() ?? [] { try check(projection: projection) }
        let rowsets = try node.require("rowsets")
        let items = try rowsets.items()
        guard let first = items.first else { throw rowsets.error("the list is empty") }
        guard items.count <= Self.maximumRowsets else {
            throw rowsets.error("there are more than \(Self.maximumRowsets) rowsets")
        }
        switch try operation(first) {
        case .except, .exclude:
            throw JSONNode(file: file, path: first.path + ".rowsetOperation", value: .null)
                .error("the first rowset has nothing to be taken from")
        case .union, .intersect, .none, .include: break
        }
        var tree = try criteria(of: first)
        for item in items.dropFirst() {
            let operation = try operation(item)
            let part = try criteria(of: item)
            switch operation {
            case .union, .include: tree = tree.or(part)
            case .intersect: tree = tree.and(part)
            case .except, .exclude: tree = tree.and(.not(part))
            case .none:
                throw EngineError.definition(
                    file: file, path: item.path + ".rowsetOperation",
                    problem: "only the first rowset can do without an operation")
            }
        }
        return tree
    }

    private func operation(_ rowset: JSONNode) throws(EngineError) -> Operation {
        try rowset.member("rowsetOperation")?.word(Operation.self) ?? .none
    }

    private func criteria(of rowset: JSONNode) throws(EngineError) -> RuleTree {
        for path in try rowset.member("paths")?.items() ?? [] { try check(path: path) }
        return try CriteriaImport(types: types).tree(try rowset.require("criteria"))
    }

    /// A path is fine if it does not leave the profile.
    private func check(path: JSONNode) throws(EngineError) {
        for step in try path.items() where !Self.profileEntities.contains(try step.text()) {
            throw step.error("the path leads to another entity, and only profiles are at hand")
        }
    }

    private func check(projection: JSONNode) throws(EngineError) {
        guard let type = try projection.member("projectionType"), try type.word(ProjectionType.self) == .pre else {
            return
        }
        if let path = try projection.member("path") { try check(path: path) }
        if let entity = try projection.member("entityName"), !Self.profileEntities.contains(try entity.text()) {
            throw entity.error("it is joined before the criteria, and only profiles are at hand")
        }
    }
}

extension RuleTree {
    /// Both, without nesting deeper for the third and fourth.
    fileprivate func and(_ part: RuleTree) -> RuleTree {
        if case .all(let parts) = self { .all(parts + [part]) } else { .all([self, part]) }
    }

    fileprivate func or(_ part: RuleTree) -> RuleTree {
        if case .any(let parts) = self { .any(parts + [part]) } else { .any([self, part]) }
    }
}
