import Foundation
import Sandbox
import Testing

@Suite("A change says beforehand which consents and schedules end with it")
struct LapseTests {
    /// Anna's and Bert's consents, and a schedule under Bert's.
    private func prepared() async throws -> Stage {
        let stage = try await Stage()
        try stage.writeProfiles(10)
        try await stage.prepare()
        try await stage.enroll("bert")
        try await stage.consent(of: "bert")
        try await stage.consent(of: "anna")
        try await stage.waybill("destination", "schedule", "d1", "--cron", "0 6 * * *", "--as", "bert")
        try stage.changePolicy { $0.replacing("maximum_profiles: ", with: "maximum_profiles: 1") }
        return stage
    }

    private static let remap = ["destination", "map", "d1", "--email", "Email", "--city", "City", "--as", "anna"]

    @Test(
        "the warning names each consent, the schedule and the destination",
        arguments: [
            remap, ["segment", "add", "everybody", "--source", "customers", "--where", "Tier == 1"],
            ["agreement", "publish", "POLICIES", "--as", "anna"],
        ])
    func warnings(command: [String]) async throws {
        let stage = try await prepared()
        let words = command.map { $0 == "POLICIES" ? stage.path("agreement") : $0 }
        let result = try await stage.waybill(words)
        let warnings = try #require(try result.json()["warnings"] as? [String])
        #expect(warnings.contains { $0.hasPrefix("the consent of anna to destination d1 (log index ") })
        #expect(warnings.contains { $0.hasPrefix("the consent of bert to destination d1 (log index ") })
        #expect(warnings.contains { $0.contains("scheduled exports to destination d1 (cron 0 6 * * *)") })
        #expect(warnings.contains("exports to destination d1 will be refused"))
        for warning in warnings {
            #expect(result.errors.components(separatedBy: "waybill: note: \(warning)\n").count == 2, "said once")
        }
        #expect(try await stage.objection(key: "schedule_would_meet") != nil)
        // Done again it ends nothing more; the same agreement is not published twice.
        let isPublishing = command[1] == "publish"
        let again = try await stage.waybill(words, status: isPublishing ? 65 : 0).json()["warnings"] as? [String]
        #expect(again == (isPublishing ? nil : []))
        try await stage.close()
    }

    @Test("choosing segments says so; a colleague's withdrawal and a retirement name what else ends")
    func others() async throws {
        let stage = try await prepared()
        try await stage.waybill("segment", "add", "more", "--source", "customers", "--where", "Tier == 1")
        let chosen = try await stage.waybill("destination", "segments", "d1", "everybody", "more", "--as", "anna")
            .json()
        #expect((chosen["warnings"] as? [String])?.count == 4)
        // Back to what was signed: nothing ends, and what was signed holds again.
        let back = try await stage.waybill("destination", "segments", "d1", "everybody", "--as", "anna").json()
        #expect(back["warnings"] as? [String] == [])
        #expect(try await stage.objection() == nil)

        let retired = try await stage.waybill("admin", "retire", "bert").json()
        let lost = try #require(retired["warnings"] as? [String])
        #expect(lost.count == 2 && lost[0].contains("consent of bert") && lost[1].contains("scheduled exports"))
        let annas = try #require(try await stage.worths().first { $0.value == "in-force" }?.key)
        let withdrawn = try await stage.waybill("consent", "withdraw", "\(annas)", "--as", "anna").json()
        let ended = try #require(withdrawn["warnings"] as? [String])
        #expect(ended.count == 1 && ended[0].hasPrefix("exports to destination d1 will be refused: "))
        try await stage.close()
    }

    @Test("of several consents that do not hold, the reason is one that somebody can mend")
    func reason() async throws {
        let stage = try await prepared()
        try await stage.waybill(Self.remap)
        try await stage.consent(of: "bert")
        try await stage.waybill("admin", "retire", "bert")
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == "fields-not-consented")
        try await stage.close()
    }

    @Test("a withdrawal names the colleague's consent that ends with it, and not itself")
    func withdrawal() async throws {
        let stage = try await prepared()
        let newest = try #require(try await stage.worths().keys.max())
        let withdrawn = try await stage.waybill("consent", "withdraw", "\(newest)", "--as", "anna").json()
        let ended = try #require(withdrawn["warnings"] as? [String])
        #expect(ended.contains { $0.contains("consent of bert") } && !ended.contains { $0.contains("consent of anna") })
        try await stage.close()
    }

    @Test("a policy says what its terms end, and what its rules refuse although no consent ends")
    func policy() async throws {
        let stage = try await prepared()
        let harmless = try await stage.waybill("policy", "apply", stage.path("policy.yaml"), "--as", "anna").json()
        #expect(harmless["warnings"] as? [String] == [])
        try await stage.waybill(Self.remap)
        try await stage.consent(of: "anna")
        try stage.changePolicy { text in
            text.split(separator: "\n").filter { !$0.contains("city:") }.joined(separator: "\n") + "\n"
        }
        let fields = try await stage.waybill("policy", "apply", stage.path("policy.yaml"), "--as", "anna").json()
        let warnings = try #require(fields["warnings"] as? [String])
        #expect(
            warnings.contains(
                "exports to destination d1 will be refused: the boundary policy does not allow the fields city to leave"
            ), "\(warnings)")
        #expect(!warnings.contains { $0.contains("consent of anna to") })
        try await stage.close()
    }

    @Test("who may not make a change is told so, and hears of nothing that would end")
    func stranger() async throws {
        let stage = try await prepared()
        let result = try await stage.waybill(
            ["destination", "map", "d1", "--email", "First", "--as", "nobody"], status: 78)
        #expect(try result.errorCode() == "unknown-administrator")
        #expect(!result.errors.contains("note:"))
        try await stage.close()
    }

    @Test(
        "on a terminal it asks: yes goes on, --yes does not ask, everything else leaves things as they are",
        arguments: [
            ("y\n", [], 0, true), ("YES\n", [], 0, true), ("n\n", [], 75, true), ("\n", [], 75, true),
            ("\u{04}", [], 75, true), ("yellow\n", [], 75, true), ("n\n", ["--quiet"], 75, true),
            ("n\n", ["--yes"], 0, false),
        ] as [(String, [String], Int32, Bool)])
    func terminal(answer: String, options: [String], status: Int32, asks: Bool) async throws {
        let stage = try await prepared()
        let before = try await stage.entries().count
        let shown = try await Terminal.run(Self.remap + options + ["--home", stage.home], answer: answer)
        #expect(shown.status == status, "\(shown.output)")
        #expect(shown.output.contains("continue? [y/N]") == asks)
        #expect(shown.output.contains("the consent of anna to destination d1"))
        #expect(try await stage.entries().count == (status == 0 ? before + 1 : before))
        #expect(try await stage.objection() == (status == 0 ? "fields-not-consented" : nil))
        try await stage.close()
    }

    @Test("who answers no has changed nothing at SendGrid either: no custom field is made")
    func nothingMade() async throws {
        let stage = try await prepared()
        let create = ["--custom", "home=Country", "--create-custom", "home:Text", "--home", stage.home]
        for (answer, status, made) in [("n\n", Int32(75), 0), ("y\n", 0, 1)] {
            let shown = try await Terminal.run(Self.remap + create, answer: answer)
            #expect(shown.status == status, "\(shown.output)")
            let requests = await stage.sendGrid.state().requests
            #expect(requests.count { $0.method == "POST" && $0.path.hasSuffix("/field_definitions") } == made)
        }
        try await stage.close()
    }

    @Test("a change that ends nothing is not asked about")
    func nothingEnds() async throws {
        let stage = try await prepared()
        let shown = try await Terminal.run(
            ["destination", "map", "d1", "--email", "Email", "--as", "anna", "--home", stage.home], answer: "")
        #expect(shown.status == 0 && !shown.output.contains("[y/N]"), "\(shown.output)")
        try await stage.close()
    }
}

/// The program at a terminal of its own.
enum Terminal {
    /// Runs it with a pseudo-terminal for all three streams; types `answer` when it asks.
    static func run(_ arguments: [String], answer: String) async throws -> Program.Result {
        let script = """
            import os, pty, sys
            pid, fd = pty.fork()
            if pid == 0:
                os.execv(sys.argv[2], sys.argv[2:])
            seen, answered = b'', False
            while True:
                try:
                    data = os.read(fd, 4096)
                except OSError:
                    break
                if not data:
                    break
                seen += data
                if b'[y/N]' in seen and not answered:
                    answered = True
                    os.write(fd, sys.argv[1].encode())
            sys.stdout.buffer.write(seen)
            sys.stdout.flush()
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """
        return try await Program.run(
            ["python3", "-c", script, answer, Program.path] + arguments, executable: "/usr/bin/env")
    }
}
