internal import Ledger
public import Model
internal import Vault

/// What was delivered to a destination so far, as it is stored: tags, digests and sealed addresses.
///
/// In 256 parts by the first byte of the tag, so that neither reading nor changing it needs all of it in memory.
public struct DeliveryRecord<Storage: GovernanceStorage>: DeliveredContacts {
    let storage: Storage
    let keys: DeliveryKeys
    /// The first log index of the export that is being resumed, if one is.
    let currentExport: Int64?
    /// See `DeliveredContacts`.
    public let isEmpty: Bool

    /// The secret that the digests of contacts are made with.
    public var digestSeed: UInt64 { keys.digestSeed }

    private func bytes(part: Int) throws -> [UInt8] {
        guard let box = try storage.recordPart(part, of: keys.destination) else { return [] }
        return try keys.opened(box, as: Self.name(part))
    }

    static func name(_ part: Int) -> String { "part/\(part)" }

    /// See `DeliveredContacts`.
    public func contacts(part: Int) throws -> [DeliveredContact] {
        let bytes = try bytes(part: part)
        let span = bytes.span.bytes
        var contacts: [DeliveredContact] = []
        contacts.reserveCapacity(bytes.count / 56)
        try PackedEntries.forEach(bytes) { range in
            func word(_ index: Int) -> UInt64 { PackedEntries.word(span, range.lowerBound + 8 * index) }
            let isCurrent = currentExport.map { Int64(word(3) >> 2) >= $0 } ?? false
            let state: DeliveredContact.State =
                switch RecordEntry.State(rawValue: word(3) & 3) {
                case .delivered: isCurrent ? .deliveredInThisExport : .delivered
                case .refused where isCurrent: .refusedInThisExport
                case .left: .left
                default: .uncertain
                }
            contacts.append(
                DeliveredContact(tag: SubjectTag(high: word(0), low: word(1)), digest: word(2), state: state))
        }
        return contacts
    }

    /// See `DeliveredContacts`.
    public func tags(of bytes: [UInt8], at ranges: [Range<Int>]) throws -> [UInt8] {
        try Manifest.tags(of: bytes, at: ranges, key: keys.subject)
    }

    /// Somebody who was sent: who, where, and whether SendGrid is known to have stored it.
    public struct Addressee: Sendable {
        /// Who.
        public let tag: SubjectTag
        /// The address, in lower case.
        public let address: Personal<String>
        /// Whether a job has stored it.
        public let isDelivered: Bool
    }

    /// Calls `body` with who belongs to `tags`, at most `limit` at a time; who is not there is passed over.
    public func forEachAddress(
        of tags: [SubjectTag], limit: Int, _ body: ([Addressee]) async throws -> Void
    ) async throws {
        var waiting: [Addressee] = []
        for (part, wanted) in Dictionary(grouping: tags, by: { Int($0.high >> 56) }).sorted(by: { $0.key < $1.key }) {
            let wanted = Set(wanted)
            for entry in try RecordEntry.decoded(bytes(part: part)) where wanted.contains(entry.tag) {
                waiting.append(
                    Addressee(
                        tag: entry.tag, address: Personal(String(decoding: entry.address, as: UTF8.self)),
                        isDelivered: entry.state == .delivered))
                guard waiting.count >= limit else { continue }
                try await body(waiting)
                waiting = []
            }
        }
        if !waiting.isEmpty { try await body(waiting) }
    }
}

/// What became of contacts that were sent, for the record.
public enum Settlement: Sendable {
    /// The job of this intent has stored them, all but the ones at these addresses, which it refused.
    case delivered(intent: Int64, refused: [Personal<String>])
    /// The job of this intent has refused them all.
    case refusedAll(intent: Int64)
    /// Nobody knows, but of the ones at these addresses, which were refused.
    case uncertain(intent: Int64, refused: [Personal<String>] = [])
    /// SendGrid refuses these contacts as such.
    case refused(PreparedBatch, intent: Int64)
    /// They are off the list.
    case gone([SubjectTag])
    /// SendGrid says that it knows no such contacts. Of whom it was not sure that they arrived may only not be there yet,
    /// and is asked for once more by the next export; so is everybody if the answer was not about each by itself.
    case missing([SubjectTag], isCertain: Bool)

    var intent: Int64? {
        switch self {
        case .delivered(let intent, _), .refusedAll(let intent), .uncertain(let intent, _): intent
        case .refused, .gone, .missing: nil
        }
    }
}

/// A request whose contacts are not in the record yet.
public struct UnsettledTransfer: Sendable, Hashable {
    /// Its intent.
    public let intent: Int64
    /// The export it belongs to.
    public let export: ExportID
    /// The job that SendGrid gave it; nil if its fate is unknown.
    public let job: String?
    /// How many contacts it carried.
    public let contacts: Int

    /// A request as stored.
    public init(intent: Int64, export: ExportID, job: String?, contacts: Int) {
        self.intent = intent
        self.export = export
        self.job = job
        self.contacts = contacts
    }
}

extension Gate {
    /// The record of a destination, to be compared with.
    /// - Parameter resuming: the export that is being resumed, if one is.
    /// - Throws: ``Refusal/unknownDestination(_:)``; a storage error; `VaultError` if the keys cannot be opened.
    ///   Nil if it has no record yet.
    public func record(of id: DestinationID, resuming: ExportID? = nil) async throws -> DeliveryRecord<Storage>? {
        let (subject, record, isEmpty, started) = try await storage.transaction { transaction in
            (
                try transaction.secret(.subjectKey, of: id), try transaction.secret(.recordKey, of: id),
                try !transaction.hasRecord(of: id), try resuming.flatMap { try transaction.started(export: $0) }
            )
        }
        guard let subject, let record else { return nil }
        return DeliveryRecord(
            storage: storage, keys: try DeliveryKeys(id, subject: keys.open(subject), record: keys.open(record)),
            currentExport: started, isEmpty: isEmpty)
    }

    /// The requests to a destination whose contacts are not in the record yet, oldest first.
    /// - Throws: a storage error.
    public func unsettled(_ id: DestinationID) async throws -> [UnsettledTransfer] {
        try await storage.transaction { try $0.unsettledTransfers(of: id) }
    }

    /// Takes what became of contacts into the record, in one transaction.
    ///
    /// What a newer intent said of a contact stays as it is, so the order of calls does not matter. Memory grows with the
    /// contacts given at once, and with one part of the record.
    /// - Throws: a storage error; `VaultError` or `ModelError` if the record is damaged.
    public func settle(_ settlements: [Settlement], in record: DeliveryRecord<Storage>) async throws {
        let keys = record.keys
        try await storage.transaction { transaction in
            try Self.merge(settlements, keys, transaction)
            var updates: [Int: [RecordChange]] = [:]
            for change in try settlements.flatMap({ try Self.changes(of: $0, keys) }) {
                updates[Int(change.tag.high >> 56), default: []].append(change)
            }
            for (part, changes) in updates.sorted(by: { $0.key < $1.key }) {
                try Self.update(part, keys, transaction) { old in
                    let entries = Self.merged(try RecordEntry.decoded(old), changes)
                    return (RecordEntry.encoded(entries), entries.count { $0.state != .left })
                }
            }
            for intent in settlements.compactMap(\.intent) { try transaction.remove(pageOf: intent) }
        }
    }

    private static func update(
        _ part: Int, _ keys: DeliveryKeys, _ transaction: Storage.Transaction,
        _ change: ([UInt8]) throws -> (bytes: [UInt8], count: Int)
    ) throws {
        let name = DeliveryRecord<Storage>.name(part)
        let box = try transaction.recordPart(part, of: keys.destination)
        let (bytes, count) = try change(try box.map { try keys.opened($0, as: name) } ?? [])
        try transaction.set(
            recordPart: try keys.sealed(bytes, as: name), part, entries: count, of: keys.destination)
    }

    /// Takes whole requests into the record.
    private static func merge(
        _ settlements: [Settlement], _ keys: DeliveryKeys, _ transaction: Storage.Transaction
    ) throws {
        var merge = PageMerge()
        for settlement in settlements {
            guard let intent = settlement.intent, let box = try transaction.page(of: intent) else { continue }
            let bytes = try keys.opened(box, as: pageName)
            switch settlement {
            case .delivered(_, let refused):
                try merge.add(bytes, intent: intent, .delivered, refused: tags(of: refused, keys))
            case .uncertain(_, let refused):
                try merge.add(bytes, intent: intent, .uncertain, refused: tags(of: refused, keys))
            case .refusedAll: try merge.add(bytes, intent: intent, .refused)
            default: try merge.add(bytes, intent: intent, .uncertain)
            }
        }
        for part in merge.parts {
            try update(part, keys, transaction) { old in try merge.merged(part, into: old) }
        }
    }

    private static func tags(of addresses: [Personal<String>], _ keys: DeliveryKeys) throws -> Set<SubjectTag> {
        Set(try addresses.map { try keys.tag(of: Array($0.reveal().utf8)) })
    }

    /// Which of the addresses are those of contacts that the request of this intent carried; none once it is settled.
    ///
    /// What an answer says of anybody else says nothing of them.
    /// - Throws: a storage error; `VaultError` or `ModelError` if the record is damaged.
    public func carried(
        _ addresses: [Personal<String>], by intent: Int64, in record: DeliveryRecord<Storage>
    ) async throws -> Set<String> {
        guard let box = try await storage.transaction({ try $0.page(of: intent) }) else { return [] }
        let bytes = try record.keys.opened(box, as: Self.pageName)
        let span = bytes.span.bytes
        var carried: Set<SubjectTag> = []
        try PackedEntries.forEach(bytes) { range in
            carried.insert(
                SubjectTag(
                    high: PackedEntries.word(span, range.lowerBound),
                    low: PackedEntries.word(span, range.lowerBound + 8)))
        }
        return Set(
            try addresses.map { $0.reveal() }.filter { carried.contains(try record.keys.tag(of: Array($0.utf8))) })
    }

    /// What is settled of single contacts.
    private static func changes(of settlement: Settlement, _ keys: DeliveryKeys) throws -> [RecordChange] {
        switch settlement {
        case .gone(let tags): tags.map { .gone($0) }
        case .missing(let tags, let isCertain): tags.map { .missing($0, isCertain: isCertain) }
        case .refused(let batch, let intent): try entries(of: batch, keys, intent: intent, .refused).map { .sent($0) }
        case .uncertain, .refusedAll, .delivered: []
        }
    }

    static var pageName: String { "page" }

    /// The contacts of a batch as the record keeps them.
    static func entries(
        of batch: PreparedBatch, _ keys: DeliveryKeys, intent: Int64, _ state: RecordEntry.State
    ) throws -> [RecordEntry] {
        let packed = batch.addresses.reveal()
        let tags = SubjectTag.all(in: try Manifest.tags(of: packed.bytes, at: packed.ranges, key: keys.subject))
        return zip(tags.indices, tags).map { index, tag in
            RecordEntry(
                tag: tag, digest: batch.digests[index], intent: intent, state: state, address: Array(packed[index]))
        }
    }

    /// Of two entries for a contact the one of the newer intent stays.
    static func merged(
        _ old: [RecordEntry], _ changes: [RecordChange]
    ) -> [RecordEntry] {
        var byTag = Dictionary(old.map { ($0.tag, $0) }, uniquingKeysWith: { $1 })
        for change in changes {
            let known = byTag[change.tag]
            switch change {
            case .sent(let entry):
                if let known, known.intent > entry.intent { continue }
                byTag[change.tag] = entry
            case .missing(let tag, let isCertain):
                guard let known, known.state == .uncertain || (known.state == .delivered && !isCertain) else {
                    byTag[tag] = known?.departed
                    continue
                }
                byTag[tag] = RecordEntry(
                    tag: tag, digest: known.digest, intent: known.intent,
                    state: known.state == .delivered ? .uncertain : .refused, address: known.address)
            case .gone(let tag): byTag[tag] = known?.departed
            }
        }
        return byTag.values.sorted { $0.tag < $1.tag }
    }
}

/// One change of the record.
enum RecordChange {
    case sent(RecordEntry)
    case missing(SubjectTag, isCertain: Bool)
    case gone(SubjectTag)

    var tag: SubjectTag {
        switch self {
        case .sent(let entry): entry.tag
        case .missing(let tag, _), .gone(let tag): tag
        }
    }
}
