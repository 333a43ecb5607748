import Foundation
import Sandbox
import Testing

/// A folder, a workspace in it, an administrator with a key, and a local SendGrid.
final class Stage: Sendable {
    let folder: URL
    let sendGrid: SandboxServer
    let configuration: SandboxConfiguration

    var home: String { path("home") }

    init(_ configuration: SandboxConfiguration = Stage.quick()) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "waybill-scenario-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.configuration = configuration
        sendGrid = try await SandboxServer.start(configuration)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    static func quick() -> SandboxConfiguration {
        var configuration = SandboxConfiguration()
        configuration.jobDelay = .milliseconds(50)
        return configuration
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    /// Runs a command in the workspace and expects `status`.
    @discardableResult
    func waybill(
        _ arguments: String..., input: String = "", status: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Program.Result {
        try await waybill(arguments, input: input, status: status, sourceLocation: sourceLocation)
    }

    @discardableResult
    func waybill(
        _ arguments: [String], input: String = "", status: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Program.Result {
        let result = try await Program.run(arguments + ["--home", home, "--json"], input: input)
        try #require(
            result.status == status,
            "\(arguments.joined(separator: " ")): \(result.status) \(result.output) \(result.errors)",
            sourceLocation: sourceLocation)
        return result
    }

    func start(_ arguments: String...) throws -> Program.Running {
        try Program.start(arguments + ["--home", home, "--json"])
    }

    /// Profiles as CSV, `count` of them, with what is to be rejected in known places.
    func writeProfiles(_ count: Int, to name: String = "profiles.csv") throws {
        var text = "CustomerId,Email,First,Last,Country,State,City,Post,lifetime_value,DoNotEmail,Tier\n"
        for index in 0..<count {
            let country = index % 2 == 0 ? "SE" : "DE"
            text += "c\(index),Person.\(index)@Example.com,Åsa,O'Brien \(index),\(country),,Malmö,21\(index % 1000),"
            text += "\(index % 400).50,\(index % 100 == 7 ? "true" : ""),\(index % 3)\n"
        }
        try write(text, to: name)
    }

    /// A workspace with an administrator.
    func enroll() async throws {
        try await waybill("init")
        let keygen = try await Program.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path("anna")],
            executable: "/usr/bin/env")
        try #require(keygen.status == 0, "ssh-keygen is missing: apt-get install openssh-client")
        try await waybill("admin", "enroll", "anna", "--key", path("anna.pub"))
    }

    /// Everything up to the point where only the consent is missing.
    func prepare(rule: String = "lifetime_value >= 0", map: [String] = []) async throws {
        try await enroll()
        try await waybill("source", "add", "customers", "--csv", path("profiles.csv"))
        try await waybill("segment", "add", "everybody", "--source", "customers", "--where", rule)
        let connected = try await waybill(
            "destination", "connect", "sendgrid", "--name", "Newsletter", "--list-id",
            configuration.lists[0].id, "--api-key-file", "-", "--base-url", sendGrid.baseURL, "--as", "anna",
            input: configuration.apiKey + "\n")
        #expect(try connected.json()["id"] as? String == "d1")
        #expect(try connected.json()["state"] as? String == "active")
        let arguments = ["destination", "map", "d1", "--email", "Email", "--as", "anna", "--home", home, "--json"]
        let mapped = try await Program.run(arguments + map)
        try #require(mapped.status == 0, "\(mapped.output)")
        try await waybill("destination", "segments", "d1", "everybody", "--as", "anna")
    }

    /// Signs as a person would: request, ssh-keygen, give.
    @discardableResult
    func consent() async throws -> Int {
        let request = try await waybill("consent", "request", "d1", "--as", "anna").json()
        try write(try #require(request["statement"] as? String), to: "statement.txt")
        try? FileManager.default.removeItem(atPath: path("statement.txt.sig"))
        let signed = try await Program.run(
            ["ssh-keygen", "-q", "-Y", "sign", "-n", "consent@waybill", "-f", path("anna"), path("statement.txt")],
            executable: "/usr/bin/env")
        try #require(signed.status == 0, "\(signed.errors)")
        let given = try await waybill(
            "consent", "give", "d1", "--as", "anna", "--signature", path("statement.txt.sig"))
        return try #require(try given.json()["index"] as? Int)
    }

    /// The entries of the log.
    func entries(_ type: String? = nil) async throws -> [[String: Any]] {
        let list = try await waybill("log", "list")
        return try list.lines().compactMap { $0["entry"] as? [String: Any] }.filter { entry in
            type == nil || entry["type"] as? String == type
        }
    }

    /// Makes sure that the log verifies.
    func verifyLog(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let report = try await waybill("log", "verify", sourceLocation: sourceLocation).json()
        #expect(report["ok"] as? Bool == true, sourceLocation: sourceLocation)
        #expect((report["violations"] as? [Any])?.isEmpty == true, sourceLocation: sourceLocation)
    }

    /// The requests that carried contacts.
    func upserts() async -> [RecordedRequest] {
        await sendGrid.state().requests.filter { $0.method == "PUT" }
    }

    func close() async throws { try await sendGrid.stop() }
}
