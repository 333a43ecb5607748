import AsyncHTTPClient
import NIOCore
import Testing

@testable import Sandbox

@Suite("The sandbox's connections")
struct TransportTests {
    /// A body without end, as far as a test is concerned.
    private struct Endless: AsyncSequence, Sendable {
        struct AsyncIterator: AsyncIteratorProtocol {
            mutating func next() async throws -> ByteBuffer? {
                try Task.checkCancellation()
                return ByteBuffer(repeating: UInt8(ascii: " "), count: 65_536)
            }
        }

        func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
    }

    @Test("a client that goes away mid-body leaves an incomplete record and no job", arguments: [false, true])
    func goneMidBody(isChunked: Bool) async throws {
        let faults = [SandboxFault(.slowRead(bytesPerSecond: 20_000_000))]
        try await withSandbox(.quick.with { $0.faults = faults }) { sandbox, client in
            let length = 1 << 40
            let sending = Task {
                let body: HTTPClientRequest.Body =
                    isChunked
                    ? .stream(Endless(), length: .unknown) : .stream(Endless(), length: .known(Int64(length)))
                return try await client.send("PUT", "/v3/marketing/contacts", body: body)
            }
            let during = try await until(sandbox) { ($0.requests.first?.bytesReceived ?? 0) > 0 }
            #expect(during.requests[0].finished == nil)
            #expect(during.requests[0].status == 0)
            sending.cancel()
            await #expect(throws: (any Error).self) { try await sending.value }
            let after = try await until(sandbox) { $0.requests[0].finished != nil }
            let record = after.requests[0]
            #expect(!record.completed)
            #expect(record.bytesReceived > 0 && record.bytesReceived < length)
            #expect(record.bodyBytes == (isChunked ? 0 : length))
            #expect(after.jobs.isEmpty)
        }
    }

    /// So many chunks, that says how many were asked for.
    private actor Supply: AsyncSequence {
        nonisolated let chunks: Int
        private(set) var handedOut = 0

        init(chunks: Int) { self.chunks = chunks }

        func next() -> ByteBuffer? {
            guard handedOut < chunks else { return nil }
            handedOut += 1
            return ByteBuffer(repeating: UInt8(ascii: " "), count: 16_384)
        }

        struct AsyncIterator: AsyncIteratorProtocol {
            let supply: Supply
            mutating func next() async throws -> ByteBuffer? { await supply.next() }
        }

        nonisolated func makeAsyncIterator() -> AsyncIterator { AsyncIterator(supply: self) }
    }

    @Test("slow reading holds the client up in the midst of 20 MB")
    func slowReading() async throws {
        let faults = [SandboxFault(.slowRead(bytesPerSecond: 1))]
        try await withSandbox(.quick.with { $0.faults = faults }) { sandbox, client in
            let supply = Supply(chunks: 1_250)
            let sending = Task {
                try await client.send(
                    "PUT", "/v3/marketing/contacts", body: .stream(supply, length: .known(Int64(1_250 * 16_384))))
            }
            _ = try await until(sandbox) { ($0.requests.first?.bytesReceived ?? 0) > 0 }
            // As soon as nothing more is asked for, the client is held up.
            var before = -1
            while await supply.handedOut != before {
                before = await supply.handedOut
                try await Task.sleep(for: .milliseconds(100))
            }
            // How much the kernel buffers on the way differs from machine to machine; the end is what must not be reached.
            #expect(before < 1_250)
            #expect(await sandbox.state().requests[0].finished == nil)
            sending.cancel()
            await #expect(throws: (any Error).self) { try await sending.value }
        }
    }

    @Test("a whole body is recorded with its length and digest, however it is sent", arguments: [false, true])
    func whole(isChunked: Bool) async throws {
        try await withSandbox { sandbox, client in
            let text = #"{"contacts":[{"email":"a@example.com"}]}"#
            var hash = SHA256()
            Array(text.utf8).withUnsafeBytes { hash.update($0) }
            let chunks = text.utf8.map { ByteBuffer(bytes: [$0]) }
            let body: HTTPClientRequest.Body =
                isChunked ? .stream(chunks.async, length: .unknown) : .bytes(ByteBuffer(string: text))
            #expect(try await client.send("PUT", "/v3/marketing/contacts", body: body).status == 202)
            let record = try #require(await sandbox.state().requests.first)
            #expect(record.completed)
            #expect(record.bodyBytes == text.utf8.count && record.bytesReceived == text.utf8.count)
            #expect(record.bodySHA256 == hash.hexadecimal())
            #expect(record.contactCount == 1)
            #expect(record.status == 202)
            #expect(record.carriedAuthorization)
        }
    }

    @Test("it listens on 127.0.0.1 alone", arguments: ["0.0.0.0", "::1", "localhost", "192.0.2.1"])
    func loopbackOnly(host: String) async {
        await #expect(throws: SandboxError.notLoopback(host: host)) { try await SandboxServer.start(host: host) }
    }

    @Test("a port in use, or that is none, is an error")
    func ports() async throws {
        try await withSandbox { sandbox, _ in
            await #expect(throws: (any Error).self) { try await SandboxServer.start(port: sandbox.port) }
        }
        for port in [-1, 65_536] {
            await #expect(throws: SandboxError.cannotBind(port: port)) { try await SandboxServer.start(port: port) }
        }
    }

    @Test("settings without sense are an error, not a crash")
    func settings() async {
        for bad in [
            SandboxConfiguration(windowSeconds: 0), SandboxConfiguration(upsertsPerMinute: -1),
            SandboxConfiguration(readsPerMinute: -1), SandboxConfiguration(jobDelay: .seconds(-1)),
            SandboxConfiguration(fieldSettleDelay: .seconds(-1)),
            SandboxConfiguration(suppressions: [SandboxSuppression(kind: "x", email: "a@example.com")]),
        ] {
            await #expect(throws: SandboxError.self) { try await SandboxServer.start(bad) }
        }
    }

    @Test("faults without sense are met without a crash")
    func senselessFaults() async throws {
        let kinds: [SandboxFault.Kind] = [
            .status(0), .status(-5), .status(100), .hangBeforeResponse(seconds: .nan),
            .hangBeforeResponse(seconds: -1), .slowRead(bytesPerSecond: 0), .jobErrors(-1), .jobErrors(9),
            .closeAfterBytes(-1), .jobPendingWithCounts(seconds: .nan), .jobUnknownStatus(seconds: -1),
            .jobErrorsWithoutFile(-1), .hangBeforeProcessing(seconds: .nan), .removalIgnored,
        ]
        for kind in kinds {
            try await withSandbox(.quick.with { $0.faults = [SandboxFault(kind, path: "/v3")] }) { _, client in
                let body = #"{"contacts":[{"email":"a@example.com"}]}"#
                _ = try? await client("PUT", "/v3/marketing/contacts", body: body, timeout: 500)
                let after = try await client("GET", "/v3/scopes")
                #expect(after.status == 200)
            }
        }
    }

    @Test("once stopped, its port is free")
    func stopping() async throws {
        let sandbox = try await SandboxServer.start(.quick)
        let client = Client(sandbox, key: nil)
        #expect(try await client("GET", "/v3/scopes").status == 401)
        try await sandbox.stop()
        let again = try await SandboxServer.start(.quick, port: sandbox.port)
        #expect(again.port == sandbox.port)
        try await again.stop()
    }

    @Test("a service that is cancelled stops serving, and its port is free")
    func running() async throws {
        let sandbox = try await SandboxServer.start(.quick)
        let client = Client(sandbox, key: nil)
        let running = Task { try await sandbox.run() }
        #expect(try await client("GET", "/v3/scopes").status == 401)
        running.cancel()
        try await running.value
        try await SandboxServer.start(.quick, port: sandbox.port).stop()
    }
}

extension Array where Element: Sendable {
    /// The elements one after the other.
    fileprivate var async: AsyncStream<Element> {
        AsyncStream { continuation in
            for element in self { continuation.yield(element) }
            continuation.finish()
        }
    }
}
