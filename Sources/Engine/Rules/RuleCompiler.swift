/// Makes a ``RuleProgram`` of a tree.
///
/// It goes from the last condition to the first, so that where to go on is known before a test is written.
struct RuleCompiler {
    private let places: [String: Int32]
    private let now: Int64
    /// The forms that differ from the plain one, and where each field's stands among them.
    let forms: [ValueForm]
    private let formPlaces: [String: Int16]
    private let types: [String: FieldType]

    init(columns: [String], now: Int64, forms: [String: ValueForm], types: [String: FieldType]) {
        self.types = types
        let special = forms.filter { !$0.value.isPlain && columns.contains($0.key) }
        let distinct = Array(Set(special.values))
        self.forms = distinct
        formPlaces = special.mapValues { form in Int16(distinct.firstIndex(of: form) ?? -1) }
        places = Dictionary(
            columns.enumerated().map { ($0.element, Int32($0.offset)) }, uniquingKeysWith: { first, _ in first })
        self.now = now
    }

    /// Writes the tests of `tree`, or of its negation, and says where they start.
    ///
    /// A negation is pushed down to the conditions (De Morgan), because there alone *false* and *unknown* can be told
    /// apart.
    mutating func compile(
        _ tree: RuleTree, isNegated: Bool, ifMet: Int32, otherwise: Int32, into program: inout RuleProgram
    ) throws(EngineError) -> Int32 {
        switch tree {
        case .not(let part):
            return try compile(part, isNegated: !isNegated, ifMet: ifMet, otherwise: otherwise, into: &program)
        case .all(let parts), .any(let parts):
            let isAll = if case .all = tree { !isNegated } else { isNegated }
            var next = isAll ? ifMet : otherwise
            for part in parts.reversed() {
                next = try compile(
                    part, isNegated: isNegated, ifMet: isAll ? next : ifMet, otherwise: isAll ? otherwise : next,
                    into: &program)
            }
            return next
        default: break
        }
        // Of the tests of one condition one has to be met; of their negations all.
        var next = isNegated ? ifMet : otherwise
        for var test in try tests(of: tree, into: &program) {
            if isNegated { test.negate() }
            test.ifMet = isNegated ? next : ifMet
            test.otherwise = isNegated ? otherwise : next
            program.tests.append(test)
            next = Int32(program.tests.count - 1)
        }
        return next
    }

    /// The tests of one condition, of which one has to be met.
    private func tests(
        of tree: RuleTree, into program: inout RuleProgram
    ) throws(EngineError) -> [RuleProgram.Test] {
        switch tree {
        case .isNull(let field): return [try test(.isNull, field)]
        case .isBoolean(let field, let value):
            let range = program.add([RuleKey(value ? 1 : 0, 0)])
            return [try test(.keyOrder, field, reading: .boolean, outcomes: 0b010, range)]
        case .isWithinLast(let field, let count, let unit):
            let range = program.add([RuleKey(moment(count, unit), 0), RuleKey(now, 0)])
            return [try test(.keyBetween, field, range)]
        case .isYearToDate(let field):
            let year = CivilDate(daysSince1970: now.floorDivided(by: 86_400)).year
            let start = CivilDate(year: year, month: 1, day: 1).daysSince1970 * 86_400
            return [try test(.keyBetween, field, program.add([RuleKey(start, 0), RuleKey(now, 0)]))]
        case .compare(let subject, let comparison, let literal, let ignoringCase):
            return [try compare(subject, comparison, literal, ignoringCase, &program)]
        case .isIn(let subject, let literals, let ignoringCase):
            return try isIn(subject, literals, ignoringCase, &program)
        case .not, .all, .any: return []
        }
    }

    private func compare(
        _ subject: RuleTree.Subject, _ comparison: RuleTree.Comparison, _ literal: RuleTree.Literal,
        _ ignoringCase: Bool, _ program: inout RuleProgram
    ) throws(EngineError) -> RuleProgram.Test {
        let outcomes: UInt8 =
            switch comparison {
            case .less: 0b001
            case .lessOrEqual: 0b011
            case .greater: 0b100
            case .greaterOrEqual: 0b110
            case .notEqual: 0b101
            default: 0b010
            }
        let literal = comparison.isTextual ? literal : try declared(literal, comparison, subject)
        if !comparison.isTextual, let (reading, key) = key(subject, literal) {
            return try test(.keyOrder, subject.field, reading: reading, outcomes: outcomes, program.add([key]))
        }
        if case .number(let text) = literal, !comparison.isTextual {
            return try test(.numberOrder, subject.field, outcomes: outcomes, program.add(numbers: [text]))
        }
        let text = Self.text(literal)
        let kind: RuleProgram.Kind =
            switch comparison {
            case .contains: ignoringCase ? .foldedContains : .textContains
            case .startsWith: ignoringCase ? .foldedStarts : .textStarts
            case .endsWith: ignoringCase ? .foldedEnds : .textEnds
            case .equal, .notEqual: ignoringCase ? .foldedOrder : .textEqual
            default: ignoringCase ? .foldedOrder : .textOrder
            }
        let range = program.add(text: ignoringCase ? text.lowercased() : text)
        return try test(kind, subject.field, outcomes: outcomes, range)
    }

    /// A list may have literals of several kinds, each of which is searched in its own way.
    private func isIn(
        _ subject: RuleTree.Subject, _ literals: [RuleTree.Literal], _ ignoringCase: Bool, _ program: inout RuleProgram
    ) throws(EngineError) -> [RuleProgram.Test] {
        var texts: [String] = []
        var numbers: [String] = []
        var keys: [RuleProgram.Reading: [RuleKey]] = [:]
        for literal in literals {
            let literal = try declared(literal, .equal, subject)
            if let (reading, key) = key(subject, literal) {
                keys[reading, default: []].append(key)
            } else if case .number(let text) = literal {
                numbers.append(text)
            } else {
                texts.append(ignoringCase ? Self.text(literal).lowercased() : Self.text(literal))
            }
        }
        var tests: [RuleProgram.Test] = []
        for (reading, keys) in keys.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            tests.append(try test(.keyIn, subject.field, reading: reading, program.add(keys.sorted())))
        }
        if !numbers.isEmpty { tests.append(try test(.numberIn, subject.field, program.add(numbers: numbers))) }
        if !texts.isEmpty {
            tests.append(try test(ignoringCase ? .foldedIn : .textIn, subject.field, program.add(texts: texts)))
        }
        return tests
    }

    private func test(
        _ kind: RuleProgram.Kind, _ field: String, reading: RuleProgram.Reading = .instant, outcomes: UInt8 = 0,
        _ range: Range<Int32> = 0..<0
    ) throws(EngineError) -> RuleProgram.Test {
        guard let place = places[field] else {
            throw .rule(column: 1, problem: "there is no field \(RuleText.quoted(field, by: "'"))")
        }
        let declared = types[field].flatMap { $0.isText || kind.implies($0, reading) ? nil : $0 }
        return RuleProgram.Test(
            kind: kind, reading: reading, outcomes: outcomes, form: formPlaces[field] ?? -1, declared: declared,
            column: place,
            first: range.lowerBound, end: range.upperBound, ifMet: RuleProgram.accept, otherwise: RuleProgram.reject)
    }

    /// `count` units before now.
    ///
    /// Hours, days and weeks are of fixed length, months and years go by the calendar.
    private func moment(_ count: Int, _ unit: RuleTree.Unit) -> Int64 {
        let count = Int64(count)
        switch unit {
        case .hour: return now - count * 3600
        case .day: return now - count * 86_400
        case .week: return now - count * 7 * 86_400
        case .month, .year:
            let days = now.floorDivided(by: 86_400)
            let date = CivilDate(daysSince1970: days).before(months: unit == .year ? count * 12 : count)
            return date.daysSince1970 * 86_400 + (now - days * 86_400)
        }
    }

    private static func text(_ literal: RuleTree.Literal) -> String {
        switch literal {
        case .text(let text), .number(let text), .date(let text), .time(let text), .guid(let text): text
        }
    }

    /// What the source says of a field's values, unless it is that they are text.
    private func declaredType(_ subject: RuleTree.Subject) -> FieldType? {
        guard case .field(let field) = subject, let type = types[field], !type.isText else { return nil }
        return type
    }

    /// The literal as a value of what the source declares the field to be.
    private func declared(
        _ literal: RuleTree.Literal, _ comparison: RuleTree.Comparison, _ subject: RuleTree.Subject
    ) throws(EngineError) -> RuleTree.Literal {
        guard let type = declaredType(subject) else { return literal }
        if let problem = type.problem(subject.field, comparison, literal) { throw .rule(column: 1, problem: problem) }
        return type.literal(literal) ?? literal
    }

    /// What a literal is compared as, if as a key.
    private func key(
        _ subject: RuleTree.Subject, _ literal: RuleTree.Literal
    ) -> (RuleProgram.Reading, RuleKey)? {
        let bytes = Array(Self.text(literal).utf8)
        if case .text = literal, declaredType(subject) == .boolean {
            return BooleanText.key(bytes.span).map { (.boolean, $0) }
        }
        switch (subject, literal) {
        case (.part(let part, _), .number(let text)):
            let reading: RuleProgram.Reading =
                switch part {
                case .day: .day
                case .month: .month
                case .year: .year
                case .dayOfWeek: .dayOfWeek
                case .time: .time
                }
            return Int64(text).map { (reading, RuleKey($0, 0)) }
        case (_, .time): return InstantText.timeOfDay(bytes.span).map { (.time, $0) }
        case (.field, .date): return InstantText.instant(bytes.span).map { (.instant, $0) }
        case (.field, .guid): return GUIDText.key(bytes.span).map { (.guid, $0) }
        default: return nil
        }
    }
}

// MARK: Pools

extension RuleProgram {
    fileprivate mutating func add(_ added: [RuleKey]) -> Range<Int32> {
        keys += added
        return Int32(keys.count - added.count)..<Int32(keys.count)
    }

    fileprivate mutating func add(text: String) -> Range<Int32> {
        let first = Int32(pool.count)
        pool += text.utf8
        return first..<Int32(pool.count)
    }

    fileprivate mutating func add(texts added: [String]) -> Range<Int32> {
        let first = Int32(texts.count)
        for text in added.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) { texts.append(add(text: text)) }
        return first..<Int32(texts.count)
    }

    fileprivate mutating func add(numbers added: [String]) -> Range<Int32> {
        let first = Int32(numbers.count)
        let sorted = added.sorted {
            DecimalText.order(Array($0.utf8).span, Array($1.utf8).span).map { $0 < 0 } ?? false
        }
        for text in sorted {
            let range = add(text: text)
            let short: DecimalText.Short? =
                if case .short(let short) = DecimalText.read(Array(text.utf8).span) { short } else { nil }
            numbers.append(Number(short: short, first: range.lowerBound, end: range.upperBound))
        }
        return first..<Int32(numbers.count)
    }
}
