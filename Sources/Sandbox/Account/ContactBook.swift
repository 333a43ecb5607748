import FoundationEssentials

/// A contact as it is stored.
struct Contact: Sendable {
    let id: String
    let created: Date
    var updated: Date
    var text: [ContactKey: String] = [:]
    var alternateEmails: [String] = []
    var customFields: [String: JSON] = [:]
    var listIDs: Set<String> = []

    /// Writes what the patch says: what it leaves out stays, and an empty text clears.
    mutating func apply(_ patch: ContactPatch, listIDs added: [String], at time: Date) {
        for (key, value) in patch.text { text[key] = value.isEmpty ? nil : value }
        for (id, value) in patch.customFields { customFields[id] = value == "" ? nil : value }
        alternateEmails = patch.alternateEmails?.map { $0.lowercased() } ?? alternateEmails
        listIDs.formUnion(added)
        updated = time
    }
}

/// What becomes of one contact of a job.
enum ContactOutcome: Sendable, Equatable {
    case created
    case updated
    case rejected(reason: String)
}

/// The lists and the contacts on them.
struct ContactBook: Sendable {
    private(set) var lists: [SandboxList]
    private(set) var contacts: [String: Contact] = [:]
    /// From a contact's identifier, and from an alternate address, to the key it is stored under.
    private var keys: [String: String] = [:]
    private var alternates: [String: String] = [:]
    private var memberCounts: [String: Int] = [:]

    init(lists: [SandboxList]) {
        self.lists = lists
    }

    mutating func add(_ list: SandboxList) {
        lists.append(list)
    }

    func list(_ id: String) -> SandboxList? {
        lists.first { $0.id == id }
    }

    func memberCount(of list: String) -> Int {
        memberCounts[list, default: 0]
    }

    func holds(contactID: String) -> Bool {
        keys[contactID] != nil
    }

    /// The contact with this address, be it the first or an alternate one.
    func contact(email: String) -> Contact? {
        let wanted = email.lowercased()
        return contacts[wanted] ?? alternates[wanted].flatMap { contacts[$0] }
    }

    /// The newest contacts, of one list or of all, in the order of their addresses.
    func newest(_ count: Int, on list: String? = nil) -> [Contact] {
        var found = Array(contacts.values)
        if let list { found.removeAll { !$0.listIDs.contains(list) } }
        if found.count > count {
            found.sort { ($0.updated, $0.id) > ($1.updated, $1.id) }
            found.removeSubrange(count...)
        }
        return found.sorted { $0.text[.email, default: ""] < $1.text[.email, default: ""] }
    }

    /// What applying the patch would come to.
    func outcome(of patch: ContactPatch) -> ContactOutcome {
        guard let known = contacts[patch.key] else { return .created }
        // "In order to update a contact, all of its existing identifiers must be present."
        for identifier in ContactKey.identifiers where known.text[identifier] != nil {
            guard patch.text[identifier] == known.text[identifier] else {
                return .rejected(reason: "all existing identifiers must be present")
            }
        }
        return .updated
    }

    /// Creates or updates the contact and puts it on the lists.
    @discardableResult
    mutating func apply(
        _ patch: ContactPatch, listIDs: [String], accepted: Date, finished: Date
    ) -> ContactOutcome {
        let outcome = outcome(of: patch)
        if case .rejected = outcome { return outcome }
        var contact =
            contacts[patch.key] ?? Contact(id: UUID().uuidString.lowercased(), created: accepted, updated: finished)
        for list in Set(listIDs) where !contact.listIDs.contains(list) { memberCounts[list, default: 0] += 1 }
        for email in contact.alternateEmails { alternates[email] = nil }
        contact.apply(patch, listIDs: listIDs, at: finished)
        for email in contact.alternateEmails { alternates[email] = patch.key }
        contacts[patch.key] = contact
        keys[contact.id] = patch.key
        return outcome
    }

    /// Takes a contact off a list; it stays a contact.
    mutating func remove(contactID: String, from list: String, at time: Date) {
        guard let key = keys[contactID], contacts[key]?.listIDs.remove(list) != nil else { return }
        contacts[key]?.updated = time
        memberCounts[list, default: 0] -= 1
    }
}
