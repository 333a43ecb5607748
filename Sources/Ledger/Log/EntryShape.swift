internal import Model

/// What a value in an entry may be.
///
/// Part of the format: the log's writer refuses what does not fit, the audit reports it (I6).
indirect enum EntryShape: Sendable {
    /// Text without an address or an API key in it.
    case text
    /// The name of a profile's field: text that may be annotated, as `email@OData.type`.
    case fieldName
    /// The type or the text of an SSH public key: its algorithm may end in `@openssh.com`.
    case sshKey
    /// A whole number of at most 2^53 - 1 in size.
    case integer
    /// 64 lower-case hexadecimal digits.
    case digest
    /// `2026-11-23T12:00:00Z`.
    case time
    /// `yes` or `no`.
    case flag
    /// An array.
    case list(EntryShape)
    /// An object with names for keys, such as field names.
    case map(EntryShape)
    /// An object with these keys or some of them.
    case record([String: EntryShape])

    /// Says how `value` breaks this shape, or nil if it does not.
    ///
    /// Never quotes a value.
    func problem(in value: CanonicalJSON, at place: String) -> String? {
        switch (self, value) {
        case (.text, .string(let text)): Self.contentProblem(text).map { "\(place) \($0)" }
        case (.fieldName, .string(let text)):
            EntryText.isAnnotation(text) ? nil : Self.contentProblem(text).map { "\(place) \($0)" }
        case (.sshKey, .string(let text)): Self.contentProblem(Self.withoutVendor(text)).map { "\(place) \($0)" }
        case (.integer, .integer(let number)):
            number.magnitude <= CanonicalJSON.maximumInteger.magnitude ? nil : "\(place) is beyond 2^53 - 1"
        case (.digest, .string(let text)): Self.isDigest(text) ? nil : "\(place) is no SHA-256 in hexadecimal"
        case (.time, .string(let text)): Self.isTime(text) ? nil : "\(place) is no RFC 3339 time in UTC"
        case (.flag, .string(let text)): text == "yes" || text == "no" ? nil : "\(place) is neither yes nor no"
        case (.list(let item), .array(let items)):
            items.lazy.compactMap { item.problem(in: $0, at: "an item of \(place)") }.first
        case (.map(let item), .object(let members)):
            members.lazy.compactMap { name, value in
                Self.contentProblem(name).map { "a key of \(place) \($0)" }
                    ?? item.problem(in: value, at: "a value of \(place)")
            }.first
        case (.record(let shapes), .object(let members)): Self.problem(in: members, shapes, at: place)
        default: "\(place) has the wrong kind of value"
        }
    }

    private static func problem(
        in members: [String: CanonicalJSON], _ shapes: [String: EntryShape], at place: String
    ) -> String? {
        // In order of the keys, so that the same entry always gets the same answer.
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let shape = shapes[key] else { return "\(quotable(key)) may not be in \(place)" }
            if let problem = shape.problem(in: value, at: "'\(key)'") { return problem }
        }
        return nil
    }

    /// An unknown key may itself be personal data, so only plain words are quoted.
    private static func quotable(_ key: String) -> String {
        let isWord = key.utf8.count <= 40 && key.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
        return isWord ? "the key '\(key)'" : "a key of its own making"
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func isTime(_ text: String) -> Bool {
        let form = "0000-00-00T00:00:00Z".utf8
        return text.utf8.count == form.count
            && zip(text.utf8, form).allSatisfy { $1 == 0x30 ? (0x30...0x39).contains($0) : $0 == $1 }
    }
}

extension EntryShape {
    /// Says what in `text` the log may not hold: an address, or something with the shape of a SendGrid API key.
    static func contentProblem(_ text: String) -> String? {
        if EntryText.holdsAddress(text) { return "has an address in it" }
        if holdsKey(Array(text.utf8)) { return "has something like an API key in it" }
        return nil
    }

    /// Looks for `SG.`, not within a word, followed by word characters and a dot.
    private static func holdsKey(_ bytes: [UInt8]) -> Bool {
        let mark = Array("SG.".utf8)
        for start in bytes.indices.dropLast(mark.count) where bytes[start] == mark[0] {
            guard bytes[start...].starts(with: mark), start == 0 || !isWord(bytes[start - 1]) else { continue }
            let rest = bytes[(start + mark.count)...]
            let word = rest.prefix(while: isWord)
            if !word.isEmpty, rest.dropFirst(word.count).first == UInt8(ascii: ".") { return true }
        }
        return false
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    private static func withoutVendor(_ key: String) -> String {
        var words = key.split(separator: " ", omittingEmptySubsequences: false)
        let vendor = "@openssh.com"
        if let first = words.first, first.hasSuffix(vendor) { words[0] = first.dropLast(vendor.count) }
        return words.joined(separator: " ")
    }
}
