/// The lower-cased addresses of one batch in one stretch of memory.
///
/// Always carried inside ``Personal``.
public struct PackedAddresses: Sendable, Equatable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    init() {}

    /// How many addresses there are.
    public var count: Int { ends.count }

    mutating func append(_ address: some Collection<UInt8>) {
        bytes.append(contentsOf: address)
        ends.append(bytes.count)
    }

    /// The address at `index`, UTF-8.
    public subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }
}
