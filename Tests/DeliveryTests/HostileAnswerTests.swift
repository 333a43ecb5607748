import Delivery
import Foundation
import Support
import Testing

@Suite("No answer ends the process")
struct HostileAnswerTests {
    /// A server that answers every request on every connection with these bytes, and then closes.
    private static let script = """
        import socket, sys, time
        answer = sys.argv[1].encode('latin-1')
        is_early = sys.argv[2] == 'early'
        listener = socket.create_server(('127.0.0.1', 0))
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            try:
                if not is_early:
                    connection.recv(65536)
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
            except OSError:
                pass
            connection.close()
        """

    private static func code(_ answer: String, early: Bool = false) async throws -> String? {
        let server = try PythonServer(script, [answer, early ? "early" : "late"])
        defer { server.stop() }
        return try await Probe.scopes(
            at: "http://127.0.0.1:\(server.port)",
            Timeouts(connect: .seconds(5), silence: .seconds(10), request: .seconds(20)))
    }

    @Test(
        "a status below 100 is one that is not expected, with a body and without",
        arguments: ["000", "001", "042", "099"], ["content-length: 0\r\n\r\n", "content-length: 2\r\n\r\n{}", "\r\n{}"])
    func lowStatus(status: String, rest: String) async throws {
        #expect(try await Self.code("HTTP/1.1 \(status) X\r\n\(rest)") == "unexpected-status")
        let announced = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 \(status) X\r\n\(rest)"
        #expect(try await Self.code(announced) == "unexpected-status")
    }

    @Test("an answer may be announced, and is read after that")
    func announced() async throws {
        let announcements = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"scopes\":[]}"
        #expect(try await Self.code(announcements + answer) == nil)
    }

    private static let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]"

    static let answers: [String] = [
        "", "\r\n", "\r\n\r\n", "x", "HTTP/1.1", "HTTP/1.1 \r\n\r\n", "HTTP/1.1 1 X\r\n\r\n", "HTTP/1.1 99 X\r\n\r\n",
        "HTTP/1.1 -10 X\r\n\r\n", "HTTP/1.1 1000 X\r\n\r\n", "HTTP/1.1 99999999999999999999 X\r\n\r\n",
        "HTTP/1.1 999 X\r\ncontent-length: 0\r\n\r\n", "HTTP/1.1 600 X\r\ncontent-length: 0\r\n\r\n",
        "HTTP/0.9 000 X\r\n\r\n", "HTTP/1.0 000 X\r\n\r\n", "HTTP/2.0 200 X\r\n\r\n", "HTTP/9.9 000 X\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 199 X\r\ncontent-length: 2\r\n\r\n{}", "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 100 X\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nabc",
        "HTTP/1.1 101 Switching\r\ncontent-length: 3\r\n\r\nabc\(ok)",
        "HTTP/1.1 204 X\r\ncontent-length: 2\r\n\r\n{}", "HTTP/1.1 204 X\r\n\r\n\(ok)",
        "HTTP/1.1 304 X\r\ncontent-length: 2\r\n\r\n{}\(ok)", "\(ok)\(ok)", "\(ok)garbage",
        "\(ok)HTTP/1.1 100 X\r\n\r\n", "\(ok)HTTP/1.1 000 X\r\n\r\n",
        "HTTP/1.1 200 X\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 X\r\ncontent-length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 X\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffffff\r\nx",
        "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\ntrailer: x\r\n: y\r\n\r\n",
        "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 000 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n", "HTTP/1.1 200 X\r\n: x\r\n\r\n",
        "HTTP/1.1 200 X\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n[]",
    ]

    @Test("whatever else it is, it ends in an error that has a name", arguments: HostileAnswerTests.answers)
    func others(answer: String) async throws {
        #expect(try await Self.code(answer) != nil)
        #expect(try await Self.code(answer, early: true) != nil)
    }
}
