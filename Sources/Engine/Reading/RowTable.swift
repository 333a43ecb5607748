/// What is wanted of every row.
struct FieldWishes: Sendable {
    /// The fields whose values are wanted, by name.
    var columns: [String]
    /// Flags that keep people out, wherever rows name their own fields (NDJSON): one that is set fills a column behind
    /// ``columns``.
    var flags: FlagNames?
    /// How many of ``columns``, the first ones, are no arrays and no objects.
    var plain = Int.max
    /// Whether fields that are not wanted must not stand twice either.
    var isWhole = false

    /// How many columns there are.
    var count: Int { columns.count + (flags == nil ? 0 : 1) }
}

/// The rows of one chunk of a source: the chunk's bytes, and where in them the wanted fields of each row lie.
///
/// Values are not copied out: a field is a range of ``bytes``. One that is spelled otherwise than it reads (a doubled
/// quote, a JSON escape) is written out behind the chunk, and its range points there.
struct RowTable: Sendable {
    /// The chunk, and behind it the values that had to be written out, and ``InputFile/padding`` zeros.
    var bytes: [UInt8] = []
    /// The file the chunk is of, by its number among those that are read.
    var file = 0
    /// Whether a value may hold a control character: so few do that they need not be looked for where none was met.
    var mayHoldControls = true
    /// The fields that the rows have, where each row names its own (NDJSON).
    var met: [MetField] = []
    /// How many fields are wanted of each row.
    let columns: Int
    /// How many rows there are.
    private(set) var count = 0
    private var lines: [Int] = []
    private var fields: [Field] = []

    /// A field's place.
    struct Field {
        var start: UInt32
        var end: UInt32
    }

    init(columns: Int) {
        self.columns = columns
    }

    /// The line of the file where a row starts, from 1.
    func line(_ row: Int) -> Int { lines[row] }

    /// Where in ``bytes`` the field lies; empty where the row has no value.
    @inline(__always)
    func field(_ row: Int, _ column: Int) -> Range<Int> {
        let field = fields[row &* columns &+ column]
        return Range(uncheckedBounds: (Int(field.start), Int(field.end)))
    }

    /// The most places of fields of one chunk, eight bytes each.
    private static let maximumFields = 32 << 20

    /// Makes sure that a table of so many rows keeps memory flat: short rows of very many columns take more than they
    /// have.
    func requireRoom(rows: Int, path: String) throws(EngineError) {
        guard rows <= Self.maximumFields / max(1, columns) else {
            throw .unreadable(
                path: path,
                problem: "it has so many rows that lack nearly all of \(columns) fields that they are not read at once")
        }
    }

    /// Lends room for rows to `body`, which fills in where they and their fields lie, and says how many there are.
    ///
    /// Lines are one a row, fields one a row and column, row by row; those that are not set are empty.
    mutating func fill<E: Error>(
        rows: Int, _ body: (inout MutableSpan<Int>, inout MutableSpan<Field>) throws(E) -> Int
    ) throws(E) {
        var lines = Array(repeating: 0, count: rows)
        var fields = Array(repeating: Field(start: 0, end: 0), count: rows * columns)
        var lineSpan = lines.mutableSpan
        var fieldSpan = fields.mutableSpan
        count = try body(&lineSpan, &fieldSpan)
        self.lines = lines
        self.fields = fields
    }

    /// Where `range` is, as a field.
    static func place(_ range: Range<Int>) -> Field {
        Field(start: UInt32(truncatingIfNeeded: range.lowerBound), end: UInt32(truncatingIfNeeded: range.upperBound))
    }

    /// Puts the values that had to be written out behind the chunk.
    mutating func spill(_ decoded: [UInt8]) {
        bytes += decoded
        bytes += repeatElement(0, count: InputFile.padding)
    }
}
