/// A subject's pseudonym as two numbers: the 16 bytes of a tag, big-endian, so that numbers and bytes have one order.
public struct SubjectTag: Hashable, Comparable, Sendable {
    /// The first 8 bytes.
    public let high: UInt64
    /// The last 8 bytes.
    public let low: UInt64

    /// The tag of these halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Orders as the bytes are ordered.
    public static func < (left: Self, right: Self) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

/// What is known of a contact that was sent to a destination before.
public struct DeliveredContact: Sendable, Hashable {
    /// How sure it is that the contact list has it.
    public enum State: Sendable, Hashable {
        /// SendGrid has stored it, in an earlier export.
        case delivered
        /// SendGrid has stored it, in the export that is being resumed.
        case deliveredInThisExport
        /// SendGrid has refused it, in the export that is being resumed.
        case refusedInThisExport
        /// It was sent, but whether SendGrid has it as it was sent is not known.
        case uncertain
        /// It was delivered and is off the list: SendGrid may still have the values.
        case left
    }

    /// Who it is.
    public let tag: SubjectTag
    /// The digest of the values that were sent.
    public let digest: UInt64
    /// How sure it is.
    public let state: State

    /// A contact that was sent before.
    public init(tag: SubjectTag, digest: UInt64, state: State) {
        self.tag = tag
        self.digest = digest
        self.state = state
    }
}

/// What was delivered to a destination before, as far as whoever compares may know it.
///
/// The engine compares what it has read against this without a key of its own.
public protocol DeliveredContacts: Sendable {
    /// Whether nothing is known of anybody.
    var isEmpty: Bool { get }
    /// The contacts whose tag starts with the byte `part`, in no order.
    func contacts(part: Int) throws -> [DeliveredContact]
    /// The tags of addresses in lower case, 16 bytes each, in the order of `ranges`.
    func tags(of bytes: [UInt8], at ranges: [Range<Int>]) throws -> [UInt8]
}
