/// The lower-cased addresses of one batch, where they stand in its body.
///
/// Always carried inside ``Personal``.
public struct PackedAddresses: Sendable, Equatable {
    /// The bytes that hold them.
    public let bytes: [UInt8]
    /// Where in ``bytes`` each lies, in the order of the contacts.
    public let ranges: [Range<Int>]

    init(bytes: [UInt8], ranges: [Range<Int>]) {
        self.bytes = bytes
        self.ranges = ranges
    }

    /// How many addresses there are.
    public var count: Int { ranges.count }

    /// The address at `index`, UTF-8.
    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[ranges[index]] }
}
