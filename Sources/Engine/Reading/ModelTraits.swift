/// What the traits of a partition or an entity say, by the names of their arguments.
///
/// How traits nest differs between writers (`cdm:traits`, `exhibitsTraits`; a name, an object with arguments, a list of
/// names and values), so names are looked for at any depth. Of several values the first counts.
struct ModelTraits {
    private var values: [String: JSONValue] = [:]

    init(_ node: JSONNode) throws(EngineError) {
        for name in ["cdm:traits", "traits", "exhibitsTraits"] {
            if let traits = try node.member(name) { add(traits.value) }
        }
    }

    private mutating func add(_ value: JSONValue) {
        switch value {
        case .string(let name): note(name, .boolean(true))
        case .array(let items): for item in items { add(item) }
        case .object(let members):
            let named = members.first { $0.name == "name" }?.value
            let stated = members.first { $0.name == "value" }?.value
            if case .string(let name) = named { note(name, stated ?? .boolean(true)) }
            for member in members where !["name", "value"].contains(member.name) {
                if case .string(let name) = member.value, member.name == "traitReference" {
                    note(name, .boolean(true))
                } else if case .string = member.value {
                    note(member.name, member.value)
                } else if case .boolean = member.value {
                    note(member.name, member.value)
                } else {
                    add(member.value)
                }
            }
        default: break
        }
    }

    /// A name counts by its last part: `is.partition.format.raggedRight`.
    private mutating func note(_ name: String, _ value: JSONValue) {
        let key = (name.split(separator: ".").last.map(String.init) ?? name).lowercased()
        if values[key] == nil { values[key] = value }
    }

    /// The text of this name.
    func text(_ name: String) -> String? {
        guard case .string(let text) = values[name.lowercased()] else { return nil }
        return text
    }

    /// Whether the flag of this name is set; nil if nothing is said of it.
    func flag(_ name: String) -> Bool? { values[name.lowercased()].flatMap(Self.flag) }

    /// True or false, which some writers put in quotes.
    static func flag(_ value: JSONValue) -> Bool? {
        switch value {
        case .boolean(let flag): flag
        case .string(let text): ["true": true, "false": false][text.lowercased()]
        default: nil
        }
    }
}
