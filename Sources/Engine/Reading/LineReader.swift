/// Splits a file into lines, without their ends.
struct LineReader {
    private let file: InputFile
    private var buffer: [UInt8]
    private var filled = 0
    private var position = 0
    /// The number of the line that was read last.
    private(set) var line = 0
    private(set) var bytesRead: Int64 = 0

    var path: String { file.path }
    var fingerprint: SourceFingerprint { file.fingerprint }

    init(_ path: String, chunk: Int = ReadingLimits.chunk) throws(EngineError) {
        file = try InputFile(path)
        buffer = [UInt8](repeating: 0, count: max(1, chunk))
    }

    /// Reads the next line into `text`; false at the end.
    mutating func next(_ text: inout [UInt8]) throws(EngineError) -> Bool {
        text.removeAll(keepingCapacity: true)
        var isFound = false
        while true {
            if position == filled {
                filled = try file.read(into: &buffer)
                position = 0
                bytesRead += Int64(filled)
                if filled == 0 {
                    if !isFound { try file.requireUnchanged() }
                    break
                }
            }
            if !isFound {
                line += 1
                isFound = true
            }
            let end = buffer[position..<filled].firstIndex(of: 0x0A)
            text.append(contentsOf: buffer[position..<(end ?? filled)])
            position = end.map { $0 + 1 } ?? filled
            guard text.count <= ReadingLimits.record else {
                throw .tooLong(Place(file: path, line: line), what: "the line", limit: ReadingLimits.record)
            }
            if end != nil { break }
        }
        if text.last == 0x0D { text.removeLast() }
        return isFound
    }
}
