import FoundationEssentials
import Hummingbird
import Logging
import NIOCore
public import ServiceLifecycle

/// A local SendGrid: its Marketing Contacts routes with their limits, errors and jobs, on 127.0.0.1.
///
/// It enforces what SendGrid documents, and where SendGrid is known to behave otherwise, that. It shares no code with
/// the client, so that no mistake is shared. Everything is kept in memory; nothing is ever sent anywhere.
///
/// Routes of SendGrid, under `/v3`, with `Authorization: Bearer` and the configured key:
///
/// | Route | Answer |
/// |---|---|
/// | `GET /v3/scopes` | 200, the configured scopes |
/// | `GET`, `POST /v3/marketing/lists` | 200 paged by `page_size` and `page_token`; 201 |
/// | `GET /v3/marketing/lists/{id}` | 200; 404 |
/// | `GET /v3/marketing/lists/{id}/contacts/count` | 200; 404 |
/// | `DELETE /v3/marketing/lists/{id}/contacts?contact_ids=a,b` | 202 and a job; 404 for any unknown identifier |
/// | `PUT /v3/marketing/contacts` | 202 and a job; 400, 404, 413 for the whole request |
/// | `GET /v3/marketing/contacts` | 200, the 50 newest |
/// | `GET /v3/marketing/contacts/count` | 200 |
/// | `POST /v3/marketing/contacts/search/emails` | 200; 404 if none is known |
/// | `PUT /v3/marketing/contacts/imports` | 200 and a job, with where to put the file; 400, 404 |
/// | `GET /v3/marketing/contacts/imports/{job}` | 200; `pending`, then with counts, then `completed`, `errored` or `failed` |
/// | `GET`, `POST /v3/marketing/field_definitions` | 200; a field is listed at once and can be written ``SandboxConfiguration/fieldSettleDelay`` later |
/// | `GET /v3/suppression/{kind}?limit=&offset=` | 200, an array of ``SandboxConfiguration/suppressions``; `kind` is `unsubscribes`, `bounces`, `blocks`, `invalid_emails` or `spam_reports`; 403 without a scope `suppression.` |
///
/// An import's `field_mappings` are the identifiers that `GET field_definitions` lists and that can be written, without
/// `list_ids` and `segment_ids`, or null. Its file, plain or gzip, goes to the `upload_uri` it answers, raw:
///
/// | Route | Answer |
/// |---|---|
/// | `PUT /sandbox/uploads/{token}?X-Amz-Signature=` | 200; 400 with an `Authorization` header or above 1 GB; 403 without the signature or the header of `upload_headers` |
///
/// The first row is skipped, empty cells leave fields as they are, later rows win over earlier ones, and what is wrong
/// with a row is an error of the job. A header that does not match the mapping, a damaged file and more than a million
/// rows fail the whole job. A file that comes again replaces the first while the job is pending; later it is ignored.
///
/// Deleting lists or contacts is refused with 405 and recorded: an exporter must never try. What a job changes is seen
/// when the job ends, ``SandboxConfiguration/jobDelay`` after its request or, for an import, after its upload.
///
/// For who rehearses, without a key:
///
/// | Route | Answer |
/// |---|---|
/// | `GET /sandbox/state` | lists with member counts, number of contacts, jobs, requests |
/// | `GET /sandbox/contacts?list=ID` | the contacts, on one list or all: a JSON object a line |
/// | `GET /sandbox/requests` | the requests: a JSON object a line, see ``RecordedRequest`` |
/// | `GET /sandbox/errors/{job}` | a job's errors, `email,reason`: what `errors_url` points to |
/// | `GET`, `POST`, `DELETE /sandbox/faults` | what is to go wrong: list, add an array, forget all |
///
/// Faults apply to the routes under `/v3` and, where their `path` says so, to `/sandbox/uploads` and `/sandbox/errors`.
/// They are JSON objects with `fault`, and optionally `method`, `path` (what the path starts with), `count`
/// and `skip` (how many such requests pass first):
///
/// | `fault` | Parameters | What happens |
/// |---|---|---|
/// | `status` | `status`, `body` | answered instead of processing |
/// | `too_many_requests` | `reset_seconds` or `reset_epoch` | 429 |
/// | `hang_before_response` | `seconds` | processed at once, answered late |
/// | `close_after_bytes` | `bytes` | connection dropped while the body comes in |
/// | `lose_response` | | processed, then the connection dropped |
/// | `slow_read` | `bytes_per_second` | body read slowly |
/// | `job_fails`, `job_never_finishes` | | 202, then so |
/// | `job_errors` | `rows` | 202, then the first rows are errors |
/// | `hang_before_processing` | `seconds` | processed and answered late |
/// | `half_close` | `seconds` | body read, sending side ended without an answer, the rest later; nothing processed |
/// | `reset_connection` | | connection reset once the body was read, nothing processed |
/// | `truncate_response` | | processed, then the answer cut off in the middle |
/// | `garble_response` | | processed, then 202 with a body that is not JSON |
/// | `job_pending_with_counts` | `seconds` | 202, then `pending` that much longer with all counts |
/// | `job_unknown_status` | `seconds` | 202, then `processing` that long |
/// | `job_errors_without_file` | `rows` | 202, then row errors without an `errors_url` |
/// | `errors_file_gone` | `rows`, else 2 | 202, then row errors, whose `errors_url` answers 403 |
/// | `drip_response` | `seconds` | processed, then answered a byte at a time with that pause before each |
/// | `raw_response` | `body` | body read, then answered with these bytes as they are; nothing processed |
/// | `job_named` | `name` | 202, with a job of that name |
/// | `removal_ignored` | | 202 to a removal from a list, whose job completes and changes nothing |
/// | `reject_all_401`, `reject_all_403` | | answered to every request |
public final class SandboxServer: Service {
    /// The port it listens on.
    public let port: Int
    private let account: Account
    private let serving: Task<Void, any Error>

    private init(port: Int, account: Account, serving: Task<Void, any Error>) {
        self.port = port
        self.account = account
        self.serving = serving
    }

    /// Where it is reached: `http://127.0.0.1:` and the port.
    public var baseURL: String { "http://127.0.0.1:\(port)" }

    /// Starts a sandbox and returns once it listens.
    /// - Parameters:
    ///   - port: 0 for any that is free.
    ///   - host: nothing but 127.0.0.1: the sandbox has no users and no encryption.
    ///   - isSink: whether everything is taken unread and nothing kept, without limits: what is measured against it is
    ///     the client alone. Only the routes that an export needs are there.
    /// - Throws: ``SandboxError``.
    public static func start(
        _ configuration: SandboxConfiguration = .init(), port: Int = 0, host: String = "127.0.0.1",
        isSink: Bool = false
    ) async throws -> SandboxServer {
        guard host == "127.0.0.1" else { throw SandboxError.notLoopback(host: host) }
        guard (0...65_535).contains(port) else { throw SandboxError.cannotBind(port: port) }
        guard configuration.windowSeconds > 0 else { throw SandboxError.configuration(key: "windowSeconds") }
        guard configuration.jobDelay >= .zero else { throw SandboxError.configuration(key: "jobDelay") }
        guard configuration.fieldSettleDelay >= .zero else { throw SandboxError.configuration(key: "fieldSettleDelay") }
        guard configuration.suppressions.allSatisfy({ SandboxSuppression.kinds.contains($0.kind) }) else {
            throw SandboxError.configuration(key: "suppressions")
        }
        guard min(configuration.upsertsPerMinute, configuration.readsPerMinute) >= 0 else {
            throw SandboxError.configuration(key: "upsertsPerMinute, readsPerMinute")
        }
        let account = Account(configuration)
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let application: any ApplicationProtocol =
            isSink
            ? Self.application(SandboxSink(), host, port) { listening.yield($0.localAddress?.port ?? 0) }
            : Self.application(SandboxResponder(account: account), host, port) { channel in
                // Inherited by the connections: a body shall not vanish into the system's buffers, where no test
                // could see it half sent. The loopback's own are of several megabytes.
                try? await channel.setOption(.socketOption(.so_rcvbuf), value: receiveBuffer).get()
                try? await channel.setOption(.tcpOption(.init(rawValue: maximumSegment)), value: segmentSize).get()
                listening.yield(channel.localAddress?.port ?? 0)
            }
        let serving = Task {
            defer { listening.finish() }
            do {
                try await application.run()
            } catch {
                // Being stopped is the one good end.
                if !Task.isCancelled { throw error }
            }
        }
        for await port in ports { return SandboxServer(port: port, account: account, serving: serving) }
        throw SandboxError.cannotBind(port: port)
    }

    private static func application<R: HTTPResponder>(
        _ responder: R, _ host: String, _ port: Int, running: @escaping @Sendable (any Channel) async -> Void
    ) -> some ApplicationProtocol where R.Context: InitializableFromSource<ApplicationRequestContextSource> {
        Application(
            responder: responder, configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: running, logger: quiet)
    }

    /// Stops it: open connections are dropped and the port is free again.
    /// - Throws: what ended it before, if it did not end by being stopped.
    public func stop() async throws {
        serving.cancel()
        try await serving.value
    }

    /// Serves until it is stopped, its task is cancelled or its service group shuts down.
    public func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await serving.value
        } onCancelOrGracefulShutdown: { [serving] in
            serving.cancel()
        }
    }

    /// What it holds now.
    public func state() async -> SandboxState {
        await account.snapshot()
    }

    /// Adds something that is to go wrong, behind what was added before.
    public func inject(_ fault: SandboxFault) async {
        await account.inject([fault])
    }

    /// Forgets all that is still to go wrong.
    public func clearFaults() async {
        await account.clearFaults()
    }

    /// Takes contacts with every custom field from now on, however long ``SandboxConfiguration/fieldSettleDelay`` is.
    public func settleFields() async {
        await account.settleFields()
    }

    private static let receiveBuffer = 8_192
    /// `TCP_MAXSEG`, the same number on Linux and Darwin; senders size their buffers by the segments.
    private static let maximumSegment: CInt = 2
    private static let segmentSize = 1_460
    private static let quiet = Logger(label: "sandbox", factory: { _ in SwiftLogNoOpLogHandler() })
}
