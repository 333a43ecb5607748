/// The JSON form is flat, so that a rehearsal can be written by hand:
/// `{"fault":"status","status":503,"method":"PUT","path":"/v3/marketing/contacts","count":2}`.
extension SandboxFault: Codable {
    private enum Key: String, CodingKey {
        case fault, method, path, count, skip
        case status, body, seconds, bytes, rows, name
        case resetSeconds = "reset_seconds"
        case resetEpoch = "reset_epoch"
        case bytesPerSecond = "bytes_per_second"
    }

    private enum Name: String, Codable {
        case status
        case tooManyRequests = "too_many_requests"
        case hangBeforeResponse = "hang_before_response"
        case closeAfterBytes = "close_after_bytes"
        case loseResponse = "lose_response"
        case slowRead = "slow_read"
        case jobFails = "job_fails"
        case jobErrors = "job_errors"
        case jobNeverFinishes = "job_never_finishes"
        case resetConnection = "reset_connection"
        case halfClose = "half_close"
        case truncateResponse = "truncate_response"
        case garbleResponse = "garble_response"
        case jobPendingWithCounts = "job_pending_with_counts"
        case jobUnknownStatus = "job_unknown_status"
        case jobErrorsWithoutFile = "job_errors_without_file"
        case errorsFileGone = "errors_file_gone"
        case removalIgnored = "removal_ignored"
        case hangBeforeProcessing = "hang_before_processing"
        case dripResponse = "drip_response"
        case rawResponse = "raw_response"
        case jobNamed = "job_named"
        case rejectAll401 = "reject_all_401"
        case rejectAll403 = "reject_all_403"
    }

    /// Reads the flat form.
    /// - Throws: `DecodingError` for an unknown fault or a parameter out of its range.
    public init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: Key.self)
        self.init(
            try Self.kind(from: box),
            method: try box.decodeIfPresent(String.self, forKey: .method),
            path: try box.decodeIfPresent(String.self, forKey: .path),
            count: try box.decodeIfPresent(Int.self, forKey: .count),
            skip: box.contains(.skip) ? try Self.integer(.skip, in: box, within: 0 ... .max) : 0)
    }

    private static func kind(from box: KeyedDecodingContainer<Key>) throws -> Kind {
        switch try box.decode(Name.self, forKey: .fault) {
        case .status:
            .status(
                try integer(.status, in: box, within: 200...599),
                body: try box.decodeIfPresent(String.self, forKey: .body))
        case .tooManyRequests:
            .tooManyRequests(
                resetSeconds: try box.decodeIfPresent(Int.self, forKey: .resetSeconds),
                resetEpoch: try box.decodeIfPresent(Int.self, forKey: .resetEpoch))
        case .hangBeforeResponse: .hangBeforeResponse(seconds: try seconds(in: box))
        case .closeAfterBytes: .closeAfterBytes(try integer(.bytes, in: box, within: 0 ... .max))
        case .loseResponse: .loseResponse
        case .slowRead: .slowRead(bytesPerSecond: try integer(.bytesPerSecond, in: box, within: 1 ... .max))
        case .jobFails: .jobFails
        case .jobErrors: .jobErrors(try integer(.rows, in: box, within: 1 ... .max))
        case .jobNeverFinishes: .jobNeverFinishes
        case .resetConnection: .resetConnection
        case .halfClose: .halfClose(seconds: try seconds(in: box))
        case .truncateResponse: .truncateResponse
        case .garbleResponse: .garbleResponse
        case .jobPendingWithCounts: .jobPendingWithCounts(seconds: try seconds(in: box))
        case .jobUnknownStatus: .jobUnknownStatus(seconds: try seconds(in: box))
        case .jobErrorsWithoutFile: .jobErrorsWithoutFile(try integer(.rows, in: box, within: 1 ... .max))
        case .errorsFileGone:
            .errorsFileGone(box.contains(.rows) ? try integer(.rows, in: box, within: 1 ... .max) : 2)
        case .removalIgnored: .removalIgnored
        case .dripResponse: .dripResponse(seconds: try seconds(in: box))
        case .rawResponse: .rawResponse(try box.decode(String.self, forKey: .body))
        case .jobNamed: .jobNamed(try box.decode(String.self, forKey: .name))
        case .hangBeforeProcessing: .hangBeforeProcessing(seconds: try seconds(in: box))
        case .rejectAll401: .rejectAll401
        case .rejectAll403: .rejectAll403
        }
    }

    private static func integer(
        _ key: Key, in box: KeyedDecodingContainer<Key>, within range: ClosedRange<Int>
    ) throws -> Int {
        let value = try box.decode(Int.self, forKey: key)
        guard range.contains(value) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: box, debugDescription: "out of range")
        }
        return value
    }

    private static func seconds(in box: KeyedDecodingContainer<Key>) throws -> Double {
        let value = try box.decode(Double.self, forKey: .seconds)
        guard (0...86_400).contains(value) else {
            throw DecodingError.dataCorruptedError(forKey: .seconds, in: box, debugDescription: "out of range")
        }
        return value
    }

    /// Writes the flat form.
    public func encode(to encoder: any Encoder) throws {
        var box = encoder.container(keyedBy: Key.self)
        try box.encodeIfPresent(method, forKey: .method)
        try box.encode(path, forKey: .path)
        try box.encode(count, forKey: .count)
        if skip > 0 { try box.encode(skip, forKey: .skip) }
        let name: Name
        switch kind {
        case .status(let status, let body):
            name = .status
            try box.encode(status, forKey: .status)
            try box.encodeIfPresent(body, forKey: .body)
        case .tooManyRequests(let seconds, let epoch):
            name = .tooManyRequests
            try box.encodeIfPresent(seconds, forKey: .resetSeconds)
            try box.encodeIfPresent(epoch, forKey: .resetEpoch)
        case .hangBeforeResponse(let seconds):
            name = .hangBeforeResponse
            try box.encode(seconds, forKey: .seconds)
        case .closeAfterBytes(let bytes):
            name = .closeAfterBytes
            try box.encode(bytes, forKey: .bytes)
        case .loseResponse: name = .loseResponse
        case .slowRead(let pace):
            name = .slowRead
            try box.encode(pace, forKey: .bytesPerSecond)
        case .jobFails: name = .jobFails
        case .jobErrors(let rows):
            name = .jobErrors
            try box.encode(rows, forKey: .rows)
        case .jobNeverFinishes: name = .jobNeverFinishes
        case .resetConnection: name = .resetConnection
        case .halfClose(let seconds):
            name = .halfClose
            try box.encode(seconds, forKey: .seconds)
        case .truncateResponse: name = .truncateResponse
        case .garbleResponse: name = .garbleResponse
        case .jobPendingWithCounts(let seconds):
            name = .jobPendingWithCounts
            try box.encode(seconds, forKey: .seconds)
        case .jobUnknownStatus(let seconds):
            name = .jobUnknownStatus
            try box.encode(seconds, forKey: .seconds)
        case .jobErrorsWithoutFile(let rows):
            name = .jobErrorsWithoutFile
            try box.encode(rows, forKey: .rows)
        case .errorsFileGone(let rows):
            name = .errorsFileGone
            try box.encode(rows, forKey: .rows)
        case .removalIgnored: name = .removalIgnored
        case .dripResponse(let seconds):
            name = .dripResponse
            try box.encode(seconds, forKey: .seconds)
        case .rawResponse(let text):
            name = .rawResponse
            try box.encode(text, forKey: .body)
        case .jobNamed(let job):
            name = .jobNamed
            try box.encode(job, forKey: .name)
        case .hangBeforeProcessing(let seconds):
            name = .hangBeforeProcessing
            try box.encode(seconds, forKey: .seconds)
        case .rejectAll401: name = .rejectAll401
        case .rejectAll403: name = .rejectAll403
        }
        try box.encode(name, forKey: .fault)
    }
}
