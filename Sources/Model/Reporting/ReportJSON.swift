/// A report as JSON: one line, keys in snake_case and in order, and every key of a report always there.
///
/// What a report has no value for is null, so that who reads it needs to know one spelling of absence only. That is why
/// this is not JSONEncoder, which leaves such keys out.
public enum ReportJSON {
    /// The JSON text of `report`.
    /// - Throws: `EncodingError` for a number that JSON cannot hold.
    public static func text(_ report: some Encodable) throws -> String {
        let node = ReportNode()
        try node.take(report)
        var bytes: [UInt8] = []
        node.write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The name that a property has in JSON: `baseUrl` is `base_url`.
    static func snakeCase(_ name: String) -> String {
        let letters = Array(name)
        var out = ""
        for (index, letter) in letters.enumerated() {
            guard letter.isUppercase else {
                out.append(letter)
                continue
            }
            let followsWord = index > 0 && !letters[index - 1].isUppercase && letters[index - 1] != "_"
            let beginsWord = index > 0 && index + 1 < letters.count && letters[index + 1].isLowercase
            if followsWord || (beginsWord && letters[index - 1] != "_") { out.append("_") }
            out.append(contentsOf: letter.lowercased())
        }
        return out
    }
}

/// A value of a report while it is being encoded; a class, because containers fill it after they were handed out.
final class ReportNode {
    private enum Content {
        case scalar([UInt8])
        case array([ReportNode])
        case object([String: ReportNode])
    }

    private var content = Content.scalar(Array("null".utf8))

    /// Takes `value`, whatever it is.
    func take(_ value: any Encodable) throws {
        switch value {
        case let flag as Bool: content = .scalar(Array((flag ? "true" : "false").utf8))
        case let text as String: takeText(text)
        case let number as any BinaryInteger: content = .scalar(Array("\(number)".utf8))
        case let number as any BinaryFloatingPoint: try takeNumber(Double(number))
        // The keys of a dictionary are data, such as the names of segments, and stay as they are.
        case let members as [String: any Encodable]:
            becomeObject()
            for (key, member) in members { try append(key: key).take(member) }
        default: try value.encode(to: ReportEncoder(node: self))
        }
    }

    private func takeText(_ text: String) {
        var bytes: [UInt8] = []
        JSONText.writeVisible(text, to: &bytes)
        content = .scalar(bytes)
    }

    private func takeNumber(_ number: Double) throws {
        guard number.isFinite else {
            throw EncodingError.invalidValue(
                number, EncodingError.Context(codingPath: [], debugDescription: "JSON has no such number"))
        }
        let text = "\(number)"
        content = .scalar(Array((text.hasSuffix(".0") ? String(text.dropLast(2)) : text).utf8))
    }

    /// Makes it an object, with what it has if it is one.
    func becomeObject() {
        if case .object = content { return }
        content = .object([:])
    }

    /// Makes it an array, with what it has if it is one.
    func becomeArray() {
        if case .array = content { return }
        content = .array([])
    }

    /// How many items it has as an array.
    var count: Int {
        if case .array(let items) = content { items.count } else { 0 }
    }

    /// A new member of the object, null until something is taken.
    func append(key: String) -> ReportNode {
        let node = ReportNode()
        if case .object(var members) = content {
            members[key] = node
            content = .object(members)
        }
        return node
    }

    /// A new item of the array, null until something is taken.
    func append() -> ReportNode {
        let node = ReportNode()
        if case .array(var items) = content {
            items.append(node)
            content = .array(items)
        }
        return node
    }

    func write(to out: inout [UInt8]) {
        switch content {
        case .scalar(let bytes): out.append(contentsOf: bytes)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                item.write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONText.writeVisible(member.key, to: &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }
}
