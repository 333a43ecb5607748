import Delivery
import Foundation
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
        let server = Process()
        server.executableURL = URL(filePath: "/usr/bin/env")
        server.arguments = ["python3", "-c", script]
        let output = Pipe()
        server.standardOutput = output
        try server.run()
        defer { server.terminate() }
        var port = ""
        while !port.hasSuffix("\n") {
            let byte = output.fileHandleForReading.readData(ofLength: 1)
            try #require(!byte.isEmpty, "the server did not start")
            port += String(decoding: byte, as: UTF8.self)
        }
        let start = ContinuousClock.now
        let error = try await Probe.scopes(
            at: "http://127.0.0.1:\(port.dropLast())",
            Timeouts(connect: .seconds(5), silence: .seconds(5), request: .seconds(1)))
        #expect(error == "no-answer")
        // The bytes never end, so that it ends at all is the point; how soon depends on what else the machine does.
        #expect(ContinuousClock.now - start < .seconds(170))
    }
}
