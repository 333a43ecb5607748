import Model
import Support
import Testing

@Suite("Canonical JSON (RFC 8785)")
struct CanonicalJSONTests {
    @Test("keys come in order of their UTF-16 code units, as in the example of RFC 8785 section 3.2.3")
    func keyOrder() {
        let value = CanonicalJSON.object([
            "\u{20ac}": .string("Euro Sign"), "\r": .string("Carriage Return"),
            "\u{fb33}": .string("Hebrew Letter Dalet With Dagesh"), "1": .string("One"),
            "\u{1F600}": .string("Emoji: Grinning Face"), "\u{80}": .string("Control"),
            "\u{f6}": .string("Latin Small Letter O With Diaeresis"),
        ])
        let order = ["\\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1F600}", "\u{fb33}"]
        let places = order.compactMap { value.text.firstRange(of: "\"\($0)\":")?.lowerBound }
        #expect(places.count == order.count)
        #expect(places == places.sorted())
    }

    @Test("only quote, backslash and control characters are escaped")
    func escapes() {
        let value = CanonicalJSON.string("\u{20ac}$\u{0F}\u{0A}A'\u{42}\u{22}\u{5c}\\\"/")
        #expect(value.text == "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"")
    }

    @Test(
        "another spelling of the same value is refused",
        arguments: [
            #"{"a": 1}"#, #"{"b":1,"a":2}"#, #"{"a":1,"a":1}"#, #"{"a":1.0}"#, #"{"a":1e2}"#, #"{"a":"\u0041"}"#,
            #"{"a":"\/"}"#, "{\"a\":1}\n", #"{"a":true}"#, #"{"a":null}"#, #"{"a":9007199254740992}"#, #"{"a":-0}"#,
            #"{"a":-9223372036854775808}"#, "", "{", "[01]",
        ])
    func otherSpellings(text: String) {
        #expect(throws: ModelError.self) { try CanonicalJSON(bytes: Array(text.utf8)) }
    }

    @Test("any value reads back as itself", arguments: 0..<200)
    func roundTrip(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let value = randomValue(depth: 4, using: &random)
        #expect(try CanonicalJSON(bytes: value.bytes) == value)
    }

    private func randomValue(depth: Int, using random: inout SeededGenerator) -> CanonicalJSON {
        func text() -> String {
            let scalars: [Unicode.Scalar] = [
                "a", "\"", "\\", "\n", "\u{1}", "é", "\u{1F600}", "\u{fb33}", "/", "\u{7f}",
            ]
            return String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0..<8, using: &random)).map { _ in
                        scalars.randomElement(using: &random) ?? "a"
                    }))
        }
        switch Int.random(in: 0..<(depth > 0 ? 4 : 2), using: &random) {
        case 0: return .string(text())
        case 1:
            return .integer(
                .random(in: -CanonicalJSON.maximumInteger...CanonicalJSON.maximumInteger, using: &random))
        case 2: return .array((0..<3).map { _ in randomValue(depth: depth - 1, using: &random) })
        default:
            var members: [String: CanonicalJSON] = [:]
            for _ in 0..<3 { members[text()] = randomValue(depth: depth - 1, using: &random) }
            return .object(members)
        }
    }
}
