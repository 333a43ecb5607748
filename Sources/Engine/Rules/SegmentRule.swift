/// A rule over profile fields, `country == "SE" and lifetime_value > 100`.
///
/// | form | true when |
/// |---|---|
/// | `field == "text"`, `!=`, `<`, `<=`, `>`, `>=` | the value compares so with the text, byte by byte (ISO dates in order of time) |
/// | `field == 100`, `!=`, `<`, `<=`, `>`, `>=` | the value is a number and compares so; another value: false |
/// | `field contains "text"`, `starts with`, `ends with` | the value does, byte by byte |
/// | `field in ("a", "b")` | the value equals one of them |
/// | `field between 1 and 9` | `field >= 1 and field <= 9` |
/// | `field is null`, `is not null` | the value is empty or missing; or is not |
/// | `not`, `and`, `or`, parentheses | as usual; `not` binds strongest, `or` weakest |
///
/// With an empty or missing value every comparison is false, `!=` too; `not` then turns that around. Fields are named
/// bare or in backticks (`` `Full Name` ``), texts quoted with `"` or `'`, words like `and` in any case, `true` and `false`
/// stand for those texts. Capitals count in names and values.
public struct SegmentRule: Sendable, Hashable {
    let tree: RuleTree

    /// Reads a rule.
    /// - Throws: ``EngineError/rule(column:problem:)`` with the column in the text.
    public init(parsing text: String) throws(EngineError) {
        var parser = try RuleParser(text)
        tree = try parser.rule()
    }

    /// The rule in its one spelling.
    public var text: String { tree.printed }

    /// The fields it names, each once.
    public var fields: [String] { tree.fields }
}
