internal import FoundationEssentials

/// The errors of an answer, as far as they can be read: SendGrid documents them as an array of `field` and `message`, and
/// was seen to leave out or empty either.
struct AnswerErrors: Sendable {
    struct Item: Decodable, Sendable {
        let field: String
        let message: String

        private enum Key: String, CodingKey {
            case field, message, parameter
        }

        init(from decoder: any Decoder) throws {
            let box = try decoder.container(keyedBy: Key.self)
            func text(_ key: Key) -> String { ((try? box.decodeIfPresent(String.self, forKey: key)) ?? nil) ?? "" }
            field = [text(.field), text(.parameter)].first { !$0.isEmpty } ?? ""
            message = text(.message)
        }
    }

    private struct Body: Decodable {
        let errors: [Item]
    }

    /// In their order, the first thousand; none if the body is of another form.
    let items: [Item]

    init(_ body: [UInt8]) {
        let data = Data(body)
        let decoder = JSONDecoder()
        // The answer about an unknown list is the array alone.
        let errors = try? decoder.decode(Body.self, from: data).errors
        items = Array((errors ?? (try? decoder.decode([Item].self, from: data)) ?? []).prefix(1000))
    }

    /// Why contacts are refused, as a stable slug: for their addresses, or for something else in them.
    var contactReason: String {
        let isAboutAddress = items.contains { item in
            item.field.hasSuffix("email") || item.field.hasPrefix("emails")
                || (item.field.isEmpty && item.message.lowercased().contains("email"))
        }
        return isAboutAddress ? "address-refused" : "contact-refused"
    }

    /// What the answer says, cleaned of values; see ``AnswerWords``.
    var words: String { AnswerWords.clean(items.map { (field: $0.field, message: $0.message) }) }
}

/// What a 400 is about.
enum BadRequest: Sendable, Equatable {
    /// These places of the request, all within it; sorted.
    case places([Int])
    /// One or some of what the request holds, without saying which.
    case somebody
    /// A custom field that the account does not have, or not yet.
    case unknownCustomField
    /// The request as such: its list, its form, its size.
    case request

    /// Reads an answer to a request that holds `count` of `collection`, `contacts` or `emails`.
    ///
    /// Only if every error is about what the request holds is the answer: a request with a wrong list is not made better
    /// by sending fewer people. A place that is negative or beyond the request is none, and names nobody.
    init(_ errors: AnswerErrors, count: Int, of collection: String) {
        var places: Set<Int> = []
        var isAboutSomebody = false
        for item in errors.items {
            switch Subject(item, collection) {
            case .place(let place) where (0..<count).contains(place): places.insert(place)
            case .place, .noPlace: break
            case .somebody: isAboutSomebody = true
            case .customField:
                self = .unknownCustomField
                return
            case .request:
                self = .request
                return
            }
        }
        self = !places.isEmpty ? .places(places.sorted()) : isAboutSomebody ? .somebody : .request
    }

    private enum Subject {
        case place(Int)
        /// What looks like a place, and is none.
        case noPlace
        case somebody
        case customField
        case request

        init(_ item: AnswerErrors.Item, _ collection: String) {
            if let found = Self.path(item.field, collection) {
                self = found
            } else if Self.contactFields.contains(item.field) {
                self = Self.blamesValue(item.message) ? .somebody : .request
            } else if !item.field.isEmpty {
                let isAboutField = item.field.hasPrefix("custom_fields") && item.message.contains("custom field")
                self = isAboutField ? .customField : .request
            } else {
                self.init(message: item.message, collection)
            }
        }

        /// An error without a field: only words that can mean nothing else are taken to be about somebody.
        private init(message: String, _ collection: String) {
            let text = message.lowercased()
            let named = text.firstRange(of: collection + "[").map { text[$0.lowerBound...] }
            if let found = named.flatMap({ Self.path($0, collection) }) {
                self = found
            } else if text.contains("custom field") {
                self = .customField
            } else if ["email", "e-mail"].contains(where: { text.contains($0) }), Self.blamesValue(message) {
                self = .somebody
            } else {
                self = .request
            }
        }

        /// `contacts[5]`, `contacts[5].email`, `contacts.5.email`; nil if it is none of these, `contacts` alone included.
        private static func path(_ field: some StringProtocol, _ collection: String) -> Subject? {
            guard field.hasPrefix(collection) else { return nil }
            let rest = field.dropFirst(collection.count)
            guard let mark = rest.first, mark == "[" || mark == "." || mark == "/" else { return nil }
            let index = rest.dropFirst().prefix { $0 != "]" && $0 != "." && $0 != "/" }
            guard mark != "[" || rest.dropFirst(index.count + 1).first == "]" else { return .noPlace }
            guard !index.isEmpty, index.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let place = Int(index) else {
                return .noPlace
            }
            return .place(place)
        }

        /// The fields of a contact, named without saying whose.
        private static let contactFields: Set<String> = [
            "email", "first_name", "last_name", "country", "state_province_region", "city", "postal_code",
        ]

        /// Whether a message that does not say whose value it means says that a value is wrong.
        ///
        /// The account has an address and a country as well: a message that speaks of it, of the sender or of the list
        /// is not about a contact. What is quoted says nothing of what is wrong.
        private static func blamesValue(_ message: String) -> Bool {
            let text = message.lowercased()
            let words = text.split(whereSeparator: \.isWhitespace).filter { !$0.contains("@") }
                .flatMap { $0.split { !$0.isLetter } }.map(String.init)
            guard wordsOfRequests.isDisjoint(with: words) else { return false }
            let said = AnswerWords.clean(text)
            return faults.contains { said.contains($0) }
        }

        private static let faults = [
            "invalid", "not valid", "not a valid", "malformed", "too long", "length", "exceed",
        ]

        private static let wordsOfRequests: Set<String> = [
            "your", "you", "account", "accounts", "sender", "senders", "from", "list", "lists", "plan", "user",
            "subuser", "key", "api", "request",
        ]
    }
}
