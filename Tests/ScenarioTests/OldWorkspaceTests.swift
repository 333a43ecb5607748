import Foundation
import Sandbox
import Testing

/// A workspace that the program made while its schema was at version 2, in January 2026, is taken on as it is.
///
/// `Workspaces/v2` holds its database and its key file: two administrators with consents, a destination with a schedule and
/// two finished exports, and one that was removed. Its paths begin with /proc/self/cwd, so it works in whatever folder it
/// is copied to; its destination is a sandbox at port 18473. Nothing in it is secret: the API key is the sandbox's.
@Suite("A workspace of schema version 2", .serialized)
struct OldWorkspaceTests {
    private static let port = 18_473

    /// A copy to work on.
    private func copied() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybill-old-\(UUID().uuidString)")
        let original = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Workspaces/v2")
        try FileManager.default.copyItem(at: original, to: folder)
        for name in ["locks", "consents", "policies"] {
            try FileManager.default.createDirectory(
                atPath: folder.path + "/home/" + name, withIntermediateDirectories: true)
        }
        for (name, mode) in [
            ("", 0o700), ("/locks", 0o700), ("/consents", 0o700), ("/policies", 0o700), ("/waybill.key", 0o400),
            ("/waybill.sqlite", 0o600),
        ] {
            try FileManager.default.setAttributes(
                [.posixPermissions: mode], ofItemAtPath: folder.path + "/home" + name)
        }
        return folder
    }

    @discardableResult
    private func waybill(_ folder: URL, _ arguments: String..., status: Int32 = 0) async throws -> Program.Result {
        let result = try await Program.run(
            ["-C", folder.path, Program.path] + arguments + ["--home", "/proc/self/cwd/home", "--json"],
            executable: "/usr/bin/env")
        try #require(result.status == status, "\(arguments): \(result.status) \(result.output) \(result.errors)")
        return result
    }

    private func list(_ result: Program.Result) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    }

    private func version(_ folder: URL) throws -> Int {
        // sqlite.org/fileformat2.html: the user version is at offset 60 of the header, big-endian.
        let header = [UInt8](try Data(contentsOf: folder.appending(path: "home/waybill.sqlite")).prefix(64))
        return header[60..<64].reduce(0) { $0 << 8 | Int($1) }
    }

    @Test("opens, lists and verifies; what was signed then is in force, and finished exports have time and counts")
    func reads() async throws {
        let folder = try copied()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try version(folder) == 2, "it is as it was made")
        let destinations = try list(try await waybill(folder, "destination", "list"))
        #expect(destinations.compactMap { $0["state"] as? String } == ["active", "removed"])
        let first = try #require(destinations.first)
        #expect(first["would_meet"] as? [String: Any] == nil)
        #expect(first["schedule"] as? String == "cron 0 6 * * MON-FRI" && first["export_user"] as? String == "anna")
        #expect((first["last_export"] as? [String: Any])?["export"] as? String == "e2")
        #expect(try version(folder) == 3)
        let consents = try list(try await waybill(folder, "consent", "list"))
        #expect(consents.compactMap { $0["state"] as? String } == ["in-force", "in-force"])
        let exports = try list(try await waybill(folder, "export", "list"))
        #expect(exports.compactMap { $0["started"] as? String }.allSatisfy { $0.hasPrefix("2026-01-05T08:00:0") })
        #expect(exports.compactMap { ($0["counts"] as? [String: Int])?["accepted"] } == [38, 1])
        let kept = try await waybill(folder, "export", "rejections", "e1").json()
        #expect((kept["rows"] as? [Any])?.isEmpty == true && kept["truncated"] as? Bool == true)
        let verified = try await waybill(folder, "log", "verify").json()
        #expect(verified["ok"] as? Bool == true && verified["size"] as? Int == 36)
    }

    @Test("exports what it exported before as unchanged, and everything with --full, under the consents it has")
    func exports() async throws {
        let folder = try copied()
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try await SandboxServer.start(Stage.quick(), port: Self.port)
        let plan = try await waybill(folder, "export", "plan", "d1").json()
        #expect((plan["counts"] as? [String: Int])?["unchanged"] == 38)
        #expect(plan["refused_by"] as? String == nil)
        let unchanged = try await waybill(folder, "export", "run", "d1").json()
        #expect((unchanged["counts"] as? [String: Int])?["sent"] == 0)
        let full = try await waybill(folder, "export", "run", "d1", "--full").json()
        #expect((full["counts"] as? [String: Int])?["accepted"] == 38)
        #expect(await server.state().contacts.count == 38)
        let kept = try await waybill(folder, "export", "rejections", "e4").json()
        #expect((kept["rows"] as? [Any])?.count == 2 && kept["truncated"] as? Bool == false)
        #expect(try await waybill(folder, "log", "verify").json()["ok"] as? Bool == true)
        try await waybill(folder, "destination", "remove", "d1", "--as", "bert")
        #expect(try await waybill(folder, "export", "run", "d1", status: 77).errorCode() == "destination-removed")
        try await server.stop()
    }
}
