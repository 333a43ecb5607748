public import Model

/// What an export has to do, compared with what was delivered before.
public struct Changes: Sendable, Equatable {
    /// Contacts to send that were never delivered.
    public internal(set) var added = 0
    /// Contacts to send that were delivered otherwise, or of which it is not sure that they were.
    public internal(set) var changed = 0
    /// Contacts that an earlier export delivered as they are; not sent.
    public internal(set) var unchanged = 0
    /// Contacts that the export that is resumed has delivered already; not sent again.
    public internal(set) var accepted = 0
    /// Contacts that SendGrid has refused in the export that is resumed; not sent again.
    public internal(set) var refused = 0
    /// Who was delivered before and is not selected any more.
    ///
    /// 16 bytes each: this is the one thing in a selection that grows with what is to be done.
    public internal(set) var leavers: [SubjectTag] = []

    init() {}
}

/// Compares what is selected with what was delivered, a part of the tags at a time.
struct ChangeFinder: ~Copyable {
    private var buckets: Buckets
    private let delivered: any DeliveredContacts
    private let isFull: Bool

    /// A contact as it would be sent: who, what, and from which row of all.
    struct Mark: Sendable {
        let tag: SubjectTag
        let digest: UInt64
        let row: Int
    }

    init(_ delivered: any DeliveredContacts, isFull: Bool, scratch: String) {
        self.delivered = delivered
        self.isFull = isFull
        buckets = Buckets(scratch: scratch)
    }

    /// - Parameter first: what is added to the rows.
    mutating func add(_ marks: [Mark], first: Int) throws(EngineError) {
        for mark in marks {
            let bucket = Int(mark.tag.high >> 56)
            try buckets.append(mark.tag.high, mark.tag.low, to: bucket)
            try buckets.append(mark.digest, UInt64(first + mark.row), to: bucket)
        }
    }

    /// What ``find(_:)`` asks about a row, and says of it.
    enum Question {
        /// Is it still to be sent? Of a repeated address only the first row is.
        case isSelected
        /// It is there already.
        case drop
        /// It was delivered before, and is to be sent again.
        case resend
    }

    /// Compares everything.
    /// - Parameter answer: asked whether a row is selected, then told of every row that was delivered before.
    func find(_ answer: (Int, Question) -> Bool) throws -> Changes {
        var changes = Changes()
        for part in 0..<Buckets.count {
            let words = try buckets.words(part)
            let table = TagTable(words) { answer($0, .isSelected) }
            changes.added += table.count
            for contact in try delivered.contacts(part: part) {
                guard let entry = table.entry(contact.tag, of: words) else {
                    if contact.state != .left { changes.leavers.append(contact.tag) }
                    continue
                }
                changes.added -= 1
                let row = Int(words[entry + 3])
                let isSame = words[entry + 2] == contact.digest
                switch contact.state {
                case .delivered where isSame && !isFull: changes.unchanged += 1
                case .deliveredInThisExport where isSame: changes.accepted += 1
                case .refusedInThisExport where isSame: changes.refused += 1
                default:
                    changes.changed += 1
                    _ = answer(row, .resend)
                    continue
                }
                _ = answer(row, .drop)
            }
        }
        return changes
    }

    /// A hash table of the marks of one part, with open addressing, at most half full: tags are random already.
    private struct TagTable {
        private var slots: [UInt32]
        private let mask: Int
        private(set) var count = 0

        init(_ words: [UInt64], isSelected: (Int) -> Bool) {
            var capacity = 16
            while capacity < words.count / 2 { capacity *= 2 }
            slots = Array(repeating: 0, count: capacity)
            mask = capacity - 1
            for entry in stride(from: 0, to: words.count, by: 4) where isSelected(Int(words[entry + 3])) {
                var slot = Int(truncatingIfNeeded: words[entry + 1]) & mask
                while slots[slot] != 0 { slot = (slot + 1) & mask }
                slots[slot] = UInt32(entry / 4 + 1)
                count += 1
            }
        }

        func entry(_ tag: SubjectTag, of words: [UInt64]) -> Int? {
            var slot = Int(truncatingIfNeeded: tag.low) & mask
            while slots[slot] != 0 {
                let entry = Int(slots[slot] - 1) * 4
                if words[entry] == tag.high, words[entry + 1] == tag.low { return entry }
                slot = (slot + 1) & mask
            }
            return nil
        }
    }
}
