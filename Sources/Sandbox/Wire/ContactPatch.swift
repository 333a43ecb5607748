/// One contact as a job will write it.
struct ContactPatch: Sendable {
    /// What the sandbox tells contacts apart by: the lower-case address, else the first other identifier.
    ///
    /// Known gap: a contact with an address is not found by its other identifiers.
    let key: String
    var text: [ContactKey: String]
    var alternateEmails: [String]?
    var customFields: [String: JSON]

    /// What a job's error file calls it.
    var label: String { text[.email] ?? key }

    /// Takes over what `later`, of the same contact and the same request, says.
    mutating func merge(_ later: ContactPatch) {
        text.merge(later.text) { _, new in new }
        alternateEmails = later.alternateEmails ?? alternateEmails
        customFields.merge(later.customFields) { _, new in new }
    }
}

/// A row that the job reports as an error.
struct RowRejection: Sendable {
    let email: String
    let reason: String
}
