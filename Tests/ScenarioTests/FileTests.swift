import Foundation
import Sandbox
import Testing

@Suite("Files are private, others cannot change a workspace, and small files are files")
struct FileTests {
    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private func chmod(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test("whatever the umask is, a workspace and its files are the owner's alone", arguments: ["000", "022", "777"])
    func umask(mask: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybill-umask-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let made = try await Program.run(
            ["-c", "umask \(mask); exec \"$0\" init --home \"$1\"", Program.path, folder], executable: "/bin/sh")
        #expect(made.status == 0, "\(made.errors)")
        let listed = try await Program.run(
            ["-c", "umask \(mask); exec \"$0\" policy show --home \"$1\"", Program.path, folder], executable: "/bin/sh")
        #expect(listed.status == 0, "\(listed.errors)")
        #expect(try mode(folder) == 0o700)
        let files = try #require(FileManager.default.enumerator(atPath: folder)?.allObjects as? [String])
        #expect(files.contains("waybill.sqlite") && files.contains("reserve"))
        for file in files { #expect(try mode(folder + "/" + file) & 0o077 == 0, "\(file)") }
    }

    @Test("plans and consents are written for the owner alone")
    func plans() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        let index = try await stage.consent()
        let planned = try await Program.run(
            [
                "-c", "umask 000; exec \"$0\" export plan d1 --out \"$1\" --home \"$2\"", Program.path,
                stage.path("plan"), stage.home,
            ], executable: "/bin/sh")
        #expect(planned.status == 0, "\(planned.errors)")
        #expect(try mode(stage.path("plan")) == 0o600)
        #expect(try mode(stage.home + "/consents/\(index)/statement.txt") & 0o077 == 0)
        try await stage.close()
    }

    @Test(
        "a workspace that others can write is refused with the command that mends it, and a removal works all the same",
        arguments: ["", "/waybill.sqlite"])
    func exposed(file: String) async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        try await stage.consent()
        try chmod(file.isEmpty ? 0o770 : 0o666, stage.home + file)
        let refused = try await stage.waybill("export", "run", "d1", status: 78)
        #expect(try refused.errorCode() == "workspace-exposed")
        #expect(refused.errors.contains("chmod go-w \(stage.home + file)"))
        #expect(await stage.upserts().isEmpty)
        try await stage.waybill("destination", "remove", "d1", "--as", "anna")
        try chmod(file.isEmpty ? 0o700 : 0o600, stage.home + file)
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("an API-key file that others may read is refused, and a key given in place of its path is not shown")
    func apiKeyFile() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        let key = stage.configuration.apiKey
        try stage.write(key + "\n", to: "key")
        try chmod(0o640, stage.path("key"))
        func connect(_ file: String) async throws -> Program.Result {
            try await Program.run([
                "destination", "connect", "sendgrid", "--name", "x", "--list-id", stage.configuration.lists[0].id,
                "--api-key-file", file, "--base-url", stage.sendGrid.baseURL, "--as", "anna", "--home", stage.home,
                "--json",
            ])
        }
        let refused = try await connect(stage.path("key"))
        #expect(try refused.status == 65 && refused.errorCode() == "readable-by-others")
        #expect(refused.errors.contains("chmod go= "))
        let echoed = try await connect(key)
        #expect(echoed.status == 65 && !(echoed.output + echoed.errors).contains(key.suffix(20)))
        try chmod(0o600, stage.path("key"))
        #expect(try await connect(stage.path("key")).status == 0)
        let signed = try await Program.run(
            ["consent", "give", "d1", "--as", "anna", "--key", key, "--home", stage.home, "--json"])
        #expect(signed.status != 0 && !(signed.output + signed.errors).contains(key.suffix(20)))
        let text = try String(contentsOfFile: stage.path("anna"), encoding: .utf8)
        for given in [text, "--" + key, key] {
            let refused = try await Program.run(
                ["admin", "enroll", "bo", "--key", given, "--home", stage.home, "--json"])
            let said = refused.output + refused.errors
            #expect(refused.status != 0 && !said.contains("b3BlbnNz") && !said.contains(key.suffix(20)), "\(said)")
        }
        try await stage.close()
    }

    @Test("a pipe in place of a small file is refused at once")
    func pipes() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        let pipe = stage.path("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        try FileManager.default.createDirectory(atPath: stage.path("texts"), withIntermediateDirectories: true)
        try #require(mkfifo(stage.path("texts/agreement.en.md"), 0o600) == 0)
        let commands: [[String]] = [
            ["policy", "check", pipe], ["admin", "enroll", "bo", "--key", pipe], ["log", "verify", "--since", pipe],
            ["agreement", "publish", stage.path("texts"), "--as", "anna"],
            [
                "destination", "connect", "sendgrid", "--name", "x", "--list-id", stage.configuration.lists[0].id,
                "--api-key-file", pipe, "--base-url", stage.sendGrid.baseURL, "--as", "anna",
            ],
        ]
        for command in commands {
            let result = try await Program.run(
                ["5", Program.path] + command + ["--home", stage.home, "--json"], executable: "/usr/bin/timeout")
            #expect(try result.status == 65 && result.errorCode() == "unreadable-file", "\(command): \(result)")
        }
        try await stage.close()
    }

    @Test("a workspace that may not be seen is not said to be missing")
    func forbidden() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        try chmod(0o700, stage.folder.path)
        // As nobody, who may not enter the folder; it takes root to become nobody.
        try #require(geteuid() == 0, "run the tests as root, or in a container as root")
        let result = try await Program.run(
            [
                "--reuid=65534", "--regid=65534", "--clear-groups", Program.path, "destination", "list", "--json",
                "--home", stage.home,
            ], executable: "/usr/bin/setpriv")
        #expect(try result.status == 78 && result.errorCode() == "workspace-forbidden", "\(result)")
        try await stage.close()
    }
}
