internal import NIOCore
internal import NIOHTTP1

/// An answer that is none of HTTP's: its status is below 100, or its parts come in an order that HTTP does not have.
struct MalformedAnswer: Error {
    /// The status in its first line; 0 if it has none.
    let status: Int
}

/// Keeps from the HTTP client what it would end the process over.
///
/// The client takes the parts of an answer for well-formed and traps where they are not, and the decoder before it lets a
/// status from 000 to 099 pass: the client skips that head as it skips `100 Continue`, and then meets a body or an end
/// without a head. Standing between the two, this ends the connection instead, and so does it with whatever else comes out
/// of order: a part that nobody asked for, a second head, a body or an end before the head or after the end.
final class AnswerOrder: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private enum Place {
        case nothingAsked
        case beforeHead
        case afterHead
        case broken
    }

    private var place = Place.nothingAsked

    /// Puts one into the pipeline of a connection that is not used yet.
    static func join(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(AnswerOrder(), position: .after(decoder))
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head = unwrapOutboundIn(data), place != .broken { place = .beforeHead }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Closing takes a moment, in which more may come of what was read already.
        guard place != .broken else { return }
        let part = unwrapInboundIn(data)
        place = next(after: part)
        guard place == .broken else { return context.fireChannelRead(data) }
        var status = 0
        if case .head(let head) = part { status = Int(head.status.code) }
        context.fireErrorCaught(MalformedAnswer(status: status))
        context.close(promise: nil)
    }

    private func next(after part: HTTPClientResponsePart) -> Place {
        switch (part, place) {
        case (.head(let head), .beforeHead) where head.status.code >= 100:
            // 101 is the last of its connection, every other status of this class an announcement of the answer.
            return head.status.code < 200 && head.status != .switchingProtocols ? .beforeHead : .afterHead
        case (.body, .afterHead): return .afterHead
        case (.end, .afterHead): return .nothingAsked
        default: return .broken
        }
    }
}
