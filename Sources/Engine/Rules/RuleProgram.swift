/// A rule made ready for ten million profiles: a flat list of tests, each of which says where to go on.
///
/// `and`, `or` and `not` are gone from it. Every test knows which test comes next when it is met and which when it is
/// not, and the last ones lead to the verdict. A test is a few numbers; the texts, numbers
/// and keys that tests compare with lie in pools. Nothing is counted or allocated while matching, but for values with
/// letters beyond ASCII that are compared ignoring case.
///
/// Rules have the three values of SQL: a comparison with a value that is empty, or none of the literal's kind, is
/// *unknown*, and so is its opposite. Only what is *true* selects, so two values are enough here once every `not` stands
/// before a condition: a test is met where its condition is true, and a negated one where its condition is false, which
/// neither is for a value that cannot be read.
///
/// What a condition means for a value `v` that is not empty (with an empty one only `isNull` is true):
///
/// | literal | `v` counts as | otherwise | compared |
/// |---|---|---|---|
/// | text | any bytes | | byte by byte, no normalisation; ignoring case: both in small letters |
/// | number | sign, digits, point, exponent | unknown | exactly, by digits, see `DecimalText` |
/// | date, `within` | ISO 8601 date with or without time | unknown | as points in time, see `InstantText` |
/// | part of a date | ditto | unknown | as whole numbers, of the date in UTC; Sunday is 0 |
/// | time | ditto, or a time alone | unknown | as time of the day in UTC |
/// | guid | 32 hexadecimal digits | unknown | as 128 bits |
/// | `is true`, `is false` | true, false, 1, 0 in any case | unknown | as truth |
///
/// Numbers and dates are read in the forms of the field's culture as well, see ``ValueForm``. Where the source declares a
/// type, a value that is not of it makes every condition but `is null` unknown, those on its letters too.
struct RuleProgram: Sendable {
    enum Kind: UInt8, BitwiseCopyable, Sendable {
        case isNull
        case textOrder, textContains, textStarts, textEnds, textIn, textEqual
        case foldedOrder, foldedContains, foldedStarts, foldedEnds, foldedIn
        case numberOrder, numberIn
        case keyOrder, keyIn, keyBetween
    }

    /// What of a value becomes a key.
    enum Reading: UInt8, BitwiseCopyable, Sendable {
        case instant, day, month, year, dayOfWeek, time, guid, boolean
    }

    struct Test: BitwiseCopyable, Sendable {
        var kind: Kind
        var reading: Reading
        /// Bit 0 is set if a lesser value meets the test, bit 1 for an equal one, bit 2 for a greater one.
        var outcomes: UInt8
        /// Whether it is met where its condition is false; tests of order have the other `outcomes` instead.
        var isNegated = false
        /// The form of the field's numbers and dates in ``RuleProgram/forms``, or -1 for the plain ones.
        var form: Int16 = -1
        /// What the field's values have to be beside what the test reads them as: one that is no value of the type that
        /// its source declares meets no test.
        var declared: FieldType?
        var column: Int32
        /// Where its literals lie in the pool of its kind.
        var first: Int32
        var end: Int32
        var ifMet: Int32
        var otherwise: Int32

        /// Turns it into the test of its condition's negation; false stays apart from unknown.
        mutating func negate() {
            switch kind {
            case .textOrder, .textEqual, .foldedOrder, .numberOrder, .keyOrder: outcomes ^= 0b111
            default: isNegated.toggle()
            }
        }
    }

    struct Number: BitwiseCopyable, Sendable {
        /// Nil for a long number, which is compared by its text.
        var short: DecimalText.Short?
        var first: Int32
        var end: Int32
    }

    static let accept: Int32 = -1
    static let reject: Int32 = -2

    var tests: [Test] = []
    var start: Int32 = reject
    /// The bytes of all literals.
    var pool: [UInt8] = []
    /// Ranges of `pool`, sorted by their texts within each test.
    var texts: [Range<Int32>] = []
    var numbers: [Number] = []
    var keys: [RuleKey] = []
    var forms: [ValueForm] = []

    /// Binds `rule` to the places of its fields; `columns` must have all of them.
    ///
    /// Relative dates are of `now`, in seconds since 1970 UTC.
    /// - Parameters:
    ///   - isNegated: whether the program is met where the rule is false, and not where it is true.
    ///   - forms: how fields are spelled beside the plain forms.
    ///   - types: what the source declares of the fields' values.
    init(
        _ rule: SegmentRule, columns: [String], now: Int64, isNegated: Bool = false, forms: [String: ValueForm] = [:],
        types: [String: FieldType] = [:]
    ) throws(EngineError) {
        var compiler = RuleCompiler(columns: columns, now: now, forms: forms, types: types)
        self.forms = compiler.forms
        start = try compiler.compile(
            rule.tree, isNegated: isNegated, ifMet: Self.accept, otherwise: Self.reject, into: &self)
    }

    /// Whether the row is in the segment.
    ///
    /// `bytes` are those of the table, taken once for all its rows. Program and table should be parameters of the
    /// function that loops over the rows: captured in a closure they are counted for every row, which costs more than
    /// the rule.
    func matches(_ row: Int, of table: borrowing RowTable, _ bytes: Span<UInt8>) -> Bool {
        let tests = tests.span
        var place = start
        while place >= 0 {
            let test = tests[Int(place)]
            let range = table.field(row, Int(test.column))
            let isMet =
                range.isEmpty ? test.kind == .isNull && !test.isNegated : isMet(test, bytes.extracting(range))
            place = isMet ? test.ifMet : test.otherwise
        }
        return place == Self.accept
    }
}
