import Foundation
import Sandbox
import Testing

@Suite("Bad input and bad days end in a clear message, the right status, and nothing sent that is not logged")
struct BadInputTests {
    private func stage(_ profiles: Data, map: [String] = []) async throws -> Stage {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare(map: map)
        try await stage.consent()
        try profiles.write(to: stage.folder.appending(path: "profiles.csv"))
        return stage
    }

    private static let header = "CustomerId,Email,First,Last,Country,State,City,Post,lifetime_value,DoNotEmail,Tier\n"
    private static let row = "c1,a@example.com,A,B,SE,,X,1,5,,1\n"

    private struct Malformed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let profiles: Data
        let place: String

        init(_ description: String, _ profiles: String, place: String) {
            testDescription = description
            self.profiles = Data(profiles.utf8)
            self.place = place
        }

        init(_ description: String, _ parts: [Data], place: String) {
            testDescription = description
            profiles = parts.reduce(Data(), +)
            self.place = place
        }
    }

    private static let start = header + "c1,a@example.com,"
    private static let end = ",B,SE,,X,1,5,,1\n"
    private static let malformedFiles: [Malformed] = [
        Malformed("ragged row", header + row + "c2,b@example.com,A\n", place: "line 3"),
        Malformed("missing column", "CustomerId,lifetime_value\nc1,5\n", place: "Email"),
        Malformed("Latin-1", [Data(start.utf8), Data([0xC5]), Data(("sa" + end).utf8)], place: "line 2"),
        Malformed(
            "10 MB field", [Data(start.utf8), Data(repeating: 0x41, count: 10_000_000), Data(end.utf8)], place: "line 2"
        ),
        Malformed("unterminated quote", header + row + "c2,\"b@example.com,A" + end, place: "line 3"),
    ]

    @Test("a malformed file stops the export before anything leaves, and says where", arguments: malformedFiles)
    private func malformed(file: Malformed) async throws {
        let stage = try await stage(file.profiles)
        let result = try await stage.waybill("export", "run", "d1", status: 65)
        _ = try result.errorCode()
        #expect(result.errors.contains("profiles.csv") && result.errors.contains(file.place), "\(result.errors)")
        #expect(await stage.upserts().isEmpty)
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("an empty selection is not run: it says so")
    func empty() async throws {
        let stage = try await stage(Data(Self.header.utf8))
        #expect(try await stage.waybill("export", "run", "d1", status: 65).errorCode() == "nothing-selected")
        try await stage.close()
    }

    @Test("an unknown list is refused when the destination is connected")
    func unknownList() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        let result = try await stage.waybill(
            "destination", "connect", "sendgrid", "--name", "x", "--list-id", "00000000-0000-4000-8000-00000000dead",
            "--api-key-file", "-", "--base-url", stage.sendGrid.baseURL, "--as", "anna",
            input: stage.configuration.apiKey, status: 78)
        #expect(try result.errorCode() == "list-not-found")
        try await stage.close()
    }

    @Test(
        "a revoked key or a forbidden one ends the export with a plain sentence",
        arguments: [
            (SandboxFault(.rejectAll401), "key-not-accepted"), (SandboxFault(.rejectAll403), "access-forbidden"),
        ])
    func revoked(fault: SandboxFault, code: String) async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        try await stage.consent()
        await stage.sendGrid.inject(fault)
        #expect(try await stage.waybill("export", "run", "d1", status: 78).errorCode() == code)
        #expect(try await stage.entries("transfer.outcome").first?["reason"] as? String == code)
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("429 and 503 are waited out; each try is an intent of its own")
    func retries() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        try await stage.consent()
        await stage.sendGrid.inject(SandboxFault(.tooManyRequests(resetSeconds: 1), method: "PUT", count: 1))
        await stage.sendGrid.inject(SandboxFault(.status(503), method: "PUT", count: 1))
        await stage.sendGrid.inject(SandboxFault(.loseResponse, method: "PUT", count: 1))
        let report = try await stage.waybill("export", "run", "d1").json()
        #expect((report["counts"] as? [String: Int])?["accepted"] == 19)
        let intents = try await stage.entries("transfer.intent")
        let statuses = try await stage.entries("transfer.outcome").compactMap { $0["status"] as? String }
        #expect(statuses == ["rate-limited", "unavailable", "unknown", "accepted"])
        #expect(intents.map { $0["attempt"] as? Int } == [1, 2, 3, 4])
        #expect(await stage.upserts().count == 4)
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("jobs that refuse contacts, fail or never end are different outcomes")
    func jobs() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        try await stage.consent()
        await stage.sendGrid.inject(SandboxFault(.jobErrors(3), count: 1))
        let some = try await stage.waybill("export", "run", "d1", status: 2).json()
        #expect(some["state"] as? String == "completed-with-refusals")
        #expect((some["counts"] as? [String: Int])?["refused"] == 3)
        await stage.sendGrid.inject(SandboxFault(.jobFails, count: 1))
        #expect(try await stage.waybill("export", "run", "d1", status: 69).json()["state"] as? String == "failed")
        await stage.sendGrid.inject(SandboxFault(.jobNeverFinishes, count: 1))
        let open = try await stage.waybill("export", "run", "d1", "--job-seconds", "1", status: 75).json()
        #expect(open["state"] as? String == "pending")
        #expect((open["counts"] as? [String: Int])?["unknown"] == 3, "only what was refused is sent again")
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("nothing that listens: status 69, and no contact is counted as sent")
    func nobodyListens() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        try await stage.consent()
        try await stage.close()
        #expect(try await stage.waybill("export", "run", "d1", status: 69).errorCode() == "cannot-connect")
        let finished = try #require(try await stage.entries("export.finished").first)
        #expect((finished["counts"] as? [String: Int])?["sent"] == 0)
        try await stage.verifyLog()
    }

    @Test("a read-only disk and a full one: status 74, nothing sent; a removal still works on the full one")
    func disks() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        try await stage.consent()
        // A file system of our own, small; the workspace is copied into it, and the rest filled.
        try stage.write(
            """
            set -u
            mkdir -p "$1/disk"
            mount -t tmpfs -o size=4m tmpfs "$1/disk" || exit 99
            cp -r "$1/home" "$1/disk/home"
            if [ "$2" = full ]; then
                dd if=/dev/zero of="$1/disk/fill" bs=4k 2>/dev/null
            else
                mount -o remount,ro "$1/disk" || exit 99
            fi
            "$3" export run d1 --home "$1/disk/home" --json
            echo "export $?"
            if [ "$2" = full ]; then
                "$3" destination remove d1 --as anna --home "$1/disk/home" --json
                echo "remove $?"
                "$3" log verify --home "$1/disk/home" --json
                echo "verify $?"
            fi
            """, to: "disk.sh")
        for kind in ["full", "readonly"] {
            let result = try await Program.run(
                ["--map-root-user", "--mount", "sh", stage.path("disk.sh"), stage.folder.path, kind, Program.path],
                executable: "/usr/bin/unshare")
            #expect(result.output.contains("export 74"), "\(kind): \(result.output)\(result.errors)")
            if kind == "full" {
                #expect(result.output.contains("remove 0"), "\(result.output)\(result.errors)")
                #expect(result.output.contains("verify 0"), "\(result.output)\(result.errors)")
            }
        }
        #expect(await stage.upserts().isEmpty)
        try await stage.close()
    }

    @Test(
        "the command line says what it did not understand",
        arguments: [
            "destination connect mailchimp 64", "frobnicate 64", "source add x 64",
            "admin enroll anna@example.com --key x 64", "log list 78",
        ])
    func usage(line: String) async throws {
        let words = line.split(separator: " ").map(String.init)
        let arguments = Array(words.dropLast())
        let status = Int32(words[words.count - 1])
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybill-none-\(UUID().uuidString)").path
        let result = try await Program.run(arguments + ["--home", folder, "--json"])
        #expect(result.status == status, "\(result.output)\(result.errors)")
        _ = try result.errorCode()
    }

    @Test("an option with another word than the ones it takes names them, status 64")
    func choices() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        for arguments in [
            ["admin", "enroll", "bo", "--key", stage.path("anna.pub"), "--role", "king"],
            ["agreement", "show", "--language", "xx"],
            ["agreement", "show", "--version", "9"],
        ] {
            let result = try await Program.run(arguments + ["--home", stage.home, "--json"])
            #expect(result.status == 64)
            #expect(try result.errorCode() == "unknown-choice")
        }
        try await stage.close()
    }

    @Test("a workspace is not made twice, nor where nothing can be made")
    func create() async throws {
        let stage = try await Stage()
        try await stage.waybill("init")
        #expect(try await stage.waybill("init", status: 73).errorCode() == "workspace-exists")
        let nowhere = try await Program.run(["init", "--home", "/proc/nowhere", "--json"])
        #expect(nowhere.status == 73)
        // The key file is taken: nothing half-made is left.
        let other = stage.path("other")
        let taken = try await Program.run(
            ["init", "--home", other, "--key-file", stage.home + "/waybill.key", "--json"])
        #expect(try taken.errorCode() == "bad-key-file")
        #expect(!FileManager.default.fileExists(atPath: other))
        try await stage.close()
    }

    @Test("plain http to another machine is refused, and a host that the policy does not name")
    func hosts() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(5)
        try await stage.prepare()
        for (url, status, code) in [
            ("http://sendgrid.example", Int32(64), "plain-http"), ("https://sendgrid.example", 77, "host-not-allowed"),
        ] {
            let result = try await stage.waybill(
                "destination", "connect", "sendgrid", "--name", "x", "--list-id", "l", "--api-key-file", "-",
                "--base-url", url, "--as", "anna", input: stage.configuration.apiKey, status: status)
            #expect(try result.errorCode() == code)
        }
        try await stage.close()
    }
}
