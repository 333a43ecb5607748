/// A rule over profile fields, `country == "SE" and lifetime_value > 100`.
///
/// | form | true when |
/// |---|---|
/// | `field == "text"`, `!=`, `<`, `<=`, `>`, `>=` | the value compares so with the text, byte by byte; see below |
/// | `field == 100`, `!=`, `<`, `<=`, `>`, `>=` | the value is a number and compares so, exactly, to the last digit |
/// | `field == date "2026-01-31"`, `!=`, `<`, … | the value is a date and compares so as a point in time |
/// | `field == guid "…"`, `!=` | the value is an identifier of 32 hexadecimal digits and is that one, or another |
/// | `field contains "text"`, `starts with`, `ends with` | the value does, byte by byte |
/// | `field in ("a", "b")` | the value equals one of them |
/// | `… "text" ignoring case` | so with capitals and small letters alike; after any text, list or `between` of texts |
/// | `field between 1 and 9` | `field >= 1 and field <= 9` |
/// | `field not between 1 and 9` | `field < 1 or field > 9` |
/// | `field is true`, `is false` | the value is `true` or `1`, or `false` or `0`, in any case |
/// | `field == true`, `field != true` | `field is true`, `field is false`; without quotes |
/// | `field within last 30 days` | the value is a date from 30 days ago until now; `hours`, `weeks`, `months`, `years` |
/// | `field within year to date` | the value is a date from the first of January of this year until now |
/// | `day of field == 24`, `month of`, `year of` | the value is a date, and so is its day (1 to 31), month or year |
/// | `day of week of field == 0` | likewise; 0 is Sunday, 6 is Saturday |
/// | `time of field >= time "10:30"` | the value is a date with a time, or a time alone, and compares so |
/// | `field is null`, `is not null` | the value is empty or missing; or is not |
/// | `not`, `and`, `or`, parentheses | as usual; `not` binds strongest, `or` weakest |
///
/// Rules have the three values of SQL. With an empty or missing value every comparison is *unknown*, `!=` too, and so is
/// one with a value that is not of the literal's kind (a number, a date, an identifier); `not` leaves unknown as it is,
/// and only what is *true* selects. `is null` and `is not null` are never unknown.
///
/// Where the source declares a field's type, a text in quotes that is a value of that type counts as one, a comparison
/// with what is none is refused, and a value that is not of it makes everything but `is null` unknown.
///
/// Fields are named bare or in backticks (`` `Full Name` ``), texts quoted with `"` or `'`, words like `and` in any case;
/// `=` is `==`. `true` and `false` in lists and after other comparisons stand for those texts. Capitals count in names
/// and values. In quotes and backticks `\\`, `\"`, `\'`, `` \` ``, `\n`, `\r`, `\t` and `\u{e5}` stand for a character.
///
/// Dates are `2026-01-31`, its midnight, or with a time as `2026-01-31T10:00:00.5+01:00`, with a blank for the T, `Z`
/// or nothing for UTC; parts of dates are of the date in UTC. A month ago is the same day of the month before, or its
/// last.
public struct SegmentRule: Sendable, Hashable {
    let tree: RuleTree

    /// Reads a rule.
    /// - Throws: ``EngineError/rule(column:problem:)`` with the column in the text.
    public init(parsing text: String) throws(EngineError) {
        var parser = try RuleParser(text)
        tree = try parser.rule()
    }

    /// Imports a segment of Dynamics 365 Customer Insights, a SegmentMetadata or the SegmentationQuery in it.
    ///
    /// `types` has every field of the source, of type `string` where the source says nothing of types. How rowsets and
    /// operators are understood stands at `SegmentImport` and `CriteriaImport`.
    /// - Throws: ``EngineError/definition(file:path:problem:)`` with the place in the JSON.
    public init(
        customerInsights json: [UInt8], file: String, types: [String: FieldType]
    ) throws(EngineError) {
        let imported = try SegmentImport(file: file, types: types).tree(json)
        // The text is what is stored. Reading it here once proves that it can be read ever after.
        do throws(EngineError) {
            try self.init(parsing: imported.printed)
        } catch .rule(_, let problem) {
            throw .definition(file: file, path: "rowsets", problem: "as a rule, \(problem)")
        }
    }

    /// The rule in its one spelling.
    public var text: String { tree.printed }

    /// The fields it names, each once.
    public var fields: [String] { tree.fields }
}
