import Foundation
import Testing

/// What several people do on a stage.
extension Stage {
    /// Enrols somebody with a key of their own.
    func enroll(_ name: String) async throws {
        let keygen = try await Program.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path(name)], executable: "/usr/bin/env")
        try #require(keygen.status == 0)
        try await waybill("admin", "enroll", name, "--key", path(name + ".pub"))
    }

    /// Requests, signs and gives a consent to `destination`; its log index.
    @discardableResult
    func consent(of name: String, to destination: String = "d1") async throws -> Int {
        let request = try await waybill("consent", "request", destination, "--as", name).json()
        let file = "statement-\(name).txt"
        try write(try #require(request["statement"] as? String), to: file)
        try? FileManager.default.removeItem(atPath: path(file + ".sig"))
        let signed = try await Program.run(
            ["ssh-keygen", "-q", "-Y", "sign", "-n", "consent@waybill", "-f", path(name), path(file)],
            executable: "/usr/bin/env")
        try #require(signed.status == 0, "\(signed.errors)")
        let given = try await waybill(
            "consent", "give", destination, "--as", name, "--signature", path(file + ".sig"))
        return try #require(try given.json()["index"] as? Int)
    }

    /// What each consent is worth, by its log index.
    func worths() async throws -> [Int: String] {
        let list = try await array("consent", "list")
        return Dictionary(
            uniqueKeysWithValues: list.map { ($0["index"] as? Int ?? -1, $0["state"] as? String ?? "none") })
    }

    /// The code of what an export to `destination` would meet now; nil if it would be cleared.
    func objection(to destination: String = "d1", key: String = "would_meet") async throws -> String? {
        let shown = try await waybill("destination", "show", destination).json()
        return (shown[key] as? [String: Any])?["code"] as? String
    }

    /// The objects that a command lists.
    func array(_ arguments: String...) async throws -> [[String: Any]] {
        let list = try await waybill(arguments)
        return try #require(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])
    }

    /// Runs a command without `--json`.
    func words(_ arguments: String..., status: Int32 = 0) async throws -> Program.Result {
        let result = try await Program.run(arguments + ["--home", home])
        try #require(result.status == status, "\(arguments): \(result.output) \(result.errors)")
        return result
    }
}
