/// Fingerprints with their rows, sorted into partitions by the fingerprint's first bits, so that equal ones can be found a
/// partition at a time.
///
/// This is how ten million profiles are de-duplicated and joined without being kept: an entry has 16 bytes, a partition
/// in the making at most 16 KiB; what is more goes to a ``ScratchFile``. So memory is bounded by 4 MiB, plus the largest
/// partition while it is looked through: 1/256 of the entries, 16 + 8 bytes each. The scratch file holds keyed
/// fingerprints alone, whose key is in memory, and has no name.
struct Partitions: ~Copyable {
    private var buckets: Buckets
    private static let rowBits: UInt64 = 40

    /// - Parameter folder: where the scratch file is made if one is needed.
    init(scratch folder: String) {
        buckets = Buckets(scratch: folder)
    }

    /// Adds entries; rows have to come in ascending order over all calls, and number fewer than 2^40.
    /// - Parameter first: what is added to the rows.
    mutating func add(_ entries: [(row: Int, fingerprint: Fingerprint)], first: Int) throws(EngineError) {
        for (row, fingerprint) in entries {
            try buckets.append(
                fingerprint.high, fingerprint.low << Self.rowBits | UInt64(first &+ row),
                to: Int(fingerprint.high >> 56))
        }
    }

    /// Calls `body` with every row whose fingerprint an earlier row has.
    func forEachRepeated(_ body: (Int) -> Void) throws(EngineError) {
        for index in 0..<Buckets.count {
            let entries = try buckets.words(index)
            var table = EntryTable(entries: entries.count / 2)
            for entry in stride(from: 0, to: entries.count, by: 2) where !table.insert(entry, of: entries) {
                body(Int(entries[entry + 1] & (1 << Self.rowBits - 1)))
            }
        }
    }

    /// Calls `body` with every row of `others` whose fingerprint is here.
    func forEachMatch(in others: borrowing Partitions, _ body: (Int) -> Void) throws(EngineError) {
        for index in 0..<Buckets.count {
            let entries = try buckets.words(index)
            let candidates = try others.buckets.words(index)
            var table = EntryTable(entries: entries.count / 2)
            for entry in stride(from: 0, to: entries.count, by: 2) { _ = table.insert(entry, of: entries) }
            for entry in stride(from: 0, to: candidates.count, by: 2)
            where table.contains(candidates[entry], candidates[entry + 1], of: entries) {
                body(Int(candidates[entry + 1] & (1 << Self.rowBits - 1)))
            }
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

        /// Adds the entry at `index`; false if an equal one is there.
        mutating func insert(_ index: Int, of entries: [UInt64]) -> Bool {
            let slot = slot(entries[index], entries[index + 1], of: entries)
            guard slots[slot] == 0 else { return false }
            slots[slot] = UInt32(index / 2 + 1)
            return true
        }

        func contains(_ high: UInt64, _ low: UInt64, of entries: [UInt64]) -> Bool {
            slots[slot(high, low, of: entries)] != 0
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
