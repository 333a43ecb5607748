import Foundation
import Testing

@Suite("Tampering with the database is caught", .serialized)
struct TamperingTests {
    /// Changes the database behind Waybill's back, as an insider with the file could.
    private func alter(_ stage: Stage, _ sql: String) async throws {
        let script = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1])
            for kind in ('update', 'delete'):
                for table in ('log_entries', 'log_heads', 'manifests', 'agreements', 'policies'):
                    db.execute('DROP TRIGGER %s_no_%s' % (table, kind))
            db.executescript(sys.argv[2])
            db.commit()
            """
        let result = try await Program.run(
            ["python3", "-c", script, stage.home + "/waybill.sqlite", sql], executable: "/usr/bin/env")
        try #require(result.status == 0, "\(result.errors)")
    }

    private func exported() async throws -> Stage {
        let stage = try await Stage()
        try stage.writeProfiles(30)
        try await stage.prepare()
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        return stage
    }

    @Test(
        "an entry, a hash, a head or a manifest that was changed, an entry that was taken out or swapped",
        arguments: [
            "UPDATE log_entries SET bytes = replace(bytes, 'anna', 'mall') WHERE idx = 3",
            "UPDATE log_entries SET leaf_hash = zeroblob(32) WHERE idx = 2",
            "UPDATE log_entries SET leaf_hash = x'00' WHERE idx = 2",
            "DELETE FROM log_entries WHERE idx = 4",
            "UPDATE log_entries SET idx = -1 WHERE idx = 2; UPDATE log_entries SET idx = 2 WHERE idx = 3; UPDATE log_entries SET idx = 3 WHERE idx = -1",
            "UPDATE log_heads SET note = replace(note, 'waybill/', 'waybil1/')",
            "UPDATE log_heads SET root = zeroblob(32) WHERE size = (SELECT max(size) FROM log_heads)",
            "UPDATE manifests SET tags = zeroblob(length(tags))",
            "DELETE FROM log_heads WHERE size = (SELECT max(size) FROM log_heads)",
            "DELETE FROM log_entries WHERE idx = (SELECT max(idx) FROM log_entries)",
        ])
    func changes(sql: String) async throws {
        let stage = try await exported()
        try await alter(stage, sql)
        let report = try await stage.waybill("log", "verify", status: 76).json()
        #expect(report["ok"] as? Bool == false)
        #expect((report["violations"] as? [Any])?.isEmpty == false)
        try await stage.close()
    }

    @Test("a log that was cut back to an earlier state, heads and all, is caught by an older checkpoint")
    func truncation() async throws {
        let stage = try await exported()
        let note = try #require(try await stage.waybill("log", "checkpoint").json()["checkpoint"] as? String)
        try stage.write(note, to: "checkpoint")
        try await stage.waybill("log", "verify", "--since", stage.path("checkpoint"))
        try await alter(
            stage,
            "DELETE FROM log_heads WHERE size > 12; DELETE FROM log_entries WHERE idx >= (SELECT max(size) FROM log_heads)"
        )
        let blind = try await stage.waybill("log", "verify").json()
        #expect(blind["ok"] as? Bool == true, "without the checkpoint nobody can tell")
        let report = try await stage.waybill("log", "verify", "--since", stage.path("checkpoint"), status: 76).json()
        #expect(String(describing: report["violations"]).contains("truncated"))
        try await stage.close()
    }

    @Test("nothing is signed on top of a head that was altered")
    func alteredHead() async throws {
        let stage = try await exported()
        try await alter(stage, "UPDATE log_heads SET frontier = zeroblob(length(frontier))")
        #expect(try await stage.waybill("export", "run", "d1", status: 76).errorCode() == "log-head-damaged")
        try await stage.close()
    }

    @Test("the database itself refuses to change evidence")
    func triggers() async throws {
        let stage = try await exported()
        for sql in ["UPDATE log_entries SET bytes = x'00'", "DELETE FROM log_heads", "UPDATE manifests SET tags = x''"]
        {
            let result = try await Program.run(
                [
                    "python3", "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])",
                    stage.home + "/waybill.sqlite", sql,
                ],
                executable: "/usr/bin/env")
            #expect(result.status != 0 && result.errors.contains("append-only"), "\(sql)")
        }
        try await stage.close()
    }

    @Test("a consent whose stored scope was widened no longer counts")
    func widenedConsent() async throws {
        let stage = try await exported()
        try await alter(
            stage,
            "UPDATE consents SET statement = replace(statement, 'data-fields: email', 'data-fields: email, city')")
        try await stage.waybill("destination", "map", "d1", "--email", "Email", "--city", "City", "--as", "anna")
        #expect(try await stage.waybill("export", "run", "d1", status: 77).errorCode() == "signature-altered")
        try await stage.close()
    }

    @Test("a key file that others may read is refused, with the command that mends it")
    func keyFile() async throws {
        let stage = try await exported()
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: stage.home + "/waybill.key")
        let result = try await stage.waybill("export", "run", "d1", status: 78)
        #expect(try result.errorCode() == "bad-key-file")
        #expect(result.errors.contains("chmod 0400"))
        try await stage.close()
    }

    @Test("a proof is checked before it is handed out: of a damaged log there is none")
    func proofs() async throws {
        let stage = try await Stage()
        try await stage.enroll()
        try await stage.waybill("log", "prove", "1")
        try await alter(stage, "UPDATE log_entries SET leaf_hash = zeroblob(32) WHERE idx = 0")
        let refused = try await stage.waybill("log", "prove", "1", status: 76)
        #expect(try refused.errorCode() == "proof-fails" && refused.json()["proof"] == nil)
        try await stage.close()
    }
}
