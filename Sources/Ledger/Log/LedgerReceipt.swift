public import Model

/// Evidence that an entry is durable under a signed head. Made by ``TransparencyLog/commit(_:)`` alone, after the commit
/// has returned. It states a past fact, so it may be copied.
public struct LedgerReceipt: Sendable, Hashable {
    /// The place of the entry.
    public let index: Int64
    /// The hash of its leaf.
    public let leafHash: Digest
    /// The size of the signed head it was committed with.
    public let headSize: Int64

    init(index: Int64, leafHash: Digest, headSize: Int64) {
        self.index = index
        self.leafHash = leafHash
        self.headSize = headSize
    }
}

/// What a commit gave back.
public struct Committed<Value: Sendable>: Sendable {
    /// What the transaction's body returned.
    public let value: Value
    /// One receipt for each entry that was appended, in order.
    public let receipts: [LedgerReceipt]

    init(value: Value, receipts: [LedgerReceipt]) {
        self.value = value
        self.receipts = receipts
    }
}
