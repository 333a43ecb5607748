public import FoundationEssentials

/// What a sandbox holds at one moment.
public struct SandboxState: Sendable {
    /// A list and how many contacts are on it.
    public struct ListState: Sendable, Codable, Hashable {
        /// The list's identifier.
        public let id: String
        /// The list's name.
        public let name: String
        /// How many contacts are on it.
        public let memberCount: Int

        private enum CodingKeys: String, CodingKey {
            case id, name
            case memberCount = "member_count"
        }
    }

    /// A contact.
    public struct ContactState: Sendable, Codable, Hashable {
        /// The identifier the sandbox gave it.
        public let id: String
        /// Its fields that are not empty: `first_name`, `city`; custom ones under their identifier, `e1_T`.
        public let fields: [String: String]
        /// The lists it is on.
        public let listIDs: Set<String>
        /// When the request that made it was accepted.
        public let created: Date
        /// When a job last changed it.
        public let updated: Date

        private enum CodingKeys: String, CodingKey {
            case id, fields, created, updated
            case listIDs = "list_ids"
        }
    }

    /// A job.
    public struct JobState: Sendable, Codable, Hashable {
        /// The identifier that the 202 gave.
        public let id: String
        /// `upsert_contacts`, `contacts_import` or `delete`.
        public let type: String
        /// `pending`, `completed`, `errored` or `failed`; by a fault, `processing`.
        public let status: String
        /// How many contacts the request named; of a file, 0 until it is uploaded.
        public let requested: Int
        /// How many became new contacts.
        public let created: Int
        /// How many changed existing ones.
        public let updated: Int
        /// How many were taken off a list.
        public let deleted: Int
        /// How many were errors.
        public let errored: Int
    }

    /// The lists, oldest first.
    public let lists: [ListState]
    /// The contacts by lower-case address.
    public let contacts: [String: ContactState]
    /// The jobs, oldest first.
    public let jobs: [JobState]
    /// The requests to `/v3` and to error files, in order of arrival.
    public let requests: [RecordedRequest]
}
