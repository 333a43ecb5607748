/// A rule as a tree: what it means, whatever way it was written.
///
/// `all` and `any` hold two parts or more. They are lists and not pairs, so that a rule of a thousand parts is no
/// deeper than one of two: everything that walks the tree recurses by its depth.
indirect enum RuleTree: Sendable, Hashable {
    case compare(Subject, Comparison, Literal, ignoringCase: Bool)
    case isIn(Subject, [Literal], ignoringCase: Bool)
    case isNull(String)
    case isBoolean(String, Bool)
    case isWithinLast(String, Int, Unit)
    case isYearToDate(String)
    case not(RuleTree)
    case all([RuleTree])
    case any([RuleTree])

    /// The fields it names, each once, in order.
    var fields: [String] {
        var found: [String] = []
        var known: Set<String> = []
        visitFields { field in
            if known.insert(field).inserted { found.append(field) }
        }
        return found
    }

    private func visitFields(_ visit: (String) -> Void) {
        switch self {
        case .compare(let subject, _, _, _), .isIn(let subject, _, _): visit(subject.field)
        case .isNull(let field), .isBoolean(let field, _), .isWithinLast(let field, _, _), .isYearToDate(let field):
            visit(field)
        case .not(let part): part.visitFields(visit)
        case .all(let parts), .any(let parts): for part in parts { part.visitFields(visit) }
        }
    }
}
