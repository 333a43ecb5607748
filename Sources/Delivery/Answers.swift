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
        let requested_count: AnswerCount?
        let created_count: AnswerCount?
        let updated_count: AnswerCount?
        let errored_count: AnswerCount?
        let errors_url: String?
    }

    let status: String
    let results: Results?
}

/// A count in an answer: whatever stands there, reading it ends in a number or in the knowledge that it is none.
struct AnswerCount: Decodable, Sendable, Equatable {
    /// From 0 to a thousand million, which is more contacts than any account holds; nil if it is anything else.
    let value: Int?

    init(from decoder: any Decoder) throws {
        let number = try? decoder.singleValueContainer().decode(Int.self)
        value = number.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil }
    }
}

// swift-format-ignore: AlwaysUseLowerCamelCase
struct SearchBody: Decodable, Sendable {
    /// What is said of one address; what cannot be read says nothing, and does not keep the others from being read.
    struct Found: Decodable, Sendable {
        struct Contact: Decodable, Sendable {
            let id: String
            let email: String?
            let list_ids: [String]?
        }

        let contact: Contact?
        /// Why there is no contact.
        let error: String?

        private enum Key: String, CodingKey {
            case contact, error
        }

        init(from decoder: any Decoder) throws {
            let box = try? decoder.container(keyedBy: Key.self)
            contact = try? box?.decodeIfPresent(Contact.self, forKey: .contact)
            error = try? box?.decodeIfPresent(String.self, forKey: .error)
        }
    }

    let result: [String: Found]
    /// Whether it says, beside its result, that something went wrong.
    let hasErrors: Bool

    private enum Key: String, CodingKey {
        case result, errors
    }

    init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: Key.self)
        result = try box.decode([String: Found].self, forKey: .result)
        let isSaid = box.contains(.errors) && (try? box.decodeNil(forKey: .errors)) != true
        hasErrors = isSaid && (try? box.nestedUnkeyedContainer(forKey: .errors))?.isAtEnd != true
    }
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
    /// Who is not to be mailed: an entry that does not say so is no entry of the documented form.
    let email: String
}

// swift-format-ignore: AlwaysUseLowerCamelCase
struct ListCountBody: Decodable, Sendable {
    let contact_count: AnswerCount?
}
