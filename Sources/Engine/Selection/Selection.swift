public import Model

/// What an export reads and where it goes.
public struct ExportRequest: Sendable {
    /// The destination, with its data matching.
    public let destination: Destination
    /// The destination's segments.
    public let segments: [SegmentDefinition]
    /// The sources of the segments.
    public let sources: [SourceDefinition]
    /// The account's definitions of the matched custom fields.
    public let customFields: [CustomFieldDefinition]
    /// How large a request may be.
    public let limits: BatchLimits
    /// What was delivered before, to be compared with; nil if nothing was.
    public var delivered: (any DeliveredContacts)?
    /// Whether what is unchanged is sent all the same.
    public var isFull = false
    /// The secret that the digests of contacts are made with.
    public var digestSeed: UInt64 = 0
    /// Addresses that are not to be sent.
    public var suppressed: SuppressedAddresses?
    /// The time that relative dates in rules start from.
    public let now: Timestamp
    /// A folder for a scratch file, which holds keyed fingerprints and has no name.
    public let scratch: String

    /// A request of these parts.
    public init(
        destination: Destination, segments: [SegmentDefinition], sources: [SourceDefinition],
        customFields: [CustomFieldDefinition], limits: BatchLimits = .sendGrid, now: Timestamp, scratch: String
    ) {
        self.destination = destination
        self.segments = segments
        self.sources = sources
        self.customFields = customFields
        self.limits = limits
        self.now = now
        self.scratch = scratch
    }
}

/// Which profiles an export sends, found by reading its sources once to the end.
///
/// Select, check flags, validate, de-duplicate: what is left is a bit for each profile, so that the second reading
/// (``forEachBatch(_:)``) only has to encode. In memory are that bit, some bytes for each 256 KiB chunk of the files,
/// and what ``Partitions`` holds; nothing of any profile.
public struct Selection: Sendable {
    /// What became of the profiles.
    public let tally: Tally
    /// The first 1,000 rejections, in the order of the profiles; ``tally`` counts all.
    public let rejections: [Rejection]
    /// Values that rules needed and could not read; the profiles are in no segment for them.
    public let unreadable: [UnreadableValues]
    /// How many rows every file had, those of members' lists too.
    public let parts: [PartRows]
    /// How many profiles are in each segment.
    public let members: [SegmentName: Int]
    /// How many profiles are in two segments at once, for every two of one source that share any.
    public let overlaps: [SegmentOverlap]
    /// The files of all sources as they were when they were opened.
    public let fingerprints: [SourceFingerprint]
    /// Fields of the sources that look like an opt-out and are neither used nor declared harmless.
    public let unusedFlags: [UnusedFlag]
    /// Processor time by stage.
    public let times: StageTimes

    let inputs: [Input]
    let builder: BatchBuilder

    /// One source, read once.
    struct Input: Sendable {
        let name: SourceName
        let source: OpenSource
        let columns: [String]
        let check: ContactCheck
        var index = ChunkIndex()
        var selected = RowSet()
        /// Those of the selected that were delivered before.
        var resent = RowSet()
        let digest: ContactDigest
    }
}

/// How many profiles are in two segments at once.
public struct SegmentOverlap: Sendable, Hashable {
    /// The two segments.
    public let segments: [SegmentName]
    /// The profiles in both.
    public let profiles: Int
}

/// A source with everything that its profiles are asked for.
struct BoundSource: Sendable {
    let definition: SourceDefinition
    let open: OpenSource
    let columns: [String]
    let segments: [SegmentDefinition]
    let check: ContactCheck
    let digest: ContactDigest
    /// The destination's own flags: fields that are wanted in any spelling.
    private let ownFlags: [String]
    /// The flags, where every row names its own fields.
    private let flags: FlagNames?

    /// What the first reading wishes for.
    var wishes: FieldWishes { FieldWishes(columns: columns, flags: flags) }

    /// Opens the sources of a request, so that what is missing is found before anything is read.
    static func bind(_ request: ExportRequest) throws(EngineError) -> [BoundSource] {
        guard let matching = request.destination.matching else { throw .incomplete(what: "data matching") }
        guard !request.segments.isEmpty else { throw .incomplete(what: "segments") }
        var bound: [BoundSource] = []
        for name in request.segments.map(\.source) where !bound.contains(where: { $0.definition.name == name }) {
            guard let source = request.sources.first(where: { $0.name == name }) else {
                throw .incomplete(what: "source \(name)")
            }
            bound.append(try BoundSource(source, request, matching))
        }
        return bound
    }

    private init(
        _ definition: SourceDefinition, _ request: ExportRequest, _ matching: DataMatching
    ) throws(EngineError) {
        let open = try OpenSource(definition.format)
        let segments = request.segments.filter { $0.source == definition.name }
        var columns: [String] = []
        // By name, because a stranger's file may have thousands of flags.
        var places: [String: Int] = [:]
        func want(_ names: [String]) {
            for name in names where places[name] == nil {
                places[name] = columns.count
                columns.append(name)
            }
        }
        let flagNames = FlagNames(own: request.destination.doNotContact)
        let fixed = open.namesOwnFields ? [] : open.fields.filter(flagNames.contains)
        want(matching.pairs.map(\.column))
        want(fixed)
        want(try SegmentTests.columns(of: segments))
        self.definition = definition
        self.open = open
        self.columns = columns
        self.segments = segments
        ownFlags = request.destination.doNotContact
        flags = open.namesOwnFields ? flagNames : nil
        let flagColumns = open.namesOwnFields ? [columns.count] : fixed.compactMap { places[$0] }
        check = ContactCheck(
            matching, columns: columns, open: open, flags: flagColumns, customFields: request.customFields,
            limits: request.limits)
        digest = ContactDigest(
            seed: request.digestSeed,
            shape: matching.fields.map { field in
                guard case .custom(let name) = field else { return field.name }
                return request.customFields.first { $0.name.lowercased() == name.lowercased() }?.id ?? field.name
            })
        try requireFields()
    }

    /// Makes sure that the source has every field that is asked for.
    /// - Parameter index: what the first reading found; nil before it.
    /// - Throws: ``EngineError/missingColumn(_:path:known:)``.
    func requireFields(_ index: ChunkIndex? = nil) throws(EngineError) {
        try open.require(columns, flags: ownFlags, index)
    }

    /// Its fields that look like an opt-out and are neither used nor declared harmless.
    func unusedFlags(_ index: ChunkIndex, _ destination: Destination) throws(EngineError) -> [UnusedFlag] {
        try FlagReview.unused(of: open.fields(index), by: destination, segments: segments)
            .map { UnusedFlag(source: definition.name, field: $0) }
    }
}
