import FoundationEssentials
import Hummingbird
import Logging

/// A context that can drop its connection.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Closes the connection at once, whatever has been sent.
    let hangUp: @Sendable () async -> Void
    /// Whether the connection is known to be open.
    let isConnected: @Sendable () -> Bool

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        let channel = source.channel
        hangUp = { try? await channel.close().get() }
        isConnected = { channel.isActive }
    }
}

/// Takes requests in, lets them meet their faults, and sends the answers out.
struct SandboxResponder: HTTPResponder {
    let account: Account

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        let path = request.uri.path
        if path.hasPrefix("/sandbox/"), !path.hasPrefix("/sandbox/errors/") {
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
        let call = Call(request, body: intake.data, byteCount: intake.bytes, fault: fault)
        let bucket = RateBucket(method: method, path: path)
        let answer = await Desk(account: account).answer(call, bucket: bucket)
        if case .hangBeforeResponse(let seconds) = fault {
            // Not a number, and less than zero, are no time at all.
            try await Task.sleep(for: .seconds(seconds > 0 ? min(seconds, 86_400) : 0))
        }
        if fault == .loseResponse {
            await account.answered(place, status: 0, contacts: answer.reply.contactCount)
            await context.hangUp()
            return Response(status: .badRequest)
        }
        await account.answered(place, status: answer.reply.status, contacts: answer.reply.contactCount)
        return Self.response(answer.reply, rate: answer.rate)
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
            origin: "http://" + (request.head.authority ?? "127.0.0.1"), body: body, byteCount: byteCount, fault: fault)
    }
}
