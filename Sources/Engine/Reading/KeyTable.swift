internal import Model

/// The keys that a file's objects have, each with what it fills.
///
/// Objects mostly have their keys in the same order, so a search starts behind the last one that was found; any other is
/// found by its hash, so that objects with many keys take no longer a key than others. What a key means is decided once,
/// when it is met first.
struct KeyTable: Sendable {
    /// What a key fills.
    struct Target: Sendable {
        /// The number of the wanted column, or -1.
        var column: Int
        /// Whether it is a flag that keeps people out.
        var isFlag: Bool

        var isWanted: Bool { column >= 0 || isFlag }
    }

    private let columns: [String: Int]
    private let flags: FlagNames?
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private(set) var targets: [Target] = []
    /// The newest key of each hash, and for each key the one of the same hash before it, or -1.
    private var newest: [Int: Int] = [:]
    private var older: [Int] = []

    /// - Parameter first: keys that are expected, in their order.
    init(columns: [String], flags: FlagNames?, first: [String]) {
        self.columns = Dictionary(zip(columns, columns.indices)) { first, _ in first }
        self.flags = flags
        for name in first + columns {
            let text = Array(name.utf8)
            let range = 0..<text.count
            if find(text.span.bytes, range, from: 0) == nil { add(text.span.bytes, range) }
        }
    }

    var count: Int { ends.count }

    func name(_ key: Int) -> String {
        String(decoding: bytes[(key == 0 ? 0 : ends[key - 1])..<ends[key]], as: UTF8.self)
    }

    /// The key's number, looked for from `guess` on.
    func find(_ text: RawSpan, _ range: Range<Int>, from guess: Int) -> Int? {
        // An object that leaves out some keys is as usual as one that has all.
        var key = guess
        while key < ends.count, key <= guess &+ 3 {
            if isEqual(key, text, range) { return key }
            key &+= 1
        }
        guard var found = newest[Self.hash(text, range)] else { return nil }
        while !isEqual(found, text, range) {
            found = older[found]
            if found < 0 { return nil }
        }
        return found
    }

    /// Adds a key, which is not there, and returns its number.
    @discardableResult
    mutating func add(_ text: RawSpan, _ range: Range<Int>) -> Int {
        for index in range { bytes.append(text.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
        ends.append(bytes.count)
        let key = ends.count - 1
        let name = name(key)
        targets.append(
            // As texts and not as bytes: an accent may be written in two ways.
            Target(column: columns[name] ?? -1, isFlag: flags?.contains(name) ?? false))
        let hash = Self.hash(text, range)
        older.append(newest[hash] ?? -1)
        newest[hash] = key
        return key
    }

    private func isEqual(_ key: Int, _ text: RawSpan, _ range: Range<Int>) -> Bool {
        let start = key == 0 ? 0 : ends[key &- 1]
        guard ends[key] &- start == range.count else { return false }
        for offset in 0..<range.count
        where bytes[start &+ offset] != text.unsafeLoad(fromByteOffset: range.lowerBound &+ offset, as: UInt8.self) {
            return false
        }
        return true
    }

    private static func hash(_ text: RawSpan, _ range: Range<Int>) -> Int {
        // Keyed anew in every process, so that nobody can write a file whose keys all have one hash.
        var hasher = Hasher()
        text.extracting(range).withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}

/// The names of the fields that rows were met with, in the order they were met.
struct FieldNames: Sendable {
    /// How many are kept, so that a file of ever new names stays a file; what is wanted is kept whatever comes.
    static let maximum = 10_000
    private static let maximumBytes = 1 << 20

    private(set) var names: [String] = []
    private var known: Set<String> = []
    private var bytes = 0

    mutating func add(_ name: String, isWanted: Bool) {
        guard isWanted || (names.count < Self.maximum && bytes + name.utf8.count <= Self.maximumBytes),
            known.insert(name).inserted
        else { return }
        names.append(name)
        bytes += name.utf8.count
    }

    func contains(_ name: String) -> Bool { known.contains(name) }
}

/// A field that rows of one chunk were met with.
struct MetField: Sendable {
    let name: String
    /// Whether its values are wanted.
    let isWanted: Bool
}
