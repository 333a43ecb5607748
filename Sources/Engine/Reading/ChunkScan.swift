/// Reads files chunk by chunk, parses on all cores, and hands on what was made of each chunk in order.
enum ChunkScan {
    private struct Item: Sendable {
        let chunk: Chunk?
        let place: ChunkPlace?
    }

    private struct Scanned<R: Sendable>: Sendable {
        let shape: ChunkShape
        let times: StageTimes
        var met: [MetField] = []
        let result: Result<R, EngineError>
    }

    /// - Parameters:
    ///   - wishes: what the rows of the tables hold.
    ///   - places: the chunks, if they are known from an earlier scan; else the files are cut anew.
    ///   - isTrusted: whether an earlier scan found the files to be UTF-8.
    ///   - work: what is made of the rows of a chunk, and the number of its first row if that is known; on any core.
    ///     Lines in the table count from the start of the chunk.
    ///   - take: what is done with it, in order.
    /// - Returns: where the chunks are, and the processor time of reading and parsing.
    /// - Throws: the first ``EngineError`` in the order of the rows, with its place.
    static func run<R: Sendable>(
        _ files: [SourceFile], _ wishes: FieldWishes, places: [ChunkPlace]? = nil, isTrusted: Bool = false,
        chunk size: Int = ReadingLimits.chunk,
        work: @escaping @Sendable (borrowing RowTable, Int?, inout StageClock) throws(EngineError) -> R,
        take: (R, ChunkPlace) async throws -> Void
    ) async throws -> (index: ChunkIndex, times: StageTimes) {
        var parsers: [RowParser] = []
        for file in files { parsers.append(try file.parser(for: wishes)) }
        var reader = ChunkReader(files, chunk: size)
        var remaining = places?[...]
        var index = ChunkIndex()
        var times = StageTimes()
        try await OrderedWork.run(
            next: { () throws -> Item? in
                if remaining != nil { return remaining?.popFirst().map { Item(chunk: nil, place: $0) } }
                var clock = StageClock()
                defer {
                    clock.end(.read)
                    times += clock.times
                }
                return try reader.next().map { Item(chunk: $0, place: nil) }
            },
            work: { [parsers] item in
                scan(item, files, parsers, columns: wishes.count, isTrusted: isTrusted, work)
            },
            take: { scanned in
                times += scanned.times
                index.meet(scanned.met)
                let moved = index.nextLine(scanned.shape.file, files) - 1
                switch scanned.result {
                case .failure(let error): throw error.moved(lines: moved)
                case .success(let result): try await take(result, index.add(scanned.shape, files))
                }
            })
        for file in files { try file.input.requireUnchanged() }
        return (index, times)
    }

    private static func scan<R: Sendable>(
        _ item: Item, _ files: [SourceFile], _ parsers: [RowParser], columns: Int, isTrusted: Bool,
        _ work: @Sendable (borrowing RowTable, Int?, inout StageClock) throws(EngineError) -> R
    ) -> Scanned<R> {
        var clock = StageClock()
        var shape = ChunkShape(
            file: item.place?.file ?? item.chunk?.file ?? 0, offset: item.place?.offset ?? item.chunk?.offset ?? 0,
            count: item.place?.count ?? item.chunk?.count ?? 0, rows: 0, lines: 0)
        do throws(EngineError) {
            var table = RowTable(columns: columns)
            let chunk: Chunk
            if let read = item.chunk {
                chunk = read
            } else if let place = item.place {
                chunk = try place.read(files)
            } else {
                throw EngineError.unreadable(path: files[shape.file].path, problem: "it cannot be read")
            }
            clock.end(.read)
            table.file = chunk.file
            let (parser, path) = (parsers[shape.file], files[chunk.file].path)
            let text = try files[chunk.file].encoding.decoded(chunk, path: path)
            let lines =
                isTrusted
                ? try parser.parse(text, line: 1, into: &table)
                : try parser.parseUnchecked(text, path: path, line: 1, into: &table)
            clock.end(.parse)
            shape.rows = table.count
            shape.lines = lines
            if let place = item.place, place.rows != table.count {
                throw EngineError.unreadable(path: files[place.file].path, problem: "it changed while it was read")
            }
            let result = try work(table, item.place?.firstRow, &clock)
            return Scanned(shape: shape, times: clock.times, met: table.met, result: .success(result))
        } catch {
            return Scanned(shape: shape, times: clock.times, result: .failure(error))
        }
    }
}
