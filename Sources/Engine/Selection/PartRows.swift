/// How many rows one file of a source had, or of a list of members.
public struct PartRows: Sendable, Hashable {
    /// What the file is a part of: `source NAME`, or `segment NAME` for a list of members.
    public let whole: String
    /// The file's name in it: a partition's in `model.json`; empty where there is only one file.
    public let part: String
    /// Its rows; of a list of members those that have an identifier.
    public let rows: Int

    /// The rows of a part.
    public init(whole: String, part: String, rows: Int) {
        self.whole = whole
        self.part = part
        self.rows = rows
    }

    /// The parts of `whole` that had rows in `earlier`, and now have none or are not there.
    ///
    /// A refresh that is under way leaves files empty for a while, and an empty file is not the word that everybody in it
    /// has left. Files whose names change with every refresh are held against those in their place; where their number
    /// changes as well, rows that went from some files to others are no loss.
    public static func emptied(of whole: String, earlier: [PartRows], now: [PartRows]) -> [PartRows] {
        let (earlier, now) = (earlier.filter { $0.whole == whole }, now.filter { $0.whole == whole })
        let rows = Dictionary(now.map { ($0.part, $0.rows) }, uniquingKeysWith: +)
        let known = Set(earlier.map(\.part))
        var emptied = earlier.filter { $0.rows > 0 && rows[$0.part] == 0 }
        let missing = earlier.filter { rows[$0.part] == nil }.sorted { $0.part < $1.part }
        let added = now.filter { !known.contains($0.part) }.sorted { $0.part < $1.part }
        if missing.count == added.count {
            emptied += zip(missing, added).filter { $0.rows > 0 && $1.rows == 0 }.map(\.0)
        } else {
            let (lost, gained) = (missing.reduce(0) { $0 + $1.rows }, added.reduce(0) { $0 + $1.rows })
            if gained < lost - lost / 2 || added.contains(where: { $0.rows == 0 }) {
                emptied += missing.filter { $0.rows > 0 }
            }
        }
        return emptied
    }
}

extension ChunkIndex {
    /// The rows of each file.
    func rows(of open: OpenSource, whole: String) -> [PartRows] {
        var counts = [Int](repeating: 0, count: open.files.count)
        for place in places { counts[place.file] += place.rows }
        return PartRows.parts(of: open, whole: whole, rows: counts)
    }
}

extension PartRows {
    /// The parts of what `open` reads, with the rows that were counted in each file.
    static func parts(of open: OpenSource, whole: String, rows counts: [Int]) -> [PartRows] {
        var seen: [String: Int] = [:]
        return zip(open.files, counts).map { file, rows in
            // Names need not be different in a model.
            seen[file.name, default: 0] += 1
            let number = seen[file.name] ?? 1
            return PartRows(whole: whole, part: number == 1 ? file.name : "\(file.name)#\(number)", rows: rows)
        }
    }
}
