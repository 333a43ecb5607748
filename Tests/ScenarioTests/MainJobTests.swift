import Foundation
import Sandbox
import Testing

@Suite("The main job, through the real command line")
struct MainJobTests {
    @Test("segments of a CSV file arrive on the list, once each, with the right fields, and the log says so")
    func wholeStory() async throws {
        var configuration = Stage.quick()
        configuration.customFields = [SandboxField(id: "e9_N", name: "tier", type: "Number")]
        let stage = try await Stage(configuration)
        try stage.writeProfiles(5000)
        try await stage.prepare(
            rule: "Country == \"SE\" and lifetime_value > 100",
            map: [
                "--first-name", "First", "--last-name", "Last", "--city", "City", "--post-code", "Post", "--custom",
                "tier=Tier",
            ])
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == "no-consent")
        let consent = try await stage.consent()

        let report = try await stage.waybill("export", "run", "d1").json()
        #expect(report["state"] as? String == "completed")
        let counts = try #require(report["counts"] as? [String: Int])
        let members = (0..<5000).filter { $0 % 2 == 0 && Double($0 % 400) + 0.5 > 100 }
        let sendable = members.filter { $0 % 100 != 7 }
        #expect(counts["source"] == 5000)
        #expect(counts["selected"] == members.count)
        #expect(counts["sent"] == sendable.count)
        #expect(counts["accepted"] == sendable.count)
        #expect(counts["rejected"] == members.count - sendable.count)
        #expect(counts["refused"] == 0 && counts["unknown"] == 0 && counts["removed"] == 0 && counts["unchanged"] == 0)

        let state = await stage.sendGrid.state()
        #expect(Set(state.contacts.keys) == Set(sendable.map { "person.\($0)@example.com" }))
        let one = try #require(state.contacts["person.202@example.com"])
        #expect(one.listIDs == [configuration.lists[0].id])
        let values = Set(one.fields.values.map { "\($0)" })
        #expect(values == ["person.202@example.com", "Åsa", "O'Brien 202", "Malmö", "21202", "1.0"])

        // Each request was preceded by its intent, and carried exactly the bytes that the intent announced.
        let intents = try await stage.entries("transfer.intent")
        let requests = await stage.upserts()
        #expect(intents.map { $0["body_sha256"] as? String } == requests.map(\.bodySHA256))
        #expect(intents.map { $0["body_bytes"] as? Int } == requests.map(\.bodyBytes))
        #expect(intents.allSatisfy { $0["consent_index"] as? Int == consent })
        #expect(intents.allSatisfy { $0["rehearsal"] as? String == "yes" })
        try await stage.verifyLog()

        let subject = try await stage.waybill("log", "subject", "-", input: "Person.202@EXAMPLE.com\n").json()
        #expect(subject["tagged"] as? Int == 1)
        let transfer = try #require((subject["transfers"] as? [[String: Any]])?.first)
        #expect(transfer["consent"] as? Int == consent)
        #expect(transfer["consent_by"] as? String == "anna")
        let nobody = try await stage.waybill("log", "subject", "person.1@example.com").json()
        #expect(nobody["tagged"] as? Int == 0)

        let removed = try await stage.waybill("destination", "remove", "d1", "--as", "anna", "--reason", "done").json()
        #expect(removed["state"] as? String == "removed")
        #expect(removed["transfers_total"] as? Int == intents.count)
        #expect(removed["aborted_requests"] as? Int == 0)
        let refused = try await stage.waybill("export", "run", "d1", status: 77)
        #expect(try refused.errorCode() == "destination-removed")
        #expect(refused.errors.contains("removed by anna at"))
        #expect(await stage.upserts().count == requests.count)
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("no address, no name and no key stands in any file of the workspace, in no output and in no entry")
    func canaries() async throws {
        let stage = try await Stage()
        try stage.write(
            "CustomerId,Email,First\n1,canary.person@example.com,Canarius\n2,not an address canary,Canarius\n",
            to: "profiles.csv")
        try await stage.prepare(rule: "CustomerId != \"\"", map: ["--first-name", "First"])
        try await stage.consent()
        let result = try await stage.waybill("export", "run", "d1")
        let list = try await stage.waybill("log", "list")
        _ = try await stage.waybill("log", "subject", "-", input: "canary.person@example.com")
        let secret = try #require(stage.configuration.apiKey.split(separator: ".").last)
        for text in [result.output, result.errors, list.output] {
            #expect(!text.lowercased().contains("canar"))
            #expect(!text.contains(secret))
        }
        let files = FileManager.default.enumerator(atPath: stage.home)?.compactMap { $0 as? String } ?? []
        #expect(files.contains("waybill.sqlite"))
        for file in files {
            guard let data = FileManager.default.contents(atPath: stage.home + "/" + file) else { continue }
            #expect(
                data.range(of: Data("canary".utf8)) == nil && data.range(of: Data("Canarius".utf8)) == nil, "\(file)")
            #expect(data.range(of: Data(secret.utf8)) == nil, "\(file)")
        }
        try await stage.close()
    }

    @Test("a consent covers the fields and segments it names, and no more")
    func scope() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(50)
        try await stage.prepare()
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        try await stage.waybill("destination", "map", "d1", "--email", "Email", "--city", "City", "--as", "anna")
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == "fields-not-consented")
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        // Another profile field in a signed one's place, and a do-not-contact field dropped, are other terms.
        func map(_ more: String...) async throws {
            try await stage.waybill(["destination", "map", "d1", "--email", "Email", "--as", "anna"] + more)
        }
        try await map("--city", "First")
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == "matching-changed")
        try await map("--city", "City", "--do-not-contact", "Tier")
        try await stage.consent()
        try await map("--city", "City")
        let dropped = try await stage.waybill("export", "run", "d1", status: 77)
        #expect(try dropped.errorCode() == "do-not-contact-changed")
        try await stage.consent()
        try await stage.waybill("segment", "add", "everybody", "--source", "customers", "--where", "Country == \"SE\"")
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == "segments-changed")
        try await stage.consent()
        let third = try await stage.consent()
        try await stage.waybill("consent", "withdraw", "\(third)", "--as", "anna")
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == "consent-withdrawn")
        let last = try await stage.consent()
        #expect(last > third)
        try await stage.waybill("admin", "retire", "anna")
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == "administrator-retired")
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("a suspended destination refuses, and a resumed one goes on")
    func suspension() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        try await stage.consent()
        try await stage.waybill("destination", "suspend", "d1", "--as", "anna")
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == "destination-suspended")
        try await stage.waybill("destination", "resume", "d1", "--as", "anna")
        try await stage.waybill("export", "run", "d1")
        try await stage.verifyLog()
        try await stage.close()
    }

    @Test("stock ssh-keygen accepts the files of a consent, and stock openssl the log's checkpoint")
    func stockTools() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        let index = try await stage.consent()
        let folder = stage.home + "/consents/\(index)"
        let verified = try await Program.run(
            [
                "-c",
                "ssh-keygen -Y verify -f allowed_signers -I anna -n consent@waybill -s statement.txt.sig < statement.txt",
            ]
            .map {
                $0.replacing("allowed_signers", with: folder + "/allowed_signers").replacing(
                    "statement.txt", with: folder + "/statement.txt")
            },
            executable: "/bin/sh")
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")

        let note = try #require(try await stage.waybill("log", "checkpoint").json()["checkpoint"] as? String)
        let vkey = try #require(try await stage.entries("log.opened").first?["vkey"] as? String)
        try stage.write(note, to: "checkpoint")
        try stage.write(vkey, to: "vkey")
        try stage.write(
            """
            import base64, sys
            folder = sys.argv[1]
            note = open(folder + '/checkpoint', encoding='utf-8').read()
            text, signature = note.rsplit('\\n\\n', 1)
            open(folder + '/text', 'w').write(text + '\\n')
            open(folder + '/signature', 'wb').write(base64.b64decode(signature.split(' ')[2])[4:])
            key = base64.b64decode(open(folder + '/vkey').read().split('+', 2)[2])[1:]
            der = bytes.fromhex('302a300506032b6570032100') + key
            pem = '-----BEGIN PUBLIC KEY-----\\n' + base64.b64encode(der).decode() + '\\n-----END PUBLIC KEY-----\\n'
            open(folder + '/key.pem', 'w').write(pem)
            """, to: "split.py")
        let split = try await Program.run(
            ["python3", stage.path("split.py"), stage.folder.path], executable: "/usr/bin/env")
        try #require(split.status == 0, "\(split.errors)")
        let openssl = try await Program.run(
            [
                "openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", stage.path("key.pem"), "-in",
                stage.path("text"), "-sigfile", stage.path("signature"),
            ], executable: "/usr/bin/env")
        #expect(openssl.status == 0, "\(openssl.output)\(openssl.errors)")
        try await stage.close()
    }

    @Test("the quickstart tells the story to its end")
    func quickstart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybill-quickstart-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await Program.run(["quickstart", "--home", folder.path, "--json"])
        try #require(result.status == 0, "\(result.output)\(result.errors)")
        let report = try result.json()
        #expect(report["refused_before"] as? String == "no-consent")
        #expect(report["refused_after"] as? String == "destination-removed")
        let export = try #require(report["export"] as? [String: Any])
        let counts = try #require(export["counts"] as? [String: Int])
        #expect(export["state"] as? String == "completed")
        #expect(counts["accepted"] == report["contacts_at_sendgrid"] as? Int)
        #expect((counts["accepted"] ?? 0) > 1000)
        #expect(report["subject_transfers"] as? Int == 1)
        #expect((report["verification"] as? [String: Any])?["ok"] as? Bool == true)
        let explored = try await Program.run(
            ["log", "verify", "--since", folder.path + "/checkpoint", "--home", folder.path, "--json"])
        #expect(explored.status == 0)
    }

    @Test("the key file can be elsewhere, and a systemd credential comes before it")
    func keyElsewhere() async throws {
        let stage = try await Stage()
        let key = stage.path("elsewhere.key")
        let made = try await Program.run(["init", "--home", stage.home, "--key-file", key, "--json"])
        try #require(made.status == 0, "\(made.output)")
        #expect(!FileManager.default.fileExists(atPath: stage.home + "/waybill.key"))
        try await stage.waybill("log", "checkpoint")
        let credentials = stage.path("credentials")
        try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: key, toPath: credentials + "/waybill.key")
        // Reading needs no key; writing does.
        try await stage.waybill("log", "checkpoint")
        try stage.write(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x\n", to: "x.pub")
        let enroll = ["admin", "enroll", "x", "--key", stage.path("x.pub")]
        #expect(try await stage.waybill(enroll, status: 78).errorCode() == "bad-key-file")
        let credited = try await Program.run(
            ["log", "subject", "nobody@example.com", "--home", stage.home],
            environment: ["CREDENTIALS_DIRECTORY": credentials])
        #expect(credited.status == 0, "\(credited.errors)")
        // systemd hands it over with mode 0440 and an access control list; nothing wider is taken.
        for (mode, status) in [(0o440, Int32(0)), (0o444, 78)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: credentials + "/waybill.key")
            let result = try await Program.run(
                ["log", "subject", "nobody@example.com", "--home", stage.home],
                environment: ["CREDENTIALS_DIRECTORY": credentials])
            #expect(result.status == status, "\(result.errors)")
        }
        try await stage.close()
    }

    @Test("without ssh-keygen the quickstart says which package to install")
    func missingTool() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybill-quickstart-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let result = try await Program.run(
            ["quickstart", "--home", folder.path, "--json"], environment: ["PATH": "/nonexistent"])
        #expect(result.status == 78)
        #expect(try result.errorCode() == "tool-missing")
        #expect(result.errors.contains("openssh-client"))
    }
}
