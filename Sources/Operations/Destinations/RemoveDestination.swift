internal import Governance
public import Model

/// What a removal did.
public struct RemovalReport: Encodable, Sendable {
    public let id: String
    /// Always `removed`.
    public let state: String
    /// The log index of the removal.
    public let index: Int64
    /// How many requests were open and were cut off.
    public let abortedRequests: Int64
    /// How many transfers the destination ever had; what they carried cannot be called back.
    public let transfersTotal: Int64
}

extension Workspace {
    /// Removes a destination. When this returns, not one more byte leaves for it, and its API key is gone.
    /// - Throws: `Refusal` if it is unknown, already removed, or `administrator` is none; an error of class interrupted
    ///   if another process does not let go of an open request (the removal itself stands).
    public func removeDestination(
        _ name: String, by administrator: AdministratorName, reason: String?
    ) async throws -> RemovalReport {
        if let reason { try requireLoggable(reason, option: "--reason") }
        let id = try destination(name).id
        let removal = try await gate.remove(id, by: administrator, reason: reason)
        return RemovalReport(
            id: id.text, state: "removed", index: removal.index, abortedRequests: removal.aborted,
            transfersTotal: removal.transfers)
    }
}
