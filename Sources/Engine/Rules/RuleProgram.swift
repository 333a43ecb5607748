/// A rule made ready for ten million profiles: a flat list of tests, each of which says where to go on.
///
/// `and`, `or` and `not` are gone from it. Every test knows which test comes next when it is met and which when it is
/// not, the last ones lead to the verdict, and `not` has swapped the two. A test is a few numbers; the texts, numbers
/// and keys that tests compare with lie in pools. Nothing is counted or allocated while matching, but for values with
/// letters beyond ASCII that are compared ignoring case.
///
/// What a condition means for a value `v` that is not empty (with an empty one only `isNull` is true):
///
/// | literal | `v` counts as | otherwise | compared |
/// |---|---|---|---|
/// | text | any bytes | | byte by byte, no normalisation; ignoring case: both in small letters |
/// | number | sign, digits, point, exponent | false | exactly, by digits, see `DecimalText` |
/// | date, `within` | ISO 8601 date with or without time | false | as points in time, see `InstantText` |
/// | part of a date | ditto | false | as whole numbers, of the date in UTC; Sunday is 0 |
/// | time | ditto, or a time alone | false | as time of the day in UTC |
/// | guid | 32 hexadecimal digits | false | as 128 bits |
/// | `is true`, `is false` | true, false, 1, 0 in any case | false | as truth |
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
        var column: Int32
        /// Where its literals lie in the pool of its kind.
        var first: Int32
        var end: Int32
        var ifMet: Int32
        var otherwise: Int32
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

    /// Binds `rule` to the places of its fields; `columns` must have all of them.
    ///
    /// Relative dates are of `now`, in seconds since 1970 UTC.
    init(_ rule: SegmentRule, columns: [String], now: Int64) throws(EngineError) {
        var compiler = RuleCompiler(columns: columns, now: now)
        start = try compiler.compile(rule.tree, ifMet: Self.accept, otherwise: Self.reject, into: &self)
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
            let isMet = range.isEmpty ? test.kind == .isNull : isMet(test, bytes.extracting(range))
            place = isMet ? test.ifMet : test.otherwise
        }
        return place == Self.accept
    }
}
