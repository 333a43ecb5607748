internal import AsyncHTTPClient
internal import Governance
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// What came back for a request.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    /// SendGrid's name for the request; what its support asks for.
    var requestID: String {
        let text = headers.first(name: "x-amzn-requestid") ?? headers.first(name: "x-message-id") ?? ""
        return text.utf8.count <= 64 && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            ? text : ""
    }
}

/// Connections to SendGrid, a set for each request that is under way, so that one can be severed without the others.
final class Connections: Sendable {
    private let idle = Mutex<[Connection]>([])
    private let timeouts: Timeouts

    init(timeouts: Timeouts) {
        self.timeouts = timeouts
    }

    /// Lends a connection; one that `body` threw on is severed before this returns.
    func lend<R>(_ body: (Connection) async throws -> R) async throws -> R {
        let connection = idle.withLock { $0.popLast() } ?? Connection(timeouts: timeouts)
        do {
            let result = try await body(connection)
            idle.withLock { $0.append(connection) }
            return result
        } catch {
            // Whatever ended it: once this returns a removal may return, so the socket must be gone by then, and what
            // its buffer held with it.
            await connection.close()
            throw error
        }
    }

    func close() async {
        for connection in idle.withLock({ Array($0) }) { await connection.close() }
        idle.withLock { $0 = [] }
    }
}

/// One client of SendGrid, for one request at a time.
///
/// HTTP/1.1, TLS with full verification, no redirects, no proxy, no cookies.
final class Connection: Sendable {
    private let client: HTTPClient
    private let channels: Channels
    private let timeouts: Timeouts

    /// No answer we read is near this; a larger one is not SendGrid's.
    static let maximumAnswer = 1 << 20

    init(timeouts: Timeouts) {
        let channels = Channels()
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .fullVerification
        tls.minimumTLSVersion = .tlsv12
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = tls
        // A redirect would carry the profiles to a host that no policy has seen.
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        // Trying again is for whoever logs the tries, and a retry would hide that the first was refused for its certificate.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout = .init(connect: .init(timeouts.connect), read: .init(timeouts.silence))
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channels.admit(channel)
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.channels = channels
        self.timeouts = timeouts
    }

    /// Makes one request and reads its answer whole.
    /// - Parameter authorization: nil where an address opens by itself: the key is for SendGrid's API alone.
    func exchange(
        _ method: HTTPMethod, _ path: String, at endpoint: Endpoint, authorization: String?, headers: [[String]] = [],
        body: GuardedBody? = nil, maximumAnswer: Int = maximumAnswer
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: endpoint.description + path)
        request.method = method
        if let authorization {
            request.headers.add(name: "authorization", value: authorization)
            request.headers.add(name: "accept", value: "application/json")
        }
        request.headers.add(name: "user-agent", value: "waybill")
        for pair in headers where pair.count == 2 { request.headers.add(name: pair[0], value: pair[1]) }
        if let body {
            if authorization != nil { request.headers.add(name: "content-type", value: "application/json") }
            request.body = .stream(body, length: .known(Int64(body.count)))
        }
        return try await answer(to: request, maximumAnswer)
    }

    /// The answer with its body, within the time for the whole: the client's own limit ends with the answer's head, and
    /// its limit on silence starts anew with every byte.
    private func answer(to request: HTTPClientRequest, _ maximumAnswer: Int) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer?.self) { [client, timeouts] group in
            group.addTask {
                let response = try await client.execute(request, timeout: .init(timeouts.request))
                let buffer = try await response.body.collect(upTo: maximumAnswer)
                return Answer(
                    status: Int(response.status.code), headers: response.headers, body: Array(buffer.readableBytesView))
            }
            group.addTask {
                try await Task.sleep(for: timeouts.request)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let answer = first else { throw RequestTimeout() }
            return answer
        }
    }

    /// Closes every socket at once, unsent bytes included, and returns when they are gone.
    func close() async {
        await channels.sever()
        // An error here says that something was still open, and it is closed all the same.
        try? await client.shutdown()
        await channels.sever()
    }
}

/// The time for a whole request is over, and its answer is not.
struct RequestTimeout: Error {}

/// The open connections, so that they can be severed.
private final class Channels: Sendable {
    private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

    func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
        let id = ObjectIdentifier(channel)
        open.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { _ in
            self.open.withLock { $0[id] = nil }
        }
        // With linger time 0, close(2) discards what the kernel has not sent yet: after a removal not even the bytes in
        // the socket's buffer go out (tcp(7), SO_LINGER). A request that ended well has nothing left to send.
        let watched = AnswerOrder.join(channel)
        guard let socket = channel as? any SocketOptionProvider else { return watched }
        return watched.flatMap { socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)) }
    }

    func sever() async {
        for channel in open.withLock({ Array($0.values) }) {
            channel.close(mode: .all, promise: nil)
            try? await channel.closeFuture.get()
        }
    }
}
