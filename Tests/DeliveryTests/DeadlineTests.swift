import Delivery
import Foundation
import Support
import Testing

@Suite("A request has one time limit")
struct DeadlineTests {
    @Test(
        "it covers the head and the body of the answer, however many bytes keep coming",
        arguments: [#"'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n'"#, #"'HTTP/1.1 200 OK\r\nx-header: '"#])
    func drip(beginning: String) async throws {
        let script = """
            import socket, time
            listener = socket.create_server(('127.0.0.1', 0))
            print(listener.getsockname()[1], flush=True)
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.sendall(\(beginning).encode())
            try:
                for _ in range(300):
                    connection.sendall(b' ')
                    time.sleep(0.1)
            except OSError:
                pass
            """
        let server = try PythonServer(script)
        defer { server.stop() }
        // The bytes never end, so that it ends at all is the point; how soon depends on what else the machine does.
        let error = try await Probe.scopes(
            at: "http://127.0.0.1:\(server.port)",
            Timeouts(connect: .seconds(5), silence: .seconds(5), request: .seconds(1)))
        #expect(error == "no-answer")
    }
}
