internal import Model

/// How the text of a file is encoded.
///
/// The one-byte encodings that older systems write are ASCII below 0x80, so files are cut into chunks as they are, and the
/// chunks become UTF-8 before they are parsed.
enum TextEncoding: Sendable {
    case utf8
    /// ISO 8859-1.
    case latin1
    /// Windows code page 1252.
    case windows1252

    /// The encoding of this name, in any case, as `model.json` may write it; nil if it is none of these.
    init?(name: String) {
        switch name.lowercased() {
        case "utf-8", "utf8", "us-ascii", "ascii": self = .utf8
        case "iso-8859-1", "iso8859-1", "latin1", "latin-1": self = .latin1
        case "windows-1252", "cp1252", "1252": self = .windows1252
        default: return nil
        }
    }

    /// What bytes 0x80 to 0x9F stand for in code page 1252; nothing, as zero, for five of them.
    private static let windowsLetters: [UInt32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]

    /// The chunk in UTF-8; itself if it is that already.
    /// - Throws: ``EngineError/encoding(_:)`` for a byte that stands for nothing.
    func decoded(_ chunk: consuming Chunk, path: String) throws(EngineError) -> Chunk {
        if self == .utf8 { return chunk }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(chunk.bytes.count + chunk.bytes.count / 8)
        var line = 1
        for byte in chunk.bytes.prefix(chunk.count) {
            if byte == 0x0A { line += 1 }
            guard byte >= 0x80 else {
                bytes.append(byte)
                continue
            }
            let isLetter = self == .latin1 || byte >= 0xA0
            let scalar = isLetter ? UInt32(byte) : Self.windowsLetters[Int(byte) - 0x80]
            guard scalar > 0, let letter = Unicode.Scalar(scalar) else {
                throw .encoding(Place(file: path, line: line))
            }
            bytes.append(contentsOf: String(Character(letter)).utf8)
        }
        let count = bytes.count
        bytes += repeatElement(0, count: InputFile.padding)
        return Chunk(bytes: bytes, count: count, file: chunk.file, offset: chunk.offset, isCut: chunk.isCut)
    }
}
