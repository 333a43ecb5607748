/// Where a chunk lies, and which rows it has: enough to read it again.
struct ChunkPlace: Sendable {
    /// The file, by its number among those of its source.
    let file: Int
    let offset: Int64
    let count: Int
    /// The line of the file where it starts.
    let firstLine: Int
    /// The number of its first row in the source, from 0.
    let firstRow: Int
    let rows: Int
    let lines: Int

    /// Reads the chunk again.
    /// - Throws: ``EngineError`` if the file was changed since it was opened.
    func read(_ files: [SourceFile]) throws(EngineError) -> Chunk {
        let input = files[file].input
        let (bytes, found) = try input.read(at: offset, count: count)
        try input.requireUnchanged()
        guard found == count else { throw .unreadable(path: input.path, problem: "it became shorter") }
        return Chunk(bytes: bytes, count: count, file: file, offset: offset, isCut: false)
    }
}

/// Numbers the rows and lines of chunks that come in order.
struct ChunkIndex: Sendable {
    private(set) var places: [ChunkPlace] = []
    /// The rows so far.
    private(set) var rows = 0
    /// The fields that rows were met with, where each row names its own (NDJSON).
    private(set) var met = FieldNames()
    private var line = 0

    /// The line where the next chunk starts, if it is of file `file`.
    func nextLine(_ file: Int, _ files: [SourceFile]) -> Int {
        places.last?.file == file ? line : files[file].start.line
    }

    mutating func add(_ chunk: ChunkShape, _ files: [SourceFile]) -> ChunkPlace {
        let firstLine = nextLine(chunk.file, files)
        let place = ChunkPlace(
            file: chunk.file, offset: chunk.offset, count: chunk.count, firstLine: firstLine, firstRow: rows,
            rows: chunk.rows, lines: chunk.lines)
        places.append(place)
        rows += chunk.rows
        line = firstLine + chunk.lines
        return place
    }

    mutating func meet(_ fields: [MetField]) {
        for field in fields { met.add(field.name, isWanted: field.isWanted) }
    }

    /// The chunk that holds a row.
    func place(of row: Int) -> ChunkPlace? {
        var low = 0
        var high = places.count
        while low < high {
            let middle = (low + high) / 2
            if places[middle].firstRow + places[middle].rows <= row { low = middle + 1 } else { high = middle }
        }
        return low < places.count ? places[low] : nil
    }
}

/// What a chunk turned out to be, once it was parsed.
struct ChunkShape: Sendable {
    let file: Int
    let offset: Int64
    let count: Int
    var rows: Int
    var lines: Int
}
