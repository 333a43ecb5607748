/// One profile as read: the wanted fields only, in the order they were asked for, empty where there is no value.
///
/// One record is reused for all rows.
struct Record {
    private(set) var bytes: [UInt8] = []
    private var ranges: [Range<Int>] = []
    /// The line where the row starts, from 1.
    var line = 0

    init(columns: Int) {
        ranges = Array(repeating: 0..<0, count: columns)
    }

    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        for index in ranges.indices { ranges[index] = 0..<0 }
    }

    /// The value of the wanted field `index`.
    subscript(index: Int) -> ArraySlice<UInt8> { bytes[ranges[index]] }

    var count: Int { bytes.count }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

    /// Says that what was appended since `start` is the value of the wanted field `index`.
    mutating func setField(_ index: Int, from start: Int) { ranges[index] = start..<bytes.count }
}

/// Reads profiles one after the other.
protocol RecordReader: AnyObject {
    /// Reads the next profile into `record`; false at the end.
    func next(_ record: inout Record) throws(EngineError) -> Bool
    /// Bytes read so far.
    var bytesRead: Int64 { get }
    /// The file that is read.
    var path: String { get }
    /// Its state when it was opened.
    var fingerprint: SourceFingerprint { get }
}

/// Bounds on what one row may hold, so that memory stays flat whatever the file says.
enum ReadingLimits {
    static let chunk = 256 * 1024
    static let field = 1 << 20
    static let record = 4 << 20
    static let nesting = 64
}
