/// A set of rows, a bit for each.
struct RowSet: Sendable {
    private var words: [UInt64] = []

    @inline(__always)
    func contains(_ row: Int) -> Bool {
        row >> 6 < words.count && words[row >> 6] &>> UInt64(row & 63) & 1 == 1
    }

    mutating func insert(_ row: Int) {
        makeRoom(rows: row + 1)
        words[row >> 6] |= 1 &<< UInt64(row & 63)
    }

    mutating func insert(_ rows: [(row: Int, fingerprint: Fingerprint)], first: Int) {
        guard let last = rows.last else { return }
        makeRoom(rows: first + last.row + 1)
        for (row, _) in rows { words[(first &+ row) >> 6] |= 1 &<< UInt64((first &+ row) & 63) }
    }

    private mutating func makeRoom(rows: Int) {
        let needed = (rows + 63) >> 6
        if needed > words.count { words += repeatElement(0, count: needed - words.count) }
    }

    mutating func remove(_ row: Int) {
        guard row >> 6 < words.count else { return }
        words[row >> 6] &= ~(1 &<< UInt64(row & 63))
    }
}
