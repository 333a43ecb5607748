/// A JSON value as it was written: numbers by their digits, objects in order.
indirect enum JSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Sendable, Equatable {
        var name: String
        var value: JSONValue
    }

    /// What kind of value it is, in words.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// A value in a document and where it stands there.
struct JSONNode {
    let file: String
    /// `rowsets[1].criteria`; empty for the document itself.
    let path: String
    let value: JSONValue

    func error(_ problem: String) -> EngineError { .definition(file: file, path: path, problem: problem) }

    private func wrongKind(_ wanted: String) -> EngineError {
        error("this is \(value.kind), and \(wanted) is expected")
    }

    /// The member of this name; nil without one and for null, which Customer Insights writes for what is not set.
    func member(_ name: String) throws(EngineError) -> JSONNode? {
        guard case .object(let members) = value else { throw wrongKind("an object") }
        guard let found = members.first(where: { $0.name == name }), found.value != .null else { return nil }
        return JSONNode(file: file, path: Self.path(path, name), value: found.value)
    }

    /// The member of this name.
    func require(_ name: String) throws(EngineError) -> JSONNode {
        guard let member = try member(name) else {
            throw .definition(file: file, path: Self.path(path, name), problem: "it is missing")
        }
        return member
    }

    func items() throws(EngineError) -> [JSONNode] {
        guard case .array(let items) = value else { throw wrongKind("a list") }
        return items.enumerated().map { JSONNode(file: file, path: "\(path)[\($0.offset)]", value: $0.element) }
    }

    func text() throws(EngineError) -> String {
        guard case .string(let text) = value else { throw wrongKind("a text") }
        return text
    }

    /// One of the words that can stand there.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) throws(EngineError) -> Word {
        guard let word = Word(rawValue: try text()) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw error("this is none of \(known)")
        }
        return word
    }

    func flag() throws(EngineError) -> Bool {
        guard case .boolean(let flag) = value else { throw wrongKind("true or false") }
        return flag
    }

    /// Whether there is something in it: no empty list, no empty text.
    var isFilled: Bool {
        switch value {
        case .null: false
        case .array(let items): !items.isEmpty
        case .string(let text): !text.isEmpty
        default: true
        }
    }

    static func path(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
