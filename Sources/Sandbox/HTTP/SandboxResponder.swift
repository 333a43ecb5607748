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
    /// Closes the connection at once, and lets the other side see it as an error (RST) and not as an end.
    let reset: @Sendable () async -> Void
    /// Ends the sending side alone: the other side sees an end, and may go on sending (RFC 9293 section 3.6).
    let halfClose: @Sendable () async -> Void
    /// Sends bytes past everything that would make an answer of them.
    let sendRaw: @Sendable (String) async -> Void
    /// Whether the connection is known to be open.
    let isConnected: @Sendable () -> Bool

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        let channel = source.channel
        hangUp = { try? await channel.close().get() }
        reset = {
            // Lingering for no time is what makes the system send a reset.
            let now = linger(l_onoff: 1, l_linger: 0)
            try? await (channel as? any SocketOptionProvider)?.setSoLinger(now).get()
            try? await channel.close().get()
        }
        halfClose = { try? await channel.close(mode: .output).get() }
        sendRaw = { try? await channel.pipeline.addHandler(RawAnswer(text: $0), position: .first).get() }
        isConnected = { channel.isActive }
    }
}

/// Sends its text from the place next to the socket, where nothing looks at it any more.
private final class RawAnswer: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let text: String

    init(text: String) {
        self.text = text
    }

    func handlerAdded(context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
    }
}

/// Takes requests in, lets them meet their faults, and sends the answers out.
struct SandboxResponder: HTTPResponder {
    let account: Account

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        let path = request.uri.path
        let isUpload = path.hasPrefix("/sandbox/uploads/")
        if path.hasPrefix("/sandbox/"), !path.hasPrefix("/sandbox/errors/"), !isUpload {
            return Self.response(await inspect(request))
        }
        let method = request.method.rawValue
        let declared = request.headers[.contentLength].flatMap { Int($0) }
        let place = await account.open(
            method: method, path: path, query: request.uri.query, declared: declared,
            carriedAuthorization: request.headers[.authorization] != nil,
            headers: request.headers.map(\.name.canonicalName).sorted())
        let fault = await account.takeFault(method: method, path: path)
        let intake = await BodyIntake(
            request.body, declared: declared, kept: isUpload ? BodyIntake.keptOfUpload : BodyIntake.kept, fault: fault,
            isConnected: context.isConnected
        ) { bytes in await account.received(place, bytes: bytes) }
        await account.bodyEnded(place, intake: intake)
        guard intake.isComplete else {
            await context.hangUp()
            return Response(status: .badRequest)
        }
        if case .halfClose(let seconds) = fault {
            await context.halfClose()
            try await Task.sleep(for: .seconds(seconds))
            await context.hangUp()
            return Response(status: .badRequest)
        }
        if case .rawResponse(let text) = fault {
            await context.sendRaw(text)
            await context.hangUp()
            return Response(status: .badRequest)
        }
        if fault == .resetConnection {
            await context.reset()
            return Response(status: .badRequest)
        }
        if case .hangBeforeProcessing(let seconds) = fault {
            try await Task.sleep(for: .seconds(SandboxFault.sane(seconds)))
        }
        let call = Call(request, body: intake.data, byteCount: intake.bytes, fault: fault)
        let bucket = RateBucket(method: method, path: path)
        let answer = await Desk(account: account).answer(call, bucket: bucket)
        if case .hangBeforeResponse(let seconds) = fault {
            try await Task.sleep(for: .seconds(SandboxFault.sane(seconds)))
        }
        if fault == .loseResponse {
            await account.answered(place, status: 0, contacts: answer.reply.contactCount)
            await context.hangUp()
            return Response(status: .badRequest)
        }
        await account.answered(place, status: answer.reply.status, contacts: answer.reply.contactCount)
        switch fault {
        case .truncateResponse:
            return Self.response(
                answer.reply, rate: answer.rate, body: Self.firstHalf(of: answer.reply.body, hangUp: context.hangUp))
        case .dripResponse(let seconds):
            return Self.response(
                answer.reply, rate: answer.rate, body: Self.drops(of: answer.reply.body, SandboxFault.sane(seconds)))
        case .garbleResponse where answer.reply.status < 300:
            return Self.response(
                answer.reply, rate: answer.rate, body: .init(byteBuffer: ByteBuffer(string: "Thanks!")))
        default:
            return Self.response(answer.reply, rate: answer.rate)
        }
    }

    /// A body that is declared whole, and of which only the first half is sent.
    private static func firstHalf(of body: Data, hangUp: @escaping @Sendable () async -> Void) -> ResponseBody {
        ResponseBody(contentLength: body.count) { writer in
            try await writer.write(ByteBuffer(bytes: body.prefix(body.count / 2)))
            await hangUp()
        }
    }

    /// A body that comes a byte at a time.
    private static func drops(of body: Data, _ seconds: Double) -> ResponseBody {
        ResponseBody(contentLength: body.count) { writer in
            for byte in body {
                try await Task.sleep(for: .seconds(seconds))
                try await writer.write(ByteBuffer(bytes: [byte]))
            }
            try await writer.finish(nil)
        }
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

    private static func response(_ reply: Reply, rate: RateReading? = nil, body: ResponseBody? = nil) -> Response {
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
            status: .init(code: reply.status), headers: headers,
            body: body ?? .init(byteBuffer: ByteBuffer(bytes: reply.body)))
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
            encryption: HTTPFields.Element.Name(Account.uploadHeader.name).flatMap { request.headers[$0] },
            origin: "http://" + (request.head.authority ?? "127.0.0.1"), body: body, byteCount: byteCount, fault: fault)
    }
}
