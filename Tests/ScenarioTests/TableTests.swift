import Foundation
import Sandbox
import Testing

@Suite("What is printed for people fits 80 columns")
struct TableTests {
    @Test("every table and the log, with long names, and identifiers whole")
    func eighty() async throws {
        let stage = try await Stage()
        try stage.writeProfiles(200)
        try await stage.enroll()
        let long = String(repeating: "segment-", count: 7)
        try await stage.waybill("source", "add", "customers", "--csv", stage.path("profiles.csv"))
        for number in 1...3 {
            try await stage.waybill(
                "segment", "add", long + "\(number)", "--source", "customers", "--where",
                "lifetime_value >= \(number) and (Country == \"SE\" or Country == \"DE\" or Country == \"NO\")")
        }
        try await stage.connect()
        try await stage.waybill("destination", "map", "d1", "--email", "Email", "--as", "anna")
        try await stage.waybill(["destination", "segments", "d1"] + (1...3).map { long + "\($0)" } + ["--as", "anna"])
        try await stage.consent()
        try await stage.waybill("export", "run", "d1")
        let commands = [
            ["log", "list"], ["admin", "list"], ["source", "list"], ["segment", "list"], ["destination", "list"],
            ["destination", "show", "d1"], ["consent", "list"], ["export", "list"], ["export", "show", "e1"],
            ["export", "plan", "d1"], ["export", "rejections", "e1"], ["policy", "show"], ["agreement", "list"],
            ["segment", "preview", long + "1"], ["segment", "overlap", long + "1", long + "2"],
            ["log", "subject", "person.0@example.com"], ["exit-statuses"],
        ]
        for command in commands {
            let result = try await Program.run(command + ["--home", stage.home])
            #expect(result.status == 0, "\(command): \(result.errors)")
            // What cannot be broken may be longer: a path, a digest, a name one has to type.
            let lines = result.output.split(separator: "\n")
            let wide = lines.filter { line in
                line.count > 80 && !line.split(separator: " ").contains { $0.count > 40 }
            }
            #expect(wide.isEmpty, "\(command):\n\(wide.joined(separator: "\n"))")
        }
        let log = try await Program.run(["log", "list", "--home", stage.home]).output.split(separator: "\n")
        let entries = try await stage.entries()
        #expect(log.count == entries.count)
        for (line, entry) in zip(log, entries) {
            #expect(line.count <= 80, "\(line)")
            #expect(line.contains(entry["type"] as? String ?? "?") && line.contains(entry["time"] as? String ?? "?"))
            if let destination = entry["destination"] as? String { #expect(line.contains(destination), "\(line)") }
        }
        try await stage.close()
    }
}
