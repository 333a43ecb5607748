internal import Governance
internal import NIOCore

/// A request body that asks before every chunk whether the destination still stands, and ends in an error if it does
/// not (I4).
///
/// A chunk is a small part of a body, and what lies in the socket's buffer is discarded when the connection is severed.
struct GuardedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private static let chunk = 256 * 1024

    private let bytes: [UInt8]
    private let standing: StandingCheck

    init(_ bytes: [UInt8], standing: StandingCheck) {
        self.bytes = bytes
        self.standing = standing
    }

    var count: Int { bytes.count }

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    struct Iterator: AsyncIteratorProtocol {
        let body: GuardedBody
        var offset = 0

        mutating func next() async throws -> ByteBuffer? {
            guard offset < body.bytes.count else { return nil }
            try Task.checkCancellation()
            try body.standing()
            let end = Swift.min(offset + GuardedBody.chunk, body.bytes.count)
            defer { offset = end }
            return ByteBuffer(bytes: body.bytes[offset..<end])
        }
    }
}
