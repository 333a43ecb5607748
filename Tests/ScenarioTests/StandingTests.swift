import Foundation
import Sandbox
import Testing

@Suite("destination list and show say what matters")
struct StandingTests {
    @Test("step by step they say what an export would meet, until one would be cleared")
    func steps() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(10)
        try await stage.enroll()
        try await stage.waybill("source", "add", "customers", "--csv", stage.path("profiles.csv"))
        try await stage.waybill(
            "segment", "add", "everybody", "--source", "customers", "--where", "lifetime_value >= 0")
        try await stage.connect()
        #expect(try await stage.objection() == "destination-not-configured")
        try await stage.waybill("destination", "map", "d1", "--email", "Email", "--as", "anna")
        #expect(try await stage.objection() == "destination-not-configured")
        try await stage.waybill("destination", "segments", "d1", "everybody", "--as", "anna")
        #expect(try await stage.objection() == "no-consent")
        let index = try await stage.consent()
        let shown = try await stage.waybill("destination", "show", "d1").json()
        #expect(shown["would_meet"] as? [String: Any] == nil)
        #expect(shown["schedule"] as? String == "off" && shown["last_export"] as? [String: Any] == nil)
        let consents = try #require(shown["consents"] as? [[String: Any]])
        #expect(consents.count == 1 && consents[0]["index"] as? Int == index)
        #expect(consents[0]["administrator"] as? String == "anna" && consents[0]["state"] as? String == "in-force")
        let days = try #require(consents[0]["days_left"] as? Int)
        #expect((300...366).contains(days))
        try await stage.waybill("destination", "suspend", "d1", "--as", "anna")
        #expect(try await stage.objection() == "destination-suspended")
        #expect(try await stage.worths()[index] == "in-force")
        try await stage.close()
    }

    @Test("schedule, next run, export user and last export stand in JSON and in words, within 80 columns")
    func facts() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(10)
        try await stage.prepare()
        try await stage.enroll("bert")
        try await stage.consent()
        let anna = try await stage.waybill(
            "destination", "schedule", "d1", "--on-refresh", "--as", "anna"
        ).json()
        #expect(anna["warnings"] as? [String] == [])
        let bert = try await stage.waybill(
            "destination", "schedule", "d1", "--cron", "0 6 1 1 *", "--as", "bert")
        #expect(bert.errors.contains("its exports will be refused: bert has not consented"))
        try await stage.waybill("export", "run", "d1")
        let listed = try #require(try await stage.array("destination", "list").first)
        #expect(listed["schedule"] as? String == "cron 0 6 1 1 *" && listed["export_user"] as? String == "bert")
        #expect((listed["next_run"] as? String)?.hasSuffix("-01-01T06:00:00Z") == true)
        let last = try #require(listed["last_export"] as? [String: Any])
        #expect(last["export"] as? String == "e1" && last["state"] as? String == "completed")
        #expect((last["counts"] as? [String: Int])?["accepted"] == 9)
        // Anybody's consent will do on demand; a schedule goes out under its export user's alone.
        #expect(listed["would_meet"] as? [String: Any] == nil)
        #expect((listed["schedule_would_meet"] as? [String: Any])?["code"] as? String == "no-consent")
        let list = try await stage.words("destination", "list").output
        let show = try await stage.words("destination", "show", "d1").output
        for text in [list, show] {
            #expect(text.contains("cron 0 6 1 1 *, next at 20") && text.contains("export user bert"))
            #expect(text.contains("anna: in-force until 20") && text.contains("an export would be cleared"))
            #expect(text.contains("9 sent, 9 accepted") && text.contains("[no-consent]"))
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
        }
        try await stage.close()
    }

    @Test("without the key file, and where nothing can be written, the same is told, and what cannot be is said")
    func withoutKey() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(10)
        try await stage.prepare()
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        try stage.write(
            """
            mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99
            for command in 'destination show d1' 'destination list' 'consent list' 'export list' 'export show e1' \\
                'export rejections e1'; do
                "$2" $command --home "$1" --json || exit 98
            done
            """, to: "readonly.sh")
        let result = try await Program.run(
            ["--map-root-user", "--mount", "sh", stage.path("readonly.sh"), stage.home, Program.path],
            executable: "/usr/bin/unshare")
        try #require(result.status == 0, "\(result.output) \(result.errors)")
        let shown = try #require(
            try result.output.split(separator: "\n").first.map { line in
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            } ?? nil)
        #expect(shown["would_meet"] as? [String: Any] == nil)
        #expect((shown["last_export"] as? [String: Any])?["export"] as? String == "e1")
        #expect((shown["warnings"] as? [String])?.contains { $0.contains("can only be read here") } == true)

        try FileManager.default.moveItem(atPath: stage.home + "/waybill.key", toPath: stage.path("away"))
        let keyless = try await stage.waybill("destination", "show", "d1").json()
        #expect((keyless["would_meet"] as? [String: Any])?["code"] as? String == "bad-key-file")
        #expect((keyless["warnings"] as? [String])?.contains { $0.contains("nothing can be sent from here") } == true)
        #expect((keyless["consents"] as? [[String: Any]])?.first?["state"] as? String == "in-force")
        #expect(try await stage.array("destination", "list").count == 1)
        #expect(try await stage.array("consent", "list").count == 1)
        try await stage.close()
    }

    @Test("a name that two destinations have names neither, until one of them is removed")
    func sameName() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        let first: [String: Any] = try await stage.connect(baseURL: nil)
        try await stage.connect(baseURL: nil)
        let name = try #require(first["name"] as? String)
        let unclear = try await stage.waybill("destination", "show", name, status: 64)
        #expect(try unclear.errorCode() == "name-not-unique" && unclear.errors.contains("d1, d2"))
        try await stage.waybill("destination", "remove", "d1", "--as", "anna")
        #expect(try await stage.waybill("destination", "show", name).json()["id"] as? String == "d2")
        try await stage.waybill("destination", "remove", name, "--as", "anna")
        #expect(try await stage.waybill("destination", "show", "d2").json()["state"] as? String == "removed")
        try await stage.close()
    }

    @Test("the same list connected twice is said at once and in show, however host and list are spelt")
    func sameList() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        try await stage.connect()
        let list = stage.configuration.lists[0].id
        let other = stage.sendGrid.baseURL.replacing("127.0.0.1", with: "localhost")
        let again = try await stage.connect(baseURL: other)
        let warning = "destination d1 is the same list at the same host"
        #expect((again["warnings"] as? [String])?.contains { $0.hasPrefix(warning) } == true)
        for (id, twin) in [("d1", "d2"), ("d2", "d1")] {
            let shown = try await stage.waybill("destination", "show", id)
            #expect((try shown.json()["warnings"] as? [String])?.count == 1)
            #expect(shown.errors.contains("waybill: note: destination \(twin) is the same list"))
        }
        #expect(!list.isEmpty)
        try await stage.waybill("destination", "remove", "d1", "--as", "anna")
        #expect(try await stage.waybill("destination", "show", "d2").json()["warnings"] as? [String] == [])
        #expect(try await stage.waybill("destination", "show", "d1").json()["warnings"] as? [String] == [])
        try await stage.close()
    }
}

extension Stage {
    /// Connects the sandbox's list.
    @discardableResult
    func connect(baseURL: String? = nil) async throws -> [String: Any] {
        try await waybill(
            "destination", "connect", "sendgrid", "--name", "Newsletter", "--list-id", configuration.lists[0].id,
            "--api-key-file", "-", "--base-url", baseURL ?? sendGrid.baseURL, "--as", "anna",
            input: configuration.apiKey + "\n"
        ).json()
    }
}
