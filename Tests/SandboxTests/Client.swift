import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

@testable import Sandbox

/// Runs a sandbox for the length of one scope.
func withSandbox(
    _ configuration: SandboxConfiguration = .quick, _ body: (SandboxServer, Client) async throws -> Void
) async throws {
    let sandbox = try await SandboxServer.start(configuration)
    do {
        try await body(sandbox, Client(sandbox, key: configuration.apiKey))
    } catch {
        try await sandbox.stop()
        throw error
    }
    try await sandbox.stop()
}

extension SandboxConfiguration {
    /// Jobs that end at once, and a window that does not turn over within a test.
    static var quick: SandboxConfiguration {
        SandboxConfiguration(
            customFields: [
                SandboxField(id: "e1_T", name: "tier", type: "Text"),
                SandboxField(id: "e2_N", name: "points", type: "Number"),
                SandboxField(id: "e3_D", name: "since", type: "Date"),
            ], jobDelay: .milliseconds(20), upsertsPerMinute: 1_000, readsPerMinute: 1_000_000,
            windowSeconds: 1_000_000_000)
    }

    func with(_ change: (inout SandboxConfiguration) -> Void) -> SandboxConfiguration {
        var copy = self
        change(&copy)
        return copy
    }
}

/// A plain HTTP client with the sandbox's key.
struct Client: Sendable {
    let base: String
    let key: String?

    init(_ sandbox: SandboxServer, key: String?) {
        base = sandbox.baseURL
        self.key = key
    }

    struct Answer: Sendable {
        let status: Int
        /// By name exactly as sent.
        let headers: [String: [String]]
        let text: String
        let json: JSON

        var message: String? { json["errors"][0]["message"].text }
        var field: String? { json["errors"][0]["field"].text }
    }

    func callAsFunction(
        _ method: String, _ path: String, body: String? = nil, key: String?? = nil, host: String? = nil,
        timeout: Int64 = 60_000
    ) async throws -> Answer {
        let body = body.map { HTTPClientRequest.Body.bytes(ByteBuffer(string: $0)) }
        return try await send(method, path, body: body, key: key, host: host, timeout: timeout)
    }

    func send(
        _ method: String, _ path: String, body: HTTPClientRequest.Body?, key: String?? = nil, host: String? = nil,
        headers: [String: String] = [:], timeout: Int64 = 60_000
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : base + path)
        request.method = HTTPMethod(rawValue: method)
        if let key = key ?? self.key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        if let host { request.headers.add(name: "host", value: host) }
        request.headers.add(name: "content-type", value: "application/json")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = body
        let response = try await HTTPClient.shared.execute(request, timeout: .milliseconds(timeout))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        let text = String(buffer: bytes)
        let json = (try? JSONDecoder().decode(JSON.self, from: Data(text.utf8))) ?? .null
        let headers = Dictionary(response.headers.map { ($0.name, [$0.value]) }, uniquingKeysWith: +)
        return Answer(status: Int(response.status.code), headers: headers, text: text, json: json)
    }

    func upsert(_ contacts: String, lists: String = #"["\#(SandboxList.rehearsal.id)"]"#) async throws -> Answer {
        try await self("PUT", "/v3/marketing/contacts", body: #"{"list_ids":\#(lists),"contacts":[\#(contacts)]}"#)
    }

    /// Upserts and follows the job to its end.
    func deliver(_ contacts: String) async throws -> JSON {
        try await finished(try await upsert(contacts).json["job_id"].text ?? "")
    }

    /// The job's last state.
    func finished(_ job: String) async throws -> JSON {
        while true {
            let state = try await self("GET", "/v3/marketing/contacts/imports/\(job)").json
            guard state["status"].text == "pending" else { return state }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Waits, by asking again, until the sandbox is as wanted.
func until(_ sandbox: SandboxServer, _ isReached: (SandboxState) -> Bool) async throws -> SandboxState {
    while true {
        let state = await sandbox.state()
        if isReached(state) { return state }
        try await Task.sleep(for: .milliseconds(5))
    }
}

extension JSON {
    subscript(_ name: String) -> JSON {
        guard case .object(let members) = self else { return .null }
        return members[name] ?? .null
    }

    subscript(_ place: Int) -> JSON {
        guard case .array(let items) = self, items.indices.contains(place) else { return .null }
        return items[place]
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var integer: Int? {
        guard case .number(let number) = self else { return nil }
        return Int(exactly: number)
    }

    var items: [JSON] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    var names: Set<String> {
        guard case .object(let members) = self else { return [] }
        return Set(members.keys)
    }
}
