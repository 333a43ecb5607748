import FoundationEssentials

extension SandboxState.ContactState {
    init(_ contact: Contact) {
        var fields: [String: String] = [:]
        for (key, value) in contact.text { fields[key.rawValue] = value }
        for (id, value) in contact.customFields {
            switch value {
            case .string(let text): fields[id] = text
            case .number(let number): fields[id] = "\(number)"
            default: break
            }
        }
        if !contact.alternateEmails.isEmpty {
            fields[ContactKey.alternateEmails.rawValue] = contact.alternateEmails.joined(separator: ",")
        }
        self.init(
            id: contact.id, fields: fields, listIDs: contact.listIDs, created: contact.created,
            updated: contact.updated)
    }
}

extension SandboxState.JobState {
    init(_ job: Job, at now: Date) {
        self.init(
            id: job.id, type: job.type, status: job.toldStatus(at: now), requested: job.requested,
            created: job.counts.created, updated: job.counts.updated, deleted: job.counts.deleted,
            errored: job.rejections.count)
    }
}

extension Account {
    var listStates: [SandboxState.ListState] {
        book.lists.map { .init(id: $0.id, name: $0.name, memberCount: book.memberCount(of: $0.id)) }
    }

    var jobStates: [SandboxState.JobState] {
        let now = Date()
        return jobOrder.compactMap { id in jobs[id].map { SandboxState.JobState($0, at: now) } }
    }

    /// Everything there is.
    func snapshot() -> SandboxState {
        settle()
        return SandboxState(
            lists: listStates, contacts: book.contacts.mapValues(SandboxState.ContactState.init), jobs: jobStates,
            requests: requests)
    }

    /// The snapshot without the contacts, for `GET /sandbox/state`.
    func summary() -> SandboxSummary {
        settle()
        return SandboxSummary(
            lists: listStates, contactCount: book.contacts.count, jobs: jobStates, requests: requests)
    }

    /// The contacts of one list, or all, in the order of their addresses.
    func contacts(on list: String?) -> [SandboxState.ContactState] {
        settle()
        return book.newest(.max, on: list).map(SandboxState.ContactState.init)
    }
}

/// The body of `GET /sandbox/state`.
struct SandboxSummary: Encodable {
    let lists: [SandboxState.ListState]
    let contactCount: Int
    let jobs: [SandboxState.JobState]
    let requests: [RecordedRequest]

    private enum CodingKeys: String, CodingKey {
        case lists, jobs, requests
        case contactCount = "contact_count"
    }
}
