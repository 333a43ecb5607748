/// A value that compares as two whole numbers, the first before the second: a point in time, an identifier, a number
/// of a calendar, true and false.
struct RuleKey: BitwiseCopyable, Comparable, Sendable {
    var first: Int64
    var second: Int64

    @inline(__always)
    init(_ first: Int64, _ second: Int64) {
        self.first = first
        self.second = second
    }

    @inline(__always)
    static func < (left: RuleKey, right: RuleKey) -> Bool {
        left.first < right.first || (left.first == right.first && left.second < right.second)
    }
}

/// Truth in profiles.
enum BooleanText {
    /// 1 for `true` and `1`, 0 for `false` and `0`, in any case; else nil.
    static func key(_ text: Span<UInt8>) -> RuleKey? {
        switch text.count {
        case 1 where text[0] == UInt8(ascii: "0") || text[0] == UInt8(ascii: "1"): RuleKey(Int64(text[0] - 0x30), 0)
        case 4 where spells(0x7472_7565, text): RuleKey(1, 0)
        case 5 where spells(0x66_616C_7365, text): RuleKey(0, 0)
        default: nil
        }
    }

    /// Whether `text` is the word whose ASCII letters, small ones, are the bytes of `word`.
    private static func spells(_ word: UInt64, _ text: Span<UInt8>) -> Bool {
        var letters: UInt64 = 0
        for index in text.indices {
            guard text[index] & 0xDF >= 0x41 else { return false }
            letters = letters << 8 | UInt64(text[index] | 0x20)
        }
        return letters == word
    }
}

/// Globally unique identifiers.
enum GUIDText {
    /// The 128 bits that `text` spells: 32 hexadecimal digits in any case, all together or in groups of 8, 4, 4, 4 and
    /// 12 with hyphens, in braces or not; else nil.
    static func key(_ text: Span<UInt8>) -> RuleKey? {
        var (index, end) = (0, text.count)
        if end > 2, text[0] == UInt8(ascii: "{") {
            guard text[end - 1] == UInt8(ascii: "}") else { return nil }
            index = 1
            end -= 1
        }
        let start = index
        let hasHyphens = end - index == 36
        guard hasHyphens || end - index == 32 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        while index < end {
            let byte = text[index]
            if hasHyphens, isHyphenPlace(index - start) {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = hexDigit(byte) else { return nil }
                high = high << 4 | low >> 60
                low = low << 4 | UInt64(digit)
            }
            index += 1
        }
        return RuleKey(Int64(bitPattern: high), Int64(bitPattern: low))
    }

    private static func isHyphenPlace(_ index: Int) -> Bool {
        index == 8 || index == 13 || index == 18 || index == 23
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
