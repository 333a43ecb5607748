/// Fingerprints with their rows, sorted into partitions by the fingerprint's first bits, so that equal ones can be found a
/// partition at a time.
///
/// This is how ten million profiles are de-duplicated and joined without being kept: an entry has 16 bytes, a partition
/// in the making at most 16 KiB; what is more goes to a ``ScratchFile``. So memory is bounded by 4 MiB, plus the largest
/// partition while it is looked through: 1/256 of the entries, 16 + 8 bytes each. The scratch file holds keyed
/// fingerprints alone, whose key is in memory, and has no name.
struct Partitions: ~Copyable {
    /// What is not written yet: ``buffer`` words for each partition, and how many of them are taken.
    private var open: [UInt64] = []
    private var taken = [Int](repeating: 0, count: count)
    private var written: [[Int64]] = Array(repeating: [], count: count)
    private var scratch: ScratchFile?
    private let folder: String

    private static let count = 256
    private static let buffer = 2 * 1024
    private static let rowBits: UInt64 = 40

    /// - Parameter folder: where the scratch file is made if one is needed.
    init(scratch folder: String) {
        self.folder = folder
    }

    /// Adds entries; rows have to come in ascending order over all calls, and number fewer than 2^40.
    /// - Parameter first: what is added to the rows.
    mutating func add(_ entries: [(row: Int, fingerprint: Fingerprint)], first: Int) throws(EngineError) {
        if open.isEmpty { open = Array(repeating: 0, count: Self.count * Self.buffer) }
        for (row, fingerprint) in entries {
            let index = Int(fingerprint.high >> 56)
            let place = index &* Self.buffer &+ taken[index]
            open[place] = fingerprint.high
            open[place &+ 1] = fingerprint.low << Self.rowBits | UInt64(first &+ row)
            taken[index] &+= 2
            if taken[index] == Self.buffer { try write(index) }
        }
    }

    private mutating func write(_ index: Int) throws(EngineError) {
        let file: ScratchFile
        if let scratch {
            file = scratch
        } else {
            file = try ScratchFile(in: folder)
            scratch = file
        }
        written[index].append(try file.append(held(index)))
        taken[index] = 0
    }

    private func held(_ index: Int) -> ArraySlice<UInt64> {
        open.isEmpty ? [] : open[(index * Self.buffer)..<(index * Self.buffer + taken[index])]
    }

    /// The entries of one partition in the order of their rows.
    private func entries(_ index: Int) throws(EngineError) -> [UInt64] {
        var entries: [UInt64] = []
        entries.reserveCapacity(written[index].count * Self.buffer + taken[index])
        for offset in written[index] {
            if let scratch { entries += try scratch.read(at: offset, count: Self.buffer) }
        }
        return entries + held(index)
    }

    /// Calls `body` with every row whose fingerprint an earlier row has.
    func forEachRepeated(_ body: (Int) -> Void) throws(EngineError) {
        for index in 0..<Self.count {
            let entries = try entries(index)
            var table = EntryTable(entries: entries.count / 2)
            for entry in stride(from: 0, to: entries.count, by: 2) where !table.insert(entry, of: entries) {
                body(Int(entries[entry + 1] & (1 << Self.rowBits - 1)))
            }
        }
    }

    /// Calls `body` with every row of `others` whose fingerprint is here.
    func forEachMatch(in others: borrowing Partitions, _ body: (Int) -> Void) throws(EngineError) {
        for index in 0..<Self.count {
            let entries = try entries(index)
            let candidates = try others.entries(index)
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
