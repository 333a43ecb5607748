/// One condition of imported criteria; the table of meanings stands at `CriteriaImport`.
struct CriteriaCondition {
    let node: JSONNode
    let sign: JSONNode
    let comparison: CriteriaImport.Operator
    let field: String
    let type: FieldType
    let ignoresCase: Bool
    let isTime: Bool

    func tree() throws(EngineError) -> RuleTree {
        switch comparison {
        case .isNull: return .isNull(field)
        case .isNotNull: return .not(.isNull(field))
        case .equals: return try compare(.equal, try node.require("value"))
        case .notEquals: return try compare(.notEqual, try node.require("value"))
        case .greaterThan: return try compare(.greater, try node.require("value"))
        case .greaterThanOrEqualTo: return try compare(.greaterOrEqual, try node.require("value"))
        case .lessThan: return try compare(.less, try node.require("value"))
        case .lessThanOrEqualTo: return try compare(.lessOrEqual, try node.require("value"))
        case .contains: return try look(.contains)
        case .startsWith: return try look(.startsWith)
        case .endsWith: return try look(.endsWith)
        case .isIn: return try isIn(try list())
        case .isBetween, .isNotBetween:
            let list = try node.require("listOfValues")
            let ends = try list.items()
            guard ends.count == 2 else { throw list.error("two values are expected, the ends") }
            return comparison == .isBetween
                ? .all([try compare(.greaterOrEqual, ends[0]), try compare(.lessOrEqual, ends[1])])
                : .any([try compare(.less, ends[0]), try compare(.greater, ends[1])])
        case .isWithinLast:
            try requireDate()
            let (count, unit) = try CriteriaPeriod.read(node)
            return .isWithinLast(field, count, unit)
        case .yearToDate:
            try requireDate()
            return .isYearToDate(field)
        case .dayOf: return try part(.day)
        case .monthOf: return try part(.month)
        case .yearOf: return try part(.year)
        case .dayOfWeek: return try part(.dayOfWeek)
        case .timeAt:
            try requireDate()
            let value = try node.require("value")
            return .compare(
                .part(.time, field), .equal, try checked(.time(try value.text()), value), ignoringCase: false)
        case .any, .all, .childOf, .parentOf: throw sign.error("it cannot be evaluated on a profile")
        }
    }

    private func list() throws(EngineError) -> [JSONNode] {
        let list = try node.require("listOfValues")
        let items = try list.items()
        guard !items.isEmpty else { throw list.error("the list is empty") }
        return items
    }

    private func refuse() -> EngineError {
        sign.error("'\(comparison.rawValue)' means nothing for a field of type \(type.rawValue)")
    }

    private func requireDate() throws(EngineError) {
        switch type {
        case .dateTime, .dateTimeOffset, .date, .time, .string, .json: return
        case .int64, .double, .decimal, .boolean, .guid: throw refuse()
        }
    }

    private func checked(_ literal: RuleTree.Literal, _ node: JSONNode) throws(EngineError) -> RuleTree.Literal {
        if let problem = RuleTree.problem(literal) { throw node.error(problem) }
        return literal
    }
}

// MARK: Comparisons

extension CriteriaCondition {
    private func compare(_ comparison: RuleTree.Comparison, _ value: JSONNode) throws(EngineError) -> RuleTree {
        let isOrder = comparison != .equal && comparison != .notEqual
        switch try operand(value, isOrder: isOrder) {
        case .truth(let truth): return .isBoolean(field, comparison == .equal ? truth : !truth)
        case .literal(let subject, let literal):
            return .compare(subject, comparison, literal, ignoringCase: ignoresCase && literal.isText)
        }
    }

    /// `contains` and its like, on the value as it is spelled.
    private func look(_ comparison: RuleTree.Comparison) throws(EngineError) -> RuleTree {
        let value = try node.require("value")
        guard type != .boolean, !isTime else { throw refuse() }
        let text: String =
            switch value.value {
            case .number(let number): number
            default: try value.text()
            }
        return .compare(.field(field), comparison, .text(text), ignoringCase: ignoresCase || type == .guid)
    }

    /// Values of one kind become one list; a list may hold texts, numbers and booleans side by side.
    private func isIn(_ items: [JSONNode]) throws(EngineError) -> RuleTree {
        var lists: [(subject: RuleTree.Subject, isText: Bool, literals: [RuleTree.Literal])] = []
        var truths: [Bool] = []
        for item in items {
            switch try operand(item, isOrder: false) {
            case .truth(let truth): if !truths.contains(truth) { truths.append(truth) }
            case .literal(let subject, let literal):
                if let index = lists.firstIndex(where: { $0.subject == subject && $0.isText == literal.isText }) {
                    lists[index].literals.append(literal)
                } else {
                    lists.append((subject, literal.isText, [literal]))
                }
            }
        }
        let parts: [RuleTree] =
            lists.map { .isIn($0.subject, $0.literals, ignoringCase: ignoresCase && $0.isText) }
            + truths.map { .isBoolean(field, $0) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private func part(_ part: RuleTree.DatePart) throws(EngineError) -> RuleTree {
        try requireDate()
        let subject = RuleTree.Subject.part(part, field)
        if let value = try node.member("value") {
            return .compare(subject, .equal, try number(value, part), ignoringCase: false)
        }
        guard let values = try node.member("listOfValues"), values.isFilled else {
            throw try node.require("value").error("it is missing")
        }
        var literals: [RuleTree.Literal] = []
        for value in try values.items() { literals.append(try number(value, part)) }
        return .isIn(subject, literals, ignoringCase: false)
    }

    private static let days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

    private func number(_ value: JSONNode, _ part: RuleTree.DatePart) throws(EngineError) -> RuleTree.Literal {
        var text: String =
            switch value.value {
            case .number(let number): number
            default: try value.text()
            }
        if part == .dayOfWeek, let day = Self.days.firstIndex(of: text.lowercased()) { text = "\(day)" }
        guard let number = Int64(text), part.numbers?.contains(number) == true else {
            let numbers = part.numbers ?? 0...0
            throw value.error("a whole number from \(numbers.lowerBound) to \(numbers.upperBound) is expected")
        }
        return .number("\(number)")
    }
}

// MARK: Values

extension CriteriaCondition {
    private enum Operand {
        case truth(Bool)
        case literal(RuleTree.Subject, RuleTree.Literal)
    }

    /// What a value of the definition stands for against a field of this type.
    private func operand(_ value: JSONNode, isOrder: Bool) throws(EngineError) -> Operand {
        let subject = RuleTree.Subject.field(field)
        if isTime {
            try requireDate()
            let text = try value.text()
            if RuleTree.problem(.time(text)) == nil { return .literal(.part(.time, field), .time(text)) }
            return .literal(subject, try checked(.date(text), value))
        }
        switch type {
        case .int64, .double, .decimal:
            if case .number(let number) = value.value { return .literal(subject, .number(number)) }
            return .literal(subject, try checked(.number(try value.text()), value))
        case .boolean:
            if isOrder { throw refuse() }
            return .truth(try truth(value))
        case .dateTime, .dateTimeOffset, .date: return .literal(subject, try checked(.date(try value.text()), value))
        case .guid:
            if isOrder { throw refuse() }
            return .literal(subject, try checked(.guid(try value.text()), value))
        case .string, .json, .time:
            switch value.value {
            case .number(let number): return .literal(subject, .number(number))
            case .boolean(let truth):
                if isOrder { throw value.error("true and false have no order") }
                return .truth(truth)
            default:
                let text = try value.text()
                guard isOrder else { return .literal(subject, .text(text)) }
                let typed = [RuleTree.Literal.number(text), .date(text)].first { RuleTree.problem($0) == nil }
                return .literal(subject, typed ?? .text(text))
            }
        }
    }

    private func truth(_ value: JSONNode) throws(EngineError) -> Bool {
        let text: String =
            switch value.value {
            case .boolean(let truth): truth ? "true" : "false"
            case .number(let number): number
            default: try value.text()
            }
        guard let key = BooleanText.key(Array(text.utf8).span) else {
            throw value.error("true, false, 1 or 0 is expected")
        }
        return key.first == 1
    }
}

extension RuleTree.Literal {
    fileprivate var isText: Bool { if case .text = self { true } else { false } }
}
