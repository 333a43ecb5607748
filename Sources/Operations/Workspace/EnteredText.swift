internal import Model

/// Checks texts where a person enters them: what is not seen as what it is must not get into a statement that somebody
/// signs, nor into the log.
enum EnteredText {
    /// - Throws: ``OperationError/hiddenCharacter(place:character:)``.
    static func require(_ text: String, _ place: String, allowingLines: Bool = false) throws(OperationError) {
        if let character = VisibleText.firstHidden(in: text, allowingLines: allowingLines) {
            throw .hiddenCharacter(place: place, character: character)
        }
    }

    /// - Throws: ``OperationError/hiddenCharacter(place:character:)``.
    static func require(_ texts: some Sequence<String>, _ place: String) throws(OperationError) {
        for text in texts { try require(text, place) }
    }
}
