internal import Model

extension Statement {
    /// Makes sure, before it is issued, that whoever reads the statement reads what they sign: it has no character that
    /// is not seen as what it is, and what it says reads back as what was meant.
    ///
    /// Statements that were issued before stay as they are.
    /// - Throws: ``ConsentError/statementUnclear(field:problem:)``.
    public func requireClear() throws(ConsentError) {
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            guard let character = VisibleText.firstHidden(in: String(line)) else { continue }
            throw .statementUnclear(
                field: String(line.prefix { $0 != ":" }),
                problem: "has the character \(character) in it, which is not seen as what it is")
        }
        guard let again = try? Statement(bytes: bytes), again.parts == parts else {
            throw .statementUnclear(field: "layout", problem: "does not read back as what was meant")
        }
    }
}
