import Foundation
import Sandbox
import Testing

@Suite("Every JSON key of the README is there, with or without a value")
struct DocumentedKeysTests {
    /// The rows of the README's table: what stands in the first column, and the keys of the second.
    private static func documented() throws -> [String: [[String]]] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let start = try #require(text.range(of: "| command | keys |\n|---|---|\n"))
        let table = text[start.upperBound...].prefix(
            upTo: text.range(of: "\n\nStates of an export")?.lowerBound ?? text.endIndex)
        var rows: [String: [[String]]] = [:]
        for line in table.split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            // What stands in parentheses is about a key, not a key; `;` parts the commands of one row.
            let plain = try cells[1].replacing(Regex(#"\([^()]*(\([^()]*\)[^()]*)*\)"#), with: "")
            rows[cells[0]] = plain.split(separator: ";").map { part in
                part.matches(of: /`([a-z0-9_]+)`/).map { String($0.1) }
            }
        }
        return rows
    }

    private func object(_ stage: Stage, _ arguments: String..., status: Int32 = 0) async throws -> [String: Any] {
        let result = try await stage.waybill(arguments, status: status)
        let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return try #require(value as? [String: Any] ?? (value as? [[String: Any]])?.first, "\(arguments)")
    }

    @Test("on a workspace where all commands were used once")
    func keys() async throws {
        var seen: [String: [[[String: Any]]]] = [:]
        let stage = try await Stage()
        try stage.writeProfiles(200)
        seen["`init`"] = [[try await Program.run(["init", "--home", stage.path("other"), "--json"]).json()]]
        try await stage.prepare()
        let home = stage.home
        seen["`admin …`"] = [[try await object(stage, "admin", "list")]]
        seen["`policy …`"] = [
            [
                try await object(stage, "policy", "show"),
                try await object(stage, "policy", "check", home + "/policies/boundary.yaml"),
                try await object(stage, "policy", "apply", home + "/policies/boundary.yaml", "--as", "anna"),
            ]
        ]
        seen["`source …`"] = [
            [try await object(stage, "source", "list"), try await object(stage, "source", "check", "customers")]
        ]
        seen["`segment add`, `list`, `count`"] = [
            [try await object(stage, "segment", "list"), try await object(stage, "segment", "count", "everybody")]
        ]
        seen["`segment preview`"] = [[try await object(stage, "segment", "preview", "everybody")]]
        seen["`segment overlap`"] = [[try await object(stage, "segment", "overlap", "everybody", "everybody")]]
        seen["`export plan`"] = [[try await object(stage, "export", "plan", "d1")]]
        let request = try await object(stage, "consent", "request", "d1", "--as", "anna")
        seen["`consent request`"] = [[request]]
        try await stage.consent()
        seen["`export plan`"]?[0].append(try await object(stage, "export", "plan", "d1"))
        seen["`destination connect` and the others"] = [[try await object(stage, "destination", "list")]]
        let run = try await object(stage, "export", "run", "d1")
        seen["`export run`"] = [[run]]
        seen["… `counts`"] = [[try #require(run["counts"] as? [String: Any])]]
        seen["… `rejections`, `refusals` (the first 1,000)"] = [try #require(run["rejections"] as? [[String: Any]])]
        seen["`export list`, `show`"] = [
            [try await object(stage, "export", "list"), try await object(stage, "export", "show", "e1")]
        ]
        seen["`export rejections`"] = [[try await object(stage, "export", "rejections", "e1")]]
        seen["`destination schedule`"] = [
            [try await object(stage, "destination", "schedule", "d1", "--on-refresh", "--as", "anna")]
        ]
        seen["`log list`, `show`"] = [
            [
                try await object(stage, "log", "show", "1"),
                try #require(try await stage.waybill("log", "list").lines().first),
            ]
        ]
        seen["`log verify`"] = [[try await object(stage, "log", "verify")]]
        seen["`log checkpoint`, `prove`"] = [
            [try await object(stage, "log", "checkpoint")], [try await object(stage, "log", "prove", "1")],
        ]
        seen["`log subject`"] = [[try await object(stage, "log", "subject", "person.0@example.com")]]
        seen["`serve`, a line each"] = [try await serveLines(stage)]
        seen["`consent give`, `list`, `show`, `withdraw`"] = [[try await object(stage, "consent", "list")]]
        seen["`destination remove`"] = [[try await object(stage, "destination", "remove", "d1", "--as", "anna")]]
        seen["`destination connect` and the others"]?[0].append(try await object(stage, "destination", "show", "d1"))
        seen["`agreement list`, `publish`"] = [[try await object(stage, "agreement", "list")]]
        try compare(seen)
        try await stage.close()
    }

    private func serveLines(_ stage: Stage) async throws -> [[String: Any]] {
        let server = try stage.start("serve", "--interval", "0.1", "--settle", "0")
        for _ in 0..<300 where try await stage.entries("export.finished").count < 2 {
            try await Task.sleep(for: .milliseconds(100))
        }
        server.process.terminate()
        return try await server.wait().lines()
    }

    private func compare(_ seen: [String: [[[String: Any]]]]) throws {
        let documented = try Self.documented()
        #expect(Set(documented.keys) == Set(seen.keys))
        for (row, parts) in documented {
            let answers = try #require(seen[row], "no command was tried for \(row)")
            try #require(answers.count == parts.count, "\(row)")
            for (keys, objects) in zip(parts, answers) {
                #expect(!keys.isEmpty && !objects.isEmpty, "\(row)")
                for object in objects {
                    let missing = Set(keys).subtracting(object.keys)
                    #expect(missing.isEmpty, "\(row) lacks \(missing.sorted())")
                }
            }
        }
    }

    @Test("an error has its keys too, whether an export was stopped or not")
    func errors() async throws {
        let result = try await Program.run(["log", "list", "--json", "--home", "/nowhere"])
        let json = try result.json()
        #expect(json["stopped"] is NSNull)
        #expect(Set((json["error"] as? [String: Any] ?? [:]).keys) == ["code", "message", "hint"])
    }
}
