internal import Governance
public import Model
internal import Store

/// What a removal did.
public struct RemovalReport: Encodable, Sendable {
    /// The destination.
    public let id: String
    /// Always `removed`.
    public let state: String
    /// The log index of the removal; null if the key file was missing and the entry follows when it is back.
    public let index: Int64?
    /// How many requests were open and were cut off.
    public let abortedRequests: Int64
    /// How many transfers the destination ever had; what they carried cannot be called back.
    public let transfersTotal: Int64
    /// Whether the destroyed keys are gone from every file of the workspace; false while another process reads for long,
    /// and then done when the workspace is opened next.
    public let scrubbed: Bool
}

extension Workspace {
    /// Removes a destination.
    ///
    /// When this returns, not one more byte leaves for it, and its API key is gone.
    ///
    /// It always works. Without the workspace's key file the removal is in force at once, and its entry is written when the
    /// workspace is next opened with the key. If the disk is so full that the workspace cannot even be opened, the space kept in reserve for
    /// this is given free. Removing what is removed already changes nothing and answers the same.
    /// - Throws: `Refusal` if it is unknown or `administrator` is none; an error of class interrupted if another process
    ///   does not let go of an open request (the removal itself stands).
    public static func removeDestination(
        home: String, _ name: String, by administrator: AdministratorName, reason: String?
    ) async throws -> RemovalReport {
        do {
            return try await opened(home: home, allowingExposed: true).remove(name, by: administrator, reason: reason)
        } catch let error as any ReportableError where error.failure == .io {
            WorkspaceFiles(home: home).releaseReserve()
            return try await opened(home: home, allowingExposed: true).remove(name, by: administrator, reason: reason)
        }
    }

    private func remove(
        _ name: String, by administrator: AdministratorName, reason: String?
    ) async throws -> RemovalReport {
        if let reason { try requireLoggable(reason, option: "--reason") }
        let id = try destination(name).id
        let removal =
            hasKeys
            ? try await gate.remove(id, by: administrator, reason: reason)
            : try await store.removeUnlogged(id, by: administrator, reason: reason, now: time.now())
        // No part of the removal: it stands, whether this can be written now or with the next export.
        try? await store.transaction {
            try $0.forgetRows(of: id)
            try $0.forgetSourceParts(of: id)
        }
        return RemovalReport(
            id: id.text, state: "removed", index: removal.index, abortedRequests: removal.aborted,
            transfersTotal: removal.transfers, scrubbed: removal.isScrubbed)
    }
}
