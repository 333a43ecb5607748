import Delivery
import Foundation
import Governance
import Ledger
import Model
import Store
import Vault

/// Asks a server for its scopes the way connecting does, through a gate whose policy allows this machine.
enum Probe {
    /// The code of the error that came, or nil.
    static func scopes(at url: String, _ timeouts: Timeouts = Timeouts()) async throws -> String? {
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybill-probe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = WorkspaceFiles(home: folder.path)
        try files.create()
        try KeyEncryptionKey.create(path: files.key)
        let store = try SQLiteStore.create(files)
        let policy = Policy(
            hosts: [], fields: ["email": "contact"], maximumProfiles: 1, warnProfiles: 1, consentDays: 1,
            requestMinutes: 1,
            purpose: "test", transferMechanism: "none", country: "US", recipient: "test")
        try await store.transaction { try $0.insert(policy: policy.canonical, at: 0) }
        let log = try TransparencyLog(
            storage: store, signer: try SigningKey.generate(), origin: "waybill/probe", instance: "probe", time: .system
        )
        let gate = Gate(storage: store, log: log, keys: try KeyRing(path: files.key), time: .system)
        let key = try SecretBytes(copying: Array("SG.a.b".utf8))
        let endpoint = try Endpoint(url)
        do {
            _ = try await SendGrid.withConnection(timeouts: timeouts) { sendGrid in
                try await gate.inquire(candidate: endpoint, key: key) { try await sendGrid.scopes($0) }
            }
            return nil
        } catch let error as any ReportableError {
            return error.code
        }
    }
}
