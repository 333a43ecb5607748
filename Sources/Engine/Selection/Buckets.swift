/// Words sorted into 256 buckets, bounded in memory: what does not fit goes to a ``ScratchFile``.
///
/// Words come two at a time; an entry may be two or four of them, and is never torn.
struct Buckets: ~Copyable {
    /// What is not written yet: ``buffer`` words for each bucket, and how many of them are taken.
    private var open: [UInt64] = []
    private var taken = [Int](repeating: 0, count: count)
    private var written: [[Int64]] = Array(repeating: [], count: count)
    private var scratch: ScratchFile?
    private let folder: String

    static let count = 256
    private static let buffer = 2 * 1024

    /// - Parameter folder: where the scratch file is made if one is needed.
    init(scratch folder: String) {
        self.folder = folder
    }

    @inline(__always)
    mutating func append(_ first: UInt64, _ second: UInt64, to bucket: Int) throws(EngineError) {
        if open.isEmpty { open = Array(repeating: 0, count: Self.count * Self.buffer) }
        let place = bucket &* Self.buffer &+ taken[bucket]
        open[place] = first
        open[place &+ 1] = second
        taken[bucket] &+= 2
        if taken[bucket] == Self.buffer { try write(bucket) }
    }

    private mutating func write(_ bucket: Int) throws(EngineError) {
        let file: ScratchFile
        if let scratch {
            file = scratch
        } else {
            file = try ScratchFile(in: folder)
            scratch = file
        }
        written[bucket].append(try file.append(held(bucket)))
        taken[bucket] = 0
    }

    private func held(_ bucket: Int) -> ArraySlice<UInt64> {
        open.isEmpty ? [] : open[(bucket * Self.buffer)..<(bucket * Self.buffer + taken[bucket])]
    }

    /// The words of one bucket in the order in which they came.
    func words(_ bucket: Int) throws(EngineError) -> [UInt64] {
        var words: [UInt64] = []
        words.reserveCapacity(written[bucket].count * Self.buffer + taken[bucket])
        for offset in written[bucket] {
            if let scratch { words += try scratch.read(at: offset, count: Self.buffer) }
        }
        return words + held(bucket)
    }
}
