import FoundationEssentials

/// A request, whole, with its path taken apart.
struct Call: Sendable {
    let method: String
    let path: String
    /// The parts of the path: `["v3", "marketing", "lists"]`.
    let segments: [String]
    let query: [String: String]
    let authorization: String?
    /// The header that an upload has to have.
    let encryption: String?
    /// Where the client reaches the sandbox, `http://127.0.0.1:8025`; links in replies start with it.
    let origin: String
    let body: Data
    let byteCount: Int
    let fault: SandboxFault.Kind?

    /// Decodes the body.
    /// - Throws: ``Refusal``, with the two messages that the real service has for it.
    func decode<Value: Decodable>(_: Value.Type) throws(Refusal) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: body)
        } catch DecodingError.dataCorrupted {
            throw .invalidJSON
        } catch {
            throw .invalidInput
        }
    }
}
