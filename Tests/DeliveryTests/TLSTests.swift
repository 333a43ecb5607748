import Foundation
import Testing

/// A real TLS server with a certificate that nobody vouches for.
@Suite("TLS is verified")
struct TLSTests {
    @Test("a certificate that no trusted authority issued ends the connection before the key is sent")
    func selfSigned() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybill-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = """
            import ssl, socket, subprocess, sys, threading
            folder = sys.argv[1]
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost',
                '-addext', 'subjectAltName=DNS:localhost', '-keyout', folder + '/key', '-out', folder + '/cert', '-days', '2'],
                check=True, stderr=subprocess.DEVNULL)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(folder + '/cert', folder + '/key')
            listener = socket.create_server(('127.0.0.1', 0))
            print(listener.getsockname()[1], flush=True)
            connection, _ = listener.accept()
            try:
                print('received', len(context.wrap_socket(connection, server_side=True).recv(10)), flush=True)
            except (ssl.SSLError, OSError):
                print('refused', flush=True)
            """
        let server = Process()
        server.executableURL = URL(filePath: "/usr/bin/env")
        server.arguments = ["python3", "-c", script, folder.path]
        let output = Pipe()
        server.standardOutput = output
        try server.run()
        defer { server.terminate() }
        var port = ""
        while !port.hasSuffix("\n") {
            let byte = output.fileHandleForReading.readData(ofLength: 1)
            try #require(!byte.isEmpty, "the server did not start; is openssl installed?")
            port += String(decoding: byte, as: UTF8.self)
        }
        let error = try await Probe.scopes(at: "https://localhost:\(port.dropLast())")
        #expect(error == "tls-not-verified")
        let said = String(decoding: output.fileHandleForReading.readData(ofLength: 7), as: UTF8.self)
        #expect(said == "refused")
    }
}
