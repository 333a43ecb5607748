/// SendGrid's own words, made fit to be shown: they may quote what was sent.
///
/// What is kept is ASCII, outside quotation marks, and looks like a word of a sentence. Everything else becomes `…`: what
/// is quoted, whatever holds an at sign of any width, numbers that could be a telephone's or a key's, names. What is lost
/// is in SendGrid's answer only, whose digest is on the log.
enum AnswerWords {
    /// Of one answer.
    static let longest = 300

    /// The words about at most three different errors.
    static func clean(_ errors: [(field: String, message: String)]) -> String {
        var sentences: [String] = []
        for (field, message) in errors {
            let text = clean(message)
            let name = isName(field) ? "\(field): " : ""
            guard !text.isEmpty, text != "…", !sentences.contains(name + text) else { continue }
            sentences.append(name + text)
            if sentences.count == 3 { break }
        }
        let joined = sentences.joined(separator: "; ")
        return joined.count <= longest ? joined : String(joined.prefix(longest - 1)) + "…"
    }

    /// One message.
    static func clean(_ message: String) -> String {
        // More than can be shown is not looked at: the size of an answer is bounded elsewhere.
        let scalars = withoutQuotations(Array(message.unicodeScalars.prefix(4 * longest)))
        var words: [String] = []
        for word in scalars.split(whereSeparator: { isBlank($0) }) {
            let kept = isPlain(word) ? word.reduce(into: "") { $0.unicodeScalars.append($1) } : "…"
            if kept != "…" || words.last != "…" { words.append(kept) }
        }
        return words.joined(separator: " ")
    }

    /// `list_ids`, `contacts[5].email`, `custom_fields.e1_T`: nothing that could be a value.
    private static func isName(_ field: String) -> Bool {
        (1...60).contains(field.utf8.count)
            && field.utf8.allSatisfy {
                isLetter($0) || isDigit($0)
                    || [UInt8(ascii: "_"), UInt8(ascii: "["), UInt8(ascii: "]"), 0x2E].contains($0)
            } && isPlain(Array(field.unicodeScalars)[...])
    }

    private static let quotes: [Unicode.Scalar: [Unicode.Scalar]] = [
        "\"": ["\""], "'": ["'"], "`": ["`", "'"], "\u{2018}": ["\u{2019}"], "\u{201C}": ["\u{201D}"],
        "\u{201E}": ["\u{201C}", "\u{201D}"], "\u{AB}": ["\u{BB}"], "\u{BB}": ["\u{AB}", "\u{BB}"], "<": [">"],
    ]

    /// Without what stands between quotation marks; an opening one that is never closed takes the rest with it.
    ///
    /// A mark within a word is an apostrophe, at the beginning of a quotation and at its end: `'o'brien'` is one.
    private static func withoutQuotations(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var kept: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            let scalar = text[index]
            guard let closing = quotes[scalar], index == 0 || !isWord(text[index - 1]) else {
                kept.append(scalar)
                index += 1
                continue
            }
            var end = index + 1
            while end < text.count,
                !(closing.contains(text[end]) && (end + 1 == text.count || !isWord(text[end + 1])))
            {
                end += 1
            }
            kept += [" ", "…", " "]
            index = end + 1
        }
        return kept
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic || scalar == "_" }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\n" }

    /// Whether it may be shown: a word of small letters, a short number, or one of the capitalised words that SendGrid
    /// uses of itself.
    private static func isPlain(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        guard word.count <= 40, word.allSatisfy({ (0x21...0x7E).contains($0.value) && $0 != "@" && $0 != "%" }) else {
            return false
        }
        let text = word.map { UInt8(truncatingIfNeeded: $0.value) }
        guard text.split(whereSeparator: { !isDigit($0) }).allSatisfy({ $0.count <= 6 }),
            text.count(where: isDigit) <= 8
        else { return false }
        let letters = text.drop { !isLetter($0) }
        guard let first = letters.first, (0x41...0x5A).contains(first) else { return true }
        let core = String(decoding: letters.prefix { isLetter($0) }, as: UTF8.self)
        return capitalised.contains(core)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static let capitalised: Set<String> = [
        "A", "API", "Access", "Account", "Address", "All", "An", "At", "Authorization", "Bad", "CSV", "Campaigns",
        "Cannot", "Contact", "Contacts", "Custom", "EU", "Email", "Error", "Failed", "Field", "Fields", "HTTP", "ID",
        "IDs", "IP", "Invalid", "It", "JSON", "KB", "Key", "List", "Lists", "MB", "Management", "Marketing", "Maximum",
        "Missing", "Must", "No", "Not", "Number", "Only", "Permission", "Plan", "Please", "Request", "SendGrid", "Some",
        "T", "N", "D", "Text", "The", "There", "This", "Too", "Twilio", "URL", "US", "UTF", "Unable", "Unauthorized",
        "Unknown", "User", "You", "Your",
    ]
}
