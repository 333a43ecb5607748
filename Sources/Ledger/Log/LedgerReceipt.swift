public import Model

/// Evidence that an entry is durable and under a signed head.
///
/// Only a commit of ``TransparencyLog`` that has returned makes one.
public struct LedgerReceipt: Sendable, Hashable {
    /// The place of the entry in the log.
    public let index: Int64
    /// The hash of its leaf.
    public let leafHash: Digest
    /// The size of the signed head that covers it: greater than ``index``.
    public let headSize: Int64

    init(index: Int64, leafHash: Digest, headSize: Int64) {
        self.index = index
        self.leafHash = leafHash
        self.headSize = headSize
    }
}

/// What a commit gave: the value of its body, and a receipt for each entry in order.
public struct Committed<Value> {
    /// What the body returned.
    public let value: Value
    /// One receipt for each entry that the body appended; empty if it appended none.
    public let receipts: [LedgerReceipt]
}

extension Committed: Sendable where Value: Sendable {}
