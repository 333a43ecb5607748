import FoundationEssentials
import Glibc
import Hummingbird
import Logging
import NIOCore

/// A context that can drop its connection.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Closes the connection at once, whatever has been sent.
    let hangUp: @Sendable () async -> Void
    /// Whether the connection is known to be open.
    let isConnected: @Sendable () -> Bool
    /// Resets the connection: what was not sent is thrown away, and the other side is told so.
    let reset: @Sendable () async -> Void

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        let channel = source.channel
        hangUp = { try? await channel.close().get() }
        isConnected = { channel.isActive }
        reset = {
            // Closing with linger time 0 sends RST (tcp(7)).
            if let socket = channel as? any SocketOptionProvider {
                try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            }
            try? await channel.close().get()
        }
    }
}

/// Takes requests in, lets them meet their faults, and sends the answers out.
struct SandboxResponder: HTTPResponder {
    let account: Account

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        let path = request.uri.path
        if path.hasPrefix("/sandbox/"), !path.hasPrefix("/sandbox/errors/"), !path.hasPrefix("/sandbox/uploads/") {
            return Self.response(await inspect(request))
        }
        let method = request.method.rawValue
        let declared = request.headers[.contentLength].flatMap { Int($0) }
        let place = await account.open(
            method: method, path: path, query: request.uri.query, declared: declared,
            carriedAuthorization: request.headers[.authorization] != nil)
        let fault = await account.takeFault(method: method, path: path)
        let intake = await BodyIntake(
            request.body, declared: declared, fault: fault, isConnected: context.isConnected
        ) { bytes in await account.received(place, bytes: bytes) }
        await account.bodyEnded(place, intake: intake)
        guard intake.isComplete else {
            await context.hangUp()
            return Response(status: .badRequest)
        }
        if fault == .resetConnection {
            await context.reset()
            return Response(status: .badRequest)
        }
        if case .hangBeforeProcessing(let seconds) = fault { try await Self.pause(seconds) }
        let call = Call(request, body: intake.data, byteCount: intake.bytes, fault: fault)
        let bucket = RateBucket(method: method, path: path)
        let answer = await Desk(account: account).answer(call, bucket: bucket)
        if case .hangBeforeResponse(let seconds) = fault { try await Self.pause(seconds) }
        if fault == .loseResponse {
            await account.answered(place, status: 0, contacts: answer.reply.contactCount)
            await context.hangUp()
            return Response(status: .badRequest)
        }
        await account.answered(place, status: answer.reply.status, contacts: answer.reply.contactCount)
        if fault == .garbleResponse {
            let garbled = Reply(status: answer.reply.status, contentType: "application/json", body: Data("{\"job".utf8))
            return Self.response(garbled, rate: answer.rate)
        }
        if fault == .truncateResponse {
            return Self.truncated(answer.reply, context)
        }
        return Self.response(answer.reply, rate: answer.rate)
    }

    /// Not a number, and less than zero, are no time at all.
    private static func pause(_ seconds: Double) async throws {
        try await Task.sleep(for: .seconds(seconds > 0 ? min(seconds, 86_400) : 0))
    }

    /// An answer that promises more than comes: half of it, and then the end of the connection.
    private static func truncated(_ reply: Reply, _ context: SandboxContext) -> Response {
        let half = ByteBuffer(bytes: reply.body.prefix(reply.body.count / 2))
        let body = ResponseBody(contentLength: reply.body.count) { writer in
            try await writer.write(half)
            await context.hangUp()
            try await writer.finish(nil)
        }
        return Response(status: .init(code: reply.status), headers: [:], body: body)
    }

    private func inspect(_ request: Request) async -> Reply {
        var body = Data()
        do {
            for try await chunk in request.body {
                chunk.withUnsafeReadableBytes { body.append(contentsOf: $0) }
                guard body.count <= 1_000_000 else { return Refusal.tooLarge.reply }
            }
        } catch {
            return Refusal.invalidInput.reply
        }
        let call = Call(request, body: body, byteCount: body.count, fault: nil)
        return await Inspection(account: account).answer(call)
    }

    private static func response(_ reply: Reply, rate: RateReading? = nil) -> Response {
        var headers = HTTPFields()
        func set(_ name: String, _ value: String) {
            if let name = HTTPFields.Element.Name(name) { headers[name] = value }
        }
        set("content-type", reply.contentType)
        set("x-amzn-requestid", UUID().uuidString.lowercased())
        if let rate {
            set("x-ratelimit-limit", "\(rate.limit)")
            set("x-ratelimit-remaining", "\(rate.remaining)")
            set("x-ratelimit-reset", "\(rate.reset)")
        }
        return Response(
            status: .init(code: reply.status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: reply.body)))
    }
}

extension Call {
    fileprivate init(_ request: Request, body: Data, byteCount: Int, fault: SandboxFault.Kind?) {
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters where query[String(name)] == nil {
            query[String(name)] = String(value)
        }
        self.init(
            method: request.method.rawValue, path: request.uri.path,
            segments: request.uri.path.split(separator: "/").map(String.init), query: query,
            authorization: request.headers[.authorization],
            encryption: HTTPFields.Element.Name("x-amz-server-side-encryption").flatMap { request.headers[$0] },
            origin: "http://" + (request.head.authority ?? "127.0.0.1"), body: body, byteCount: byteCount, fault: fault)
    }
}
