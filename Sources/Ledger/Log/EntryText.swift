/// What in a text the log may not hold because it is somebody's: an address, in whatever spelling.
///
/// Not the character `@`, which cron's `@daily` has as well.
public enum EntryText {
    /// Whether `text` holds something with the shape of an address: `who@example.com`, also with `＠`, `%40` or `(at)`,
    /// and with blanks around them if a domain follows.
    public static func holdsAddress(_ text: String) -> Bool {
        guard text.utf8.contains(where: mayHideOne) else { return false }
        let scalars = Array(plain(text).unicodeScalars)
        for index in scalars.indices where scalars[index] == "@" {
            let before = index > 0 ? scalars[index - 1] : " "
            let after = index + 1 < scalars.count ? scalars[index + 1] : " "
            if !isBlank(before), !isBlank(after) { return true }
            let words = scalars[(index + 1)...].drop(while: isBlank)
            // Of a host alone, as in "@daily", nobody can be told; of a domain with something before it, somebody may.
            let isPreceded = scalars[..<index].contains { !isBlank($0) }
            if isPreceded, isDomain(words.prefix { !isBlank($0) }) { return true }
        }
        return false
    }

    /// Whether a profile's field may be named so in the log: without an address, unless it is an annotation.
    public static func isFieldName(_ name: String) -> Bool { isAnnotation(name) || !holdsAddress(name) }

    /// Whether a field's name is an annotation as OData has them: `@odata.etag`, `email@OData.type`,
    /// `email@Microsoft.Dynamics.CRM.lookuplogicalname`.
    ///
    /// Behind the `@` stands a term, not a domain: one word, or words of which the first is `odata` or has a capital, and
    /// the last is no top-level domain.
    static func isAnnotation(_ name: String) -> Bool {
        let halves = name.split(separator: "@", omittingEmptySubsequences: false)
        guard halves.count == 2, plain(name) == name.lowercased(), name.unicodeScalars.allSatisfy({ !isBlank($0) })
        else {
            return false
        }
        let term = halves[1].prefix { $0 != "#" }
        let words = term.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = words.first, let last = words.last,
            words.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isTermByte) }),
            EntryShape.contentProblem(String(halves[0])) == nil
        else { return false }
        guard words.count > 1 else { return true }
        let isNamespace = first.lowercased() == "odata" || first.utf8.first.map { (0x41...0x5A).contains($0) } ?? false
        return isNamespace && !isTopLevel(last)
    }

    private static func isTermByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }

    /// Whether a word ends domains: one of two or three letters, or one of the longer that are common.
    private static func isTopLevel(_ word: Substring) -> Bool {
        let lower = word.lowercased()
        guard word.allSatisfy({ $0.isLetter }) else { return false }
        // OData's own term, which is also Indonesia's.
        return lower != "id" && (2...3).contains(lower.utf8.count)
            || ["info", "mobi", "shop", "store", "online", "cloud", "tech", "site", "email", "live", "news", "club"]
                .contains(lower)
    }

    private static func isDomain(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        let labels = word.split(separator: ".", omittingEmptySubsequences: false)
        return zip(labels, labels.dropFirst()).contains { left, right in
            // The last part of a domain starts with a letter, that of a price does not.
            left.last.map { isLetterOrDigit($0) } ?? false && right.first?.properties.isAlphabetic ?? false
        }
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
    }

    /// Most texts have none of the characters that an address, however it is spelt, cannot do without.
    private static func mayHideOne(_ byte: UInt8) -> Bool {
        byte >= 0x80 || [0x40, 0x25, 0x26, 0x28, 0x5B, 0x7B, 0x5C].contains(byte)
    }

    /// In small letters, with one spelling of what stands for `@` and for the dot of a domain.
    private static func plain(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{FF20}", "\u{FE6B}": scalars.append("@")
            case "\u{3002}", "\u{FF0E}", "\u{FF61}": scalars.append(".")
            default: scalars.append(scalar)
            }
        }
        var plain = String(scalars).lowercased()
        for spelling in ["%40", "&#64;", "&#x40;", "&commat;", "\\u0040", "(at)", "[at]", "{at}"] {
            plain.replace(spelling, with: "@")
        }
        return plain
    }
}
