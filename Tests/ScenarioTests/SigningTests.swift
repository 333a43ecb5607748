import Foundation
import Sandbox
import Testing

@Suite("Signing is asked for, proofs are checked, reading needs no writing, and a wrong clock is named")
struct SigningTests {
    private func prepared() async throws -> Stage {
        let stage = try await Stage()
        try stage.writeProfiles(20)
        try await stage.prepare()
        return stage
    }

    private func shell(_ stage: Stage, _ script: String, _ arguments: String...) async throws -> Program.Result {
        try await Program.run(
            ["-c", script, Program.path, stage.home, stage.folder.path] + arguments, executable: "/bin/sh")
    }

    @Test("without a terminal, signing with a key is refused unless --yes says it is meant")
    func unattended() async throws {
        let stage = try await prepared()
        let give = ["consent", "give", "d1", "--as", "anna", "--key"]
        let refused = try await stage.waybill(give + [stage.path("anna")], status: 64)
        #expect(try refused.errorCode() == "not-confirmed" && refused.errors.contains("--yes"))
        #expect(try await stage.entries("consent.requested").isEmpty)
        try await stage.waybill(give + [stage.path("anna"), "--yes"])
        try await stage.waybill("export", "run", "d1")
        try await stage.close()
    }

    @Test("a public key in place of the private one is refused: no agent signs unless --agent says so")
    func publicKey() async throws {
        let stage = try await prepared()
        let give = ["consent", "give", "d1", "--as", "anna", "--yes", "--key", stage.path("anna.pub")]
        let refused = try await stage.waybill(give, status: 64)
        #expect(try refused.errorCode() == "public-key-given" && refused.errors.contains("--agent"))
        // With an agent that has the key, it signs. Foundation starts programs with most signals blocked, and an agent passes
        // that on to itself: only SIGKILL ends it for certain.
        let signed = try await shell(
            stage,
            """
            eval "$(ssh-agent -s)" >/dev/null; trap 'kill -9 $SSH_AGENT_PID' EXIT
            ssh-add -q "$2/anna" && "$0" consent give d1 --as anna --yes --agent --key "$2/anna.pub" --home "$1"
            """)
        #expect(signed.status == 0, "\(signed)")
        try await stage.close()
    }

    @Test("on a terminal the agreement and the statement are shown, and only yes signs", arguments: [true, false])
    func attended(isYes: Bool) async throws {
        let stage = try await prepared()
        let result = try await shell(
            stage,
            """
            sleep 3 | { echo "$3"; cat; } | script -qec "$0 consent give d1 --as anna --key $2/anna --home $1" /dev/null
            """, isYes ? "yes" : "no")
        #expect(result.output.contains("agreement-sha256") && result.output.contains("[y/N]"), "\(result)")
        let agreement = try await stage.waybill("agreement", "show").json()["text"] as? String
        #expect(result.output.contains(agreement?.split(separator: "\n").first ?? "?"))
        #expect(try await stage.entries("consent.given").count == (isYes ? 1 : 0))
        try await stage.close()
    }

    @Test(
        "a signature is taken in any line ends, and stock ssh-keygen takes what is kept",
        arguments: ["s/$/\\r/", "s/^/  /", "s/$/ /", "1i\\\\", "p"])
    func armor(edit: String) async throws {
        let stage = try await prepared()
        let result = try await shell(
            stage,
            """
            set -e
            "$0" consent request d1 --as anna --home "$1" > "$2/s"
            ssh-keygen -q -Y sign -n consent@waybill -f "$2/anna" "$2/s" 2>/dev/null
            sed "$3" "$2/s.sig" > "$2/s.edited"
            set +e
            "$0" consent give d1 --as anna --signature "$2/s.edited" --home "$1" || exit 9
            for d in "$1"/consents/*; do
                ssh-keygen -Y verify -f "$d/allowed_signers" -I anna -n consent@waybill -s "$d/statement.txt.sig" \
                    < "$d/statement.txt" || exit 10
                cmp "$2/s.sig" "$d/statement.txt.sig" || exit 11
            done
            """, edit)
        // Every line twice is no signature.
        #expect(result.status == (edit == "p" ? 9 : 0), "\(result)")
        try await stage.close()
    }

    @Test(
        "a proof or a checkpoint that does not hold is not handed out",
        arguments: [
            "UPDATE log_entries SET bytes = replace(bytes, 'anna', 'mall') WHERE idx = 3",
            "UPDATE log_entries SET leaf_hash = zeroblob(32) WHERE idx = 2", "DELETE FROM log_entries WHERE idx = 1",
            "UPDATE log_heads SET note = replace(note, 'waybill/', 'waybil1/')",
            "UPDATE log_heads SET root = zeroblob(32)",
        ])
    func proofs(sql: String) async throws {
        let stage = try await prepared()
        let entry = try await stage.waybill("log", "prove", "3")
        #expect(entry.output.contains("tlog-proof"))
        try await alter(stage, sql)
        let refused = try await stage.waybill("log", "prove", "3", status: 76)
        _ = try refused.errorCode()
        #expect(!refused.output.contains("tlog-proof"))
        if sql.contains("log_heads") { try await stage.waybill("log", "checkpoint", status: 76) }
        try await stage.close()
    }

    private func alter(_ stage: Stage, _ sql: String) async throws {
        let script = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1])
            for kind in ('update', 'delete'):
                for table in ('log_entries', 'log_heads'):
                    db.execute('DROP TRIGGER IF EXISTS %s_no_%s' % (table, kind))
            db.executescript(sys.argv[2])
            db.commit()
            """
        let result = try await Program.run(
            ["python3", "-c", script, stage.home + "/waybill.sqlite", sql], executable: "/usr/bin/env")
        try #require(result.status == 0, "\(result.errors)")
    }

    @Test("a clock that is behind the newest entry stops an export and is named; a removal works all the same")
    func clock() async throws {
        let stage = try await prepared()
        try await stage.consent()
        try await alter(
            stage,
            "UPDATE log_entries SET bytes = replace(bytes, '\"time\":\"20', '\"time\":\"21') WHERE idx = (SELECT max(idx) FROM log_entries)"
        )
        let refused = try await stage.waybill("export", "run", "d1", status: 78)
        #expect(try refused.errorCode() == "clock-behind-log" && refused.errors.contains("clock"))
        #expect(await stage.upserts().isEmpty)
        try await stage.waybill("destination", "remove", "d1", "--as", "anna")
        try await stage.close()
    }

    @Test("every reading command works on a medium that cannot be written, with and without a journal")
    func readOnly() async throws {
        let stage = try await prepared()
        let index = try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        try FileManager.default.removeItem(atPath: stage.home + "/consents")
        try stage.write(
            """
            home=$1/home
            mkdir "$1/ro" "$1/wal"
            python3 - "$home" "$1/wal" <<'END'
            import shutil, sqlite3, sys
            db = sqlite3.connect(sys.argv[1] + '/waybill.sqlite')
            db.execute("INSERT INTO meta VALUES ('beside', x'01')")
            db.commit()
            for name in ('with-index', 'without-index'):
                shutil.copytree(sys.argv[1], sys.argv[2] + '/' + name)
            END
            rm "$1/wal/without-index/waybill.sqlite-shm" || exit 98
            for home in "$1/home" "$1/wal/with-index" "$1/wal/without-index"; do
                mount --bind "$home" "$1/ro" && mount -o remount,ro,bind "$1/ro" || exit 99
                while read -r line; do
                    "$2" $line --home "$1/ro" --json >"$1/out" 2>&1 </dev/null || { echo "$home: $line"; cat "$1/out"; }
                done <"$1/commands"
                umount "$1/ro"
            done
            """, to: "read.sh")
        try stage.write(
            """
            log list
            log show 0
            log verify
            log checkpoint
            log prove 0
            log export
            consent list
            consent show \(index)
            admin list
            agreement list
            agreement show
            policy show
            source list
            source check customers
            segment list
            segment count everybody
            segment preview everybody
            segment overlap everybody
            destination list
            destination show d1
            export list
            export show e1
            export rejections e1
            export plan d1

            """, to: "commands")
        let result = try await Program.run(
            ["--map-root-user", "--mount", "sh", stage.path("read.sh"), stage.folder.path, Program.path],
            executable: "/usr/bin/unshare")
        #expect(result.status == 0 && result.output.isEmpty, "\(result.output) \(result.errors)")
        try await stage.close()
    }
}
