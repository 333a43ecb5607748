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

    /// The addresses, which must be in lower case, one after the other.
    public init(_ addresses: [String]) {
        var bytes: [UInt8] = []
        ranges = addresses.map { address in
            let start = bytes.count
            bytes += address.utf8
            return start..<bytes.count
        }
        self.bytes = bytes
    }

    /// How many addresses there are.
    public var count: Int { ranges.count }

    /// The address at `index`, UTF-8.
    public subscript(index: Int) -> ArraySlice<UInt8> { bytes[ranges[index]] }
}
