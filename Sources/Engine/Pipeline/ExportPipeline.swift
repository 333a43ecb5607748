public import Model

/// Reads the sources of an export, and yields the batches it would send: select, check flags, map, validate,
/// de-duplicate, encode.
///
/// Holds one batch, one profile, and 16 bytes for each selected address in memory.
public final class ExportPipeline {
    private struct Input {
        let name: SourceName
        var reader: SourceReader
        let columns: Int
        let segments: [Membership]
        var mapper: ContactMapper
        var row = 0
    }

    private var inputs: ArraySlice<Input>
    private var builder: BatchBuilder
    private var seen = FingerprintSet()
    private var record = Record(columns: 0)
    private var row = ContactRow()
    private var finishedBytes: Int64 = 0
    private var isFlushed = false

    private static let maximumRejections = 1000

    /// What became of the profiles read so far.
    public private(set) var tally = Tally()
    /// The first 1,000 rejections; ``tally`` counts all.
    public private(set) var rejections: [Rejection] = []
    /// The files of all sources as they were when they were opened.
    public let fingerprints: [SourceFingerprint]
    /// All bytes there are to read.
    public let bytesTotal: Int64

    /// Bytes read so far.
    public var bytesRead: Int64 { finishedBytes + (inputs.first?.reader.bytesRead ?? 0) }

    /// Opens everything, so that what is missing is found before anything is produced.
    ///
    /// Every source is read once; a profile is selected if it is in any of the segments of its source.
    /// - Throws: ``EngineError``.
    public init(
        destination: Destination, segments: [SegmentDefinition], sources: [SourceDefinition],
        customFields: [CustomFieldDefinition], limits: BatchLimits = .sendGrid
    ) throws(EngineError) {
        guard let matching = destination.matching else { throw .incomplete(what: "data matching") }
        guard !segments.isEmpty else { throw .incomplete(what: "segments") }
        var inputs: [Input] = []
        for name in segments.map(\.source) where !inputs.contains(where: { $0.name == name }) {
            guard let source = sources.first(where: { $0.name == name }) else {
                throw .incomplete(what: "source \(name)")
            }
            inputs.append(
                try Self.open(
                    source, segments.filter { $0.source == name }, matching, destination.doNotContact, customFields))
        }
        do {
            builder = try BatchBuilder(
                destination: destination.id, listID: destination.listID, segments: destination.segments,
                fields: matching.fields, customFields: customFields, limits: limits)
        } catch {
            throw .incomplete(what: "definition for a matched field (\(error.message))")
        }
        fingerprints = inputs.flatMap(\.reader.fingerprints)
        bytesTotal = inputs.map(\.reader.bytesTotal).reduce(0, +)
        self.inputs = inputs[...]
        record = Record(columns: inputs.first?.columns ?? 0)
    }

    private static func open(
        _ source: SourceDefinition, _ segments: [SegmentDefinition], _ matching: DataMatching, _ doNotContact: [String],
        _ customFields: [CustomFieldDefinition]
    ) throws(EngineError) -> Input {
        var columns: [String] = []
        func want(_ names: [String]) {
            for name in names where !columns.contains(name) { columns.append(name) }
        }
        let flagNames = try SourceReader.fields(of: source).filter { FlagText.knownNames.contains($0.lowercased()) }
        want(matching.pairs.map(\.column))
        want(flagNames + doNotContact)
        for segment in segments { want(try Membership.columns(of: segment, source: source)) }
        let reader = try SourceReader(source, columns: columns)
        var memberships: [Membership] = []
        for segment in segments { memberships.append(try Membership(segment, source: source, columns: columns)) }
        let flags = (flagNames + doNotContact).compactMap { columns.firstIndex(of: $0) }
        return Input(
            name: source.name, reader: reader, columns: columns.count, segments: memberships,
            mapper: ContactMapper(matching, columns: columns, flags: flags, customFields: customFields))
    }

    /// The next full batch, the rest at the end, then nil.
    /// - Throws: ``EngineError`` with the place; batches before it stand.
    public func nextBatch() throws(EngineError) -> PreparedBatch? {
        while !inputs.isEmpty {
            let index = inputs.startIndex
            while try inputs[index].reader.next(&record) {
                if let batch = try take(index) { return batch }
            }
            finishedBytes += inputs[index].reader.bytesRead
            inputs = inputs.dropFirst()
            record = Record(columns: inputs.first?.columns ?? 0)
        }
        guard !isFlushed else { return nil }
        isFlushed = true
        return builder.finish()
    }

    private func take(_ index: Int) throws(EngineError) -> PreparedBatch? {
        inputs[index].row += 1
        tally.source += 1
        guard inputs[index].segments.contains(where: { $0.includes(record) }) else {
            tally.filteredOut += 1
            return nil
        }
        tally.selected += 1
        if let (reason, field) = inputs[index].mapper.map(record, into: &row) {
            reject(reason, field, index)
            return nil
        }
        guard seen.insert(row[0]) else {
            reject(.duplicateEmail, .email, index)
            return nil
        }
        tally.prepared += 1
        do {
            return try builder.add(row)
        } catch {
            throw .contact(Place(file: inputs[index].reader.path, line: record.line), problem: error.message)
        }
    }

    private func reject(_ reason: RejectionReason, _ field: ContactField?, _ index: Int) {
        tally.rejected[reason, default: 0] += 1
        guard rejections.count < Self.maximumRejections else { return }
        rejections.append(
            Rejection(
                source: inputs[index].name, row: inputs[index].row, line: record.line, field: field?.name,
                reason: reason))
    }
}
