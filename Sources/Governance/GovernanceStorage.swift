public import Consent
public import Ledger
public import Model
public import Vault

/// What the gate reads and writes inside one transaction, beside the log itself.
public protocol GovernanceTransaction: LedgerTransaction {
    /// The destination with this identifier, removed ones included.
    func destination(_ id: DestinationID) throws -> Destination?
    /// The canonical form of the newest policy.
    func policy() throws -> CanonicalJSON?
    /// The newest published agreement.
    func agreement() throws -> Agreement?
    /// The administrator or auditor of this name, retired ones included.
    func administrator(_ name: AdministratorName) throws -> Administrator?
    /// The consents to a destination, newest first, withdrawn ones included.
    func consents(for id: DestinationID) throws -> [ConsentRecord]
    /// The definition of a segment.
    func segment(_ name: SegmentName) throws -> SegmentDefinition?
    /// The definition of a source.
    func source(_ name: SourceName) throws -> SourceDefinition?
    /// The sealed secret of a destination, if it is still there.
    func secret(_ field: SecretField, of id: DestinationID) throws -> SealedSecret?
    /// Notes a new export as running.
    func insert(export: ExportID, destination: DestinationID, startedAt index: Int64) throws
    /// Adds a destination.
    func insert(destination: Destination) throws
    /// Changes the standing of a destination, as the entry at `index` says.
    func set(standing: Destination.Standing, of id: DestinationID, at index: Int64?) throws
    /// Keeps a removal that is not on the log yet.
    func insert(deferred removal: DeferredRemoval) throws
    /// The removals that are not on the log yet.
    func deferredRemovals() throws -> [DeferredRemoval]
    /// Forgets a removal that is on the log now.
    func settle(deferredRemovalOf id: DestinationID) throws
    /// The log index of the last change of standing; nil if there was none.
    func standingIndex(of id: DestinationID) throws -> Int64?
    /// Keeps a sealed secret of a destination.
    func insert(secret: SealedSecret, field: SecretField, of id: DestinationID) throws
    /// Destroys a sealed secret, overwriting its bytes, and returns it if it was there.
    func destroySecret(_ field: SecretField, of id: DestinationID) throws -> SealedSecret?
    /// How many transfers to a destination have been recorded.
    func transferCount(of id: DestinationID) throws -> Int64
    /// The identifier for the next export.
    func nextExportID() throws -> ExportID
    /// Notes how an export ended.
    func finish(export: ExportID, state: String, at index: Int64) throws
    /// The exports of a destination that have begun and not ended.
    func unfinishedExports(of id: DestinationID) throws -> [ExportID]
    /// Notes an intent, and keeps its manifest.
    func insert(transfer intent: Int64, export: ExportID, destination: DestinationID, manifest: Manifest) throws
    /// Keeps what a request carries until it is known what became of it.
    func insert(page: [UInt8], of intent: Int64, contacts: Int) throws
    /// What a request carried.
    func page(of intent: Int64) throws -> [UInt8]?
    /// Forgets what a request carried.
    func remove(pageOf intent: Int64) throws
    /// The requests of a destination that have a page and an outcome, oldest first.
    func unsettledTransfers(of id: DestinationID) throws -> [UnsettledTransfer]
    /// A part of the record of a destination.
    func recordPart(_ part: Int, of id: DestinationID) throws -> [UInt8]?
    /// Replaces a part of the record of a destination.
    func set(recordPart box: [UInt8], _ part: Int, entries: Int, of id: DestinationID) throws
    /// Whether anything was ever recorded of a destination.
    func hasRecord(of id: DestinationID) throws -> Bool
    /// How many contacts the record of a destination has that are not off the list.
    func recordCount(of id: DestinationID) throws -> Int
    /// The log index at which an export began.
    func started(export: ExportID) throws -> Int64?
    /// The state of an export, and its destination.
    func state(of export: ExportID) throws -> (destination: DestinationID, state: String)?
    /// Notes that an export runs again.
    func reopen(export: ExportID) throws
    /// The intents of an export whose outcome is unknown, with their sorted tags.
    func unknownTransfers(of export: ExportID) throws -> [(intent: Int64, tags: [UInt8])]
    /// Notes the outcome of an intent, and the job it was given if it was taken.
    func conclude(transfer intent: Int64, outcome index: Int64, job: String?, isUnknown: Bool) throws
    /// The intents of a destination that have no outcome, with the export of each.
    func openTransfers(of id: DestinationID) throws -> [(intent: Int64, export: ExportID)]
}

/// Durable state as the gate needs it.
///
/// Only `Store` and test doubles conform.
public protocol GovernanceStorage: LedgerStorage where Transaction: GovernanceTransaction {
    /// The present standing of a destination, read outside any transaction; called for every chunk that is written.
    func standing(of id: DestinationID) throws -> Destination.Standing?
    /// Marks this process as having a request open to a destination.
    ///
    /// MUST hold until the lease is released or the process ends, whichever comes first, and MUST be seen by
    /// ``waitUntilQuiet(_:seconds:)`` of every other process.
    func transferLease(for id: DestinationID) async throws -> any Lease
    /// A part of the record of a destination, read outside any transaction.
    func recordPart(_ part: Int, of id: DestinationID) throws -> [UInt8]?
    /// Whether somebody asked for this export to be cancelled, read outside any transaction.
    func isCancelled(_ export: ExportID) throws -> Bool
    /// Removes destroyed bytes from every file of the store, write-ahead log included.
    ///
    /// False if somebody reads meanwhile for long: then it MUST be done when the store is opened next.
    func scrub() async throws -> Bool
    /// Claims the right to run exports to a destination, or returns nil while somebody has it.
    func exportLease(for id: DestinationID) throws -> (any Lease)?
    /// Returns true once no process has a request open to the destination, false if that takes more than `seconds`.
    func waitUntilQuiet(_ id: DestinationID, seconds: Int) async throws -> Bool
}

/// A claim that ends when it is released, or with the process.
public protocol Lease: Sendable {
    /// Ends the claim. Calling it again does nothing.
    func release()
}

/// The secrets that belong to a destination.
public enum SecretField: String, Sendable, CaseIterable {
    /// The SendGrid API key; destroyed on removal.
    case apiKey = "api_key"
    /// The key of the subject tags; outlives the destination, because auditors ask afterwards.
    case subjectKey = "subject_key"
    /// The key of the delivery record, which holds the addresses that were delivered; destroyed on removal.
    case recordKey = "record_key"

    /// What goes with the destination.
    static let destroyedOnRemoval: [SecretField] = [.apiKey, .recordKey]
}

/// A sealed secret and what it is bound to.
public struct SealedSecret: Sendable, Hashable {
    /// What the sealing binds it to.
    public let label: SecretLabel
    /// The sealed bytes.
    public let box: SealedBox
    /// The identifier of the record, 16 bytes.
    public let record: [UInt8]
    /// The version of the record.
    public let version: UInt64

    /// The secret of `field` of a destination, sealed as version `version` of `record`.
    public init(field: SecretField, destination: DestinationID, record: [UInt8], version: UInt64, box: SealedBox) {
        label = Self.label(field: field, destination: destination, record: record, version: version)
        self.box = box
        self.record = record
        self.version = version
    }

    /// What a destination's secret is bound to.
    public static func label(
        field: SecretField, destination: DestinationID, record: [UInt8], version: UInt64
    ) -> SecretLabel {
        SecretLabel(tenant: destination.text, table: "secrets", record: record, field: field.rawValue, version: version)
    }
}

extension GovernanceTransaction {
    /// The digests of a destination's segments as they are defined now.
    public func segmentDigests(of destination: Destination) throws -> [SegmentName: Digest] {
        var digests: [SegmentName: Digest] = [:]
        for name in destination.segments { digests[name] = try segmentDigest(name) }
        return digests
    }

    /// The SHA-256 of a segment's definition together with that of its source, or nil if either is missing: what the
    /// signed statement pins.
    public func segmentDigest(_ name: SegmentName) throws -> Digest? {
        guard let segment = try segment(name), let source = try source(segment.source) else { return nil }
        return try SHA256.digest(of: CanonicalJSON.array([segment.canonical, source.canonical]).bytes)
    }
}
