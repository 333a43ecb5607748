/// Keeps secrets out of what is said about a command line: somebody may have given a key where its file was asked for.
enum Redaction {
    /// `text` without what has the shape of a SendGrid API key or of a private key.
    static func text(_ text: String) -> String {
        if text.contains("PRIVATE KEY") || text.contains(opensshKey) {
            return "a private key was given where something else was expected; it is not shown"
        }
        guard text.contains("SG.") else { return text }
        var shown = ""
        var rest = text[...]
        while let mark = rest.firstRange(of: "SG.") {
            let word = rest[mark.upperBound...].prefix(while: isKeyCharacter)
            // A key has two parts of some length; a domain of Singapore's has not.
            let isKey = word.utf8.count >= 16
            shown += rest[..<mark.upperBound] + (isKey ? "…" : word)
            rest = rest[word.endIndex...]
        }
        return shown + rest
    }

    /// What the base 64 of every key file of OpenSSH's begins with ("openssh-key-v1").
    private static let opensshKey = "b3BlbnNzaC1rZXktdjE"

    private static func isKeyCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
    }
}
