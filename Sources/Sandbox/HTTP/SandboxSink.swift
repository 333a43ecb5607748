import FoundationEssentials
import Hummingbird

/// Takes every contact unread and answers as if all were well, as fast as it can.
struct SandboxSink: HTTPResponder {
    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        for try await _ in request.body {}
        let rest = request.uri.path.split(separator: "/").dropFirst()
        switch rest.joined(separator: "/") {
        case "scopes": return Self.answer(200, #"{"scopes":["marketing.read"]}"#)
        case "marketing/contacts": return Self.answer(202, #"{"job_id":"\#(UUID().uuidString.lowercased())"}"#)
        case let path where path.hasPrefix("marketing/lists/"):
            return Self.answer(200, #"{"id":"\#(rest.last ?? "")","name":"Sink"}"#)
        case let path where path.hasPrefix("marketing/contacts/imports/"):
            return Self.answer(200, #"{"id":"\#(rest.last ?? "")","status":"completed"}"#)
        default: return Self.answer(404, #"{"errors":[{"message":"not found"}]}"#)
        }
    }

    private static func answer(_ status: Int, _ body: String) -> Response {
        Response(
            status: .init(code: status), headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}
