/// One contact on its way into a batch: a slot for each matched field, in the order of ``DataMatching/fields``, an
/// empty slot meaning that the profile has no value there.
///
/// One row is reused for every profile, so that nothing is allocated per field. Slot 0 is the address, lower-cased.
public struct ContactRow: Sendable, CustomStringConvertible {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// A row without slots.
    public init() {}

    /// How many slots are filled in.
    public var count: Int { ends.count }

    /// Forgets all slots and keeps the memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Adds the next slot, UTF-8.
    public mutating func append(_ value: some Collection<UInt8>) {
        bytes.append(contentsOf: value)
        ends.append(bytes.count)
    }

    /// The bytes of slot `index`.
    public subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    /// Never shows the values.
    public var description: String { "‹personal›" }
}
