/// Fingerprints with their rows, sorted into partitions by the fingerprint's first bits, so that equal ones can be found a
/// partition at a time.
///
/// This is how ten million profiles are de-duplicated and joined without being kept: an entry has 16 bytes, a partition
/// in the making at most 16 KiB; what is more goes to a ``ScratchFile``. So memory is bounded by 4 MiB, plus the largest
/// partition while it is looked through: 1/256 of the entries, 16 + 8 bytes each. The scratch file holds keyed
/// fingerprints alone, whose key is in memory, and has no name.
struct Partitions: ~Copyable {
    private var buckets: Buckets
    private var hasMarks = false
    private static let rowBits: UInt64 = 40
    /// The highest bit of a row: whoever has this fingerprint is kept out.
    private static let mark: UInt64 = 1 << (rowBits - 1)

    /// What other entries say of one.
    enum Finding {
        /// An earlier row has the same fingerprint.
        case repeated
        /// A row with the same fingerprint keeps it out, before or behind it.
        case keptOut
    }

    /// - Parameter folder: where the scratch file is made if one is needed.
    init(scratch folder: String) {
        buckets = Buckets(scratch: folder)
    }

    /// Adds entries; rows have to come in ascending order over all calls, and number fewer than 2^39.
    /// - Parameter first: what is added to the rows.
    mutating func add(_ entries: [(row: Int, fingerprint: Fingerprint)], first: Int) throws(EngineError) {
        for (row, fingerprint) in entries {
            try buckets.append(
                fingerprint.high, fingerprint.low << Self.rowBits | UInt64(first &+ row),
                to: Int(fingerprint.high >> 56))
        }
    }

    /// Adds fingerprints that are kept out, whatever other rows have them; they may come in any order.
    mutating func keepOut(_ entries: [(row: Int, fingerprint: Fingerprint)]) throws(EngineError) {
        for (_, fingerprint) in entries {
            try buckets.append(
                fingerprint.high, fingerprint.low << Self.rowBits | Self.mark, to: Int(fingerprint.high >> 56))
        }
        hasMarks = hasMarks || !entries.isEmpty
    }

    /// Calls `body` with every row whose fingerprint an earlier row has, or is kept out.
    func forEachRepeated(_ body: (Int, Finding) -> Void) throws(EngineError) {
        for index in 0..<Buckets.count {
            let entries = try buckets.words(index)
            var table = EntryTable(entries: entries.count / 2)
            insertMarks(of: entries, into: &table)
            for entry in stride(from: 0, to: entries.count, by: 2) where entries[entry + 1] & Self.mark == 0 {
                guard let other = table.insert(entry, of: entries) else { continue }
                let isKeptOut = entries[other + 1] & Self.mark != 0
                body(Int(entries[entry + 1] & (Self.mark - 1)), isKeptOut ? .keptOut : .repeated)
            }
        }
    }

    /// Calls `body` with every row of `others` whose fingerprint is here, and says whether it is kept out here.
    func forEachMatch(in others: borrowing Partitions, _ body: (Int, _ isKeptOut: Bool) -> Void) throws(EngineError) {
        for index in 0..<Buckets.count {
            let entries = try buckets.words(index)
            let candidates = try others.buckets.words(index)
            var table = EntryTable(entries: entries.count / 2)
            insertMarks(of: entries, into: &table)
            for entry in stride(from: 0, to: entries.count, by: 2) { _ = table.insert(entry, of: entries) }
            for entry in stride(from: 0, to: candidates.count, by: 2) {
                guard let found = table.find(candidates[entry], candidates[entry + 1], of: entries) else { continue }
                body(Int(candidates[entry + 1] & (Self.mark - 1)), entries[found + 1] & Self.mark != 0)
            }
        }
    }

    /// Those that keep out go first, so that they are what is found, wherever they came.
    private func insertMarks(of entries: [UInt64], into table: inout EntryTable) {
        guard hasMarks else { return }
        for entry in stride(from: 0, to: entries.count, by: 2) where entries[entry + 1] & Self.mark != 0 {
            _ = table.insert(entry, of: entries)
        }
    }

    /// A hash table of entries with open addressing, at most half full.
    private struct EntryTable {
        private var slots: [UInt32]
        private let mask: Int

        init(entries: Int) {
            var capacity = 16
            while capacity < entries * 2 { capacity *= 2 }
            slots = Array(repeating: 0, count: capacity)
            mask = capacity - 1
        }

        /// Adds the entry at `index`; if an equal one is there, nothing is added, and this is where it is.
        mutating func insert(_ index: Int, of entries: [UInt64]) -> Int? {
            let slot = slot(entries[index], entries[index + 1], of: entries)
            guard slots[slot] == 0 else { return Int(slots[slot] - 1) * 2 }
            slots[slot] = UInt32(index / 2 + 1)
            return nil
        }

        /// Where the entry with this fingerprint is.
        func find(_ high: UInt64, _ low: UInt64, of entries: [UInt64]) -> Int? {
            let slot = slot(high, low, of: entries)
            return slots[slot] == 0 ? nil : Int(slots[slot] - 1) * 2
        }

        /// Where an entry with this fingerprint stands, or where it would have to be put.
        private func slot(_ high: UInt64, _ low: UInt64, of entries: [UInt64]) -> Int {
            var slot = Int(truncatingIfNeeded: high >> 16) & mask
            while slots[slot] != 0 {
                let other = Int(slots[slot] - 1) * 2
                if entries[other] == high, entries[other + 1] >> Partitions.rowBits == low >> Partitions.rowBits {
                    return slot
                }
                slot = (slot + 1) & mask
            }
            return slot
        }
    }
}
