internal import Engine
internal import Ledger
internal import Model
internal import Store

/// The fields of the sources that a destination can read, looked up before a transaction asks for them: some sources
/// have to be read to their end for it.
struct SourceFields: Sendable {
    private(set) var known: [SourceName: [String]] = [:]
    /// Sources that cannot be read now.
    private var unreadable: [SourceName] = []

    /// - Parameter isLenient: whether a source that cannot be read is passed over.
    fileprivate init(of sources: [SourceDefinition], isLenient: Bool) async throws {
        for source in sources {
            do {
                known[source.name] = try await SourceInspection.fields(of: source)
            } catch  where isLenient {
                unreadable.append(source.name)
            }
        }
    }

    /// The flags that keep people out by their names alone, as far as each of the sources has them.
    ///
    /// They stand in what is signed, and the export stops where one of them is gone. Names that cannot stand there count
    /// all the same where they are.
    var commonFlags: [String] {
        guard let first = known.min(by: { $0.key < $1.key }) else { return [] }
        var found: [String] = []
        for field in first.value
        where FlagReview.isKnown(field) && EntryText.isFieldName(field) && VisibleText.firstHidden(in: field) == nil
            && !FlagReview.has(field, among: found) && known.values.allSatisfy({ FlagReview.has(field, among: $0) })
        {
            found.append(field)
        }
        return found
    }

    /// `named`, and of ``commonFlags`` those that are not among them.
    func flags(with named: [String]) -> [String] {
        named + commonFlags.filter { !FlagReview.has($0, among: named) }
    }

    /// What is left of a destination's `flags` under these sources: those that somebody named, and those that are there.
    func flags(of flags: [String]) -> [String] {
        self.flags(with: flags.filter { !FlagReview.isKnown($0) || FlagReview.has($0, among: commonFlags) })
    }

    /// Makes sure that some source has the field, in any spelling if it is a flag.
    ///
    /// Where none can be read, nobody can tell.
    /// - Throws: an error of class bad-input.
    func requireSomewhere(_ field: String, isFlag: Bool) throws {
        guard unreadable.isEmpty, !known.isEmpty else { return }
        let all = known.sorted { $0.key < $1.key }
        let isThere = all.contains { _, fields in
            fields.contains(field) || (isFlag && FlagReview.has(field, among: fields))
        }
        if isThere { return }
        var fields: [String] = []
        for field in all.flatMap(\.value) where !fields.contains(field) && fields.count < 1000 { fields.append(field) }
        throw all.count == 1
            ? EngineError.missingColumn(field, path: "source \(all[0].key)", known: fields)
            : EngineError.missingEverywhere(field, sources: all.map(\.key.text), known: fields)
    }
}

extension Workspace {
    /// The fields of the sources of these segments; of every source if there are no segments yet.
    /// - Throws: an error of class bad-input if a source of the segments cannot be read.
    func sourceFields(of segments: [SegmentName]) async throws -> SourceFields {
        let sources = try store.reading { transaction in
            let names = Set(try segments.compactMap { try transaction.segment($0)?.source })
            return try transaction.sources().filter { segments.isEmpty || names.contains($0.name) }
        }
        return try await SourceFields(of: sources, isLenient: segments.isEmpty)
    }

    /// Makes sure that every source of the segments has the fields that are matched; while there are no segments, that
    /// some source has: before anybody signs for them.
    /// - Throws: an error of class bad-input.
    func requireFields(
        of destination: Destination, _ fields: SourceFields, _ transaction: SQLiteTransaction
    ) throws {
        let columns = (destination.matching?.pairs ?? []).map(\.column)
        for name in columns + destination.doNotContact + destination.ignoredFlags where !EntryText.isFieldName(name) {
            throw OperationError.personalText(option: "the name of a field")
        }
        try EnteredText.require(columns + destination.doNotContact + destination.ignoredFlags, "the name of a field")
        guard destination.matching != nil else { return }
        guard !destination.segments.isEmpty else {
            for column in columns { try fields.requireSomewhere(column, isFlag: false) }
            for flag in destination.doNotContact { try fields.requireSomewhere(flag, isFlag: true) }
            return
        }
        for name in Set(try destination.segments.compactMap { try transaction.segment($0)?.source }).sorted() {
            let known = try self.fields(of: name, fields, transaction)
            for column in columns where !known.contains(column) {
                throw EngineError.unmatched(column, source: name.text, known: known)
            }
            for flag in destination.doNotContact where !FlagReview.has(flag, among: known) {
                throw EngineError.unmatched(flag, source: name.text, known: known)
            }
        }
    }

    /// Fields of the sources that look like an opt-out and are neither used by the destination nor declared harmless.
    func unusedFlags(
        of destination: Destination, _ fields: SourceFields, _ transaction: SQLiteTransaction
    ) throws -> [UnusedFlag] {
        let segments = try destination.segments.compactMap { try transaction.segment($0) }
        let names = segments.isEmpty ? Set(fields.known.keys) : Set(segments.map(\.source))
        return try names.sorted().flatMap { name in
            let known = try self.fields(of: name, fields, transaction)
            let ours = segments.filter { $0.source == name }
            return try FlagReview.unused(of: known, by: destination, segments: ours)
                .map { UnusedFlag(source: name, field: $0) }
        }
    }

    /// The fields of a source; a first look at it if it was chosen only after the others were read.
    private func fields(
        of name: SourceName, _ fields: SourceFields, _ transaction: SQLiteTransaction
    ) throws -> [String] {
        if let known = fields.known[name] { return known }
        guard let source = try transaction.source(name) else { throw OperationError.unknownSource(name) }
        return try SourceInspection.firstFields(of: source)
    }
}

extension UnusedFlag {
    /// How many are named.
    private static let most = 20

    /// What the administrator should know about them.
    static func warnings(_ flags: [UnusedFlag]) -> [String] {
        let nearest = flags.enumerated()
            .map { (distance: FlagReview.distance(of: $0.element.field), place: $0.offset, flag: $0.element) }
            .sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }
            .map(\.flag)
        var warnings = (flags.count > most ? nearest : flags).prefix(most).map { flag in
            if let segment = flag.segment {
                return "the list of members of the segment \(segment) has a field '\(flag.field)' that looks like an "
                    + "opt-out or a consent, and does not count: all it lists are members whatever stands in it. Take out "
                    + "who is not meant, or call the field DoNotEmail, which keeps out whoever has it set"
            }
            return "source \(flag.source) has a field '\(flag.field)' that looks like an opt-out or a consent, and "
                + "nothing uses it: people are sent whatever stands in it. "
                + (FlagReview.isAgreement(flag.field)
                    ? "If it says who agreed, ask for that in the rule of every segment (`\(flag.field)` is true); if it "
                        + "says who did not, name it with --do-not-contact"
                    : "Name it with --do-not-contact, which keeps out whoever has it set, or use it in the rule of every "
                        + "segment")
                + "; if neither, declare it harmless with --ignore-flag"
        }
        if flags.count > most { warnings.append("\(flags.count - most) more fields look like an opt-out or a consent") }
        return warnings
    }
}
