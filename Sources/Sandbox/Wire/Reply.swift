import FoundationEssentials

/// An answer, before the transport adds its headers.
struct Reply: Sendable {
    let status: Int
    let contentType: String
    let body: Data
    /// How many contacts the request held, where it was an upsert.
    var contactCount = 0

    init(status: Int, contentType: String, body: Data) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A JSON answer.
    init(_ value: some Encodable, status: Int = 200) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var box = encoder.singleValueContainer()
            try box.encode(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        }
        // Everything encoded here is text, whole numbers and finite numbers, for which encoding cannot fail.
        self.init(status: status, contentType: "application/json", body: (try? encoder.encode(value)) ?? Data())
    }

    /// A refusal by the storage that files are uploaded to and error files are fetched from.
    init(storage status: Int, code: String) {
        let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>\(code)</Code></Error>"
        self.init(status: status, contentType: "application/xml", body: Data(body.utf8))
    }

    /// Newline-delimited JSON.
    init(lines values: [some Encodable]) {
        var body = Data()
        for value in values {
            body.append(Reply(value).body)
            body.append(UInt8(ascii: "\n"))
        }
        self.init(status: 200, contentType: "application/x-ndjson", body: body)
    }
}

/// A refusal of a request, with the status and the body that the real service answers.
struct Refusal: Error {
    let status: Int
    let body: JSON

    var reply: Reply { Reply(body, status: status) }

    init(_ status: Int, _ message: String, field: JSON = nil) {
        self.init(status, errors: [["field": field, "message": .string(message)]])
    }

    init(_ status: Int, errors: [JSON]) {
        self.status = status
        body = ["errors": .array(errors)]
    }

    init(status: Int, body: JSON) {
        self.status = status
        self.body = body
    }

    static let noKey = Refusal(401, "authorization required")
    static let wrongKey = Refusal(401, "The provided authorization grant is invalid, expired, or revoked")
    static let forbidden = Refusal(403, "access forbidden")
    static let notFound = Refusal(404, "not found")
    static let methodNotAllowed = Refusal(405, "method not allowed")
    static let tooLarge = Refusal(413, "request entity too large")
    static let tooManyRequests = Refusal(429, "too many requests")
    static let invalidJSON = Refusal(400, "invalid json", field: "")
    static let invalidInput = Refusal(400, "invalid input", field: "")
}
