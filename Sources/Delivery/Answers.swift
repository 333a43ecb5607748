public import Model

// The parts of SendGrid's answers that are read. Everything is optional that was ever seen to be missing; unknown keys
// and unknown values of enumerations are let pass.

// swift-format-ignore: AlwaysUseLowerCamelCase
struct ScopesBody: Decodable, Sendable {
    let scopes: [String]
}

struct ListBody: Decodable, Sendable {
    let name: String?
}

// swift-format-ignore: AlwaysUseLowerCamelCase
struct FieldDefinitionsBody: Decodable, Sendable {
    struct Field: Decodable, Sendable {
        let id: String
        let name: String
        let field_type: String
    }

    /// Absent in live answers when there are none.
    let custom_fields: [Field]?
    let reserved_fields: [Field]?
}

// swift-format-ignore: AlwaysUseLowerCamelCase
struct UpsertBody: Decodable, Sendable {
    let job_id: String
}

// swift-format-ignore: AlwaysUseLowerCamelCase
struct JobBody: Decodable, Sendable {
    struct Results: Decodable, Sendable {
        let requested_count: Int?
        let created_count: Int?
        let updated_count: Int?
        let errored_count: Int?
        let errors_url: String?
    }

    let status: String
    let results: Results?
}

struct ErrorsBody: Decodable, Sendable {
    struct Item: Decodable, Sendable {
        let field: String?
        let message: String?
    }

    let errors: [Item]
}

// swift-format-ignore: AlwaysUseLowerCamelCase
struct SearchBody: Decodable, Sendable {
    struct Found: Decodable, Sendable {
        struct Contact: Decodable, Sendable {
            let id: String
            let email: String?
            let list_ids: [String]?
        }

        let contact: Contact?
    }

    let result: [String: Found]
}

// swift-format-ignore: AlwaysUseLowerCamelCase
struct ImportBody: Decodable, Sendable {
    struct Header: Decodable, Sendable {
        let header: String
        let value: String
    }

    let job_id: String
    let upload_uri: String
    let upload_headers: [Header]?
}

struct SuppressionBody: Decodable, Sendable {
    let email: String?
}

/// How a job stands.
public struct JobReport: Sendable {
    /// The states of a job.
    public enum State: String, Sendable {
        /// Not finished, whatever the counts say.
        case pending
        /// Finished without errors.
        case completed
        /// Finished; some contacts were refused.
        case errored
        /// Finished; all contacts were refused, or the job could not be processed.
        case failed
    }

    /// The state; a word that this version does not know counts as pending, and the bound on waiting ends it.
    public let state: State
    /// How many contacts were refused so far; absent in the answer means none yet.
    public let errored: Int
    /// How many were created or updated so far.
    public let stored: Int
    /// Where the reasons of the refused ones can be read, if that is said: an address that opens to whoever has it.
    public let errorFile: Personal<String>?

    init(_ body: JobBody) {
        state = State(rawValue: body.status) ?? .pending
        errored = body.results?.errored_count ?? 0
        errorFile = body.results?.errors_url.map { Personal($0) }
        stored = (body.results?.created_count ?? 0) + (body.results?.updated_count ?? 0)
    }
}
