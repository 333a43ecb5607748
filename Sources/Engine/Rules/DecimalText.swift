/// Decimal numbers in profiles, compared exactly.
///
/// A number is an optional sign, digits with at most one point among them, and an optional exponent. Nothing is ever
/// rounded: 9007199254740993 and 9007199254740992 differ, 1.50 and 15e-1 do not.
enum DecimalText {
    /// A number of at most 18 digits: `mantissa` divided by ten to the power of `scale`, which is 0 to 18.
    struct Short: BitwiseCopyable {
        var mantissa: Int64
        var scale: Int
    }

    enum Reading {
        case short(Short)
        /// A number, but one with more digits or an exponent.
        case long
        case none
    }

    /// Reads `text`, fast where the number is short.
    @inline(__always)
    static func read(_ text: Span<UInt8>) -> Reading {
        let count = text.count
        guard count > 0, count <= 20 else { return isNumber(text) ? .long : .none }
        let isNegative = text[0] == UInt8(ascii: "-")
        var index = isNegative ? 1 : 0
        let start = index
        var mantissa: Int64 = 0
        var point = -1
        while index < count {
            let digit = text[index] &- 0x30
            if digit < 10 {
                // At most 20 digits get here, which may wrap around; the length is looked at below.
                mantissa = mantissa &* 10 &+ Int64(digit)
            } else if text[index] == UInt8(ascii: "."), point < 0 {
                point = index
            } else {
                return isNumber(text) ? .long : .none
            }
            index += 1
        }
        let digits = count - start - (point < 0 ? 0 : 1)
        guard digits > 0 else { return .none }
        guard digits <= 18 else { return .long }
        return .short(Short(mantissa: isNegative ? -mantissa : mantissa, scale: point < 0 ? 0 : count - point - 1))
    }

    /// -1, 0 or 1: how `left` stands to `right`.
    @inline(__always)
    static func order(_ left: Short, _ right: Short) -> Int {
        if left.scale == right.scale {
            return left.mantissa < right.mantissa ? -1 : left.mantissa > right.mantissa ? 1 : 0
        }
        // 18 digits times a power up to 18 fit 128 bits.
        let wideLeft = Int128(left.mantissa) * Int128(powers(right.scale - left.scale))
        let wideRight = Int128(right.mantissa) * Int128(powers(left.scale - right.scale))
        return wideLeft < wideRight ? -1 : wideLeft > wideRight ? 1 : 0
    }

    /// Ten to the power of `exponent`, or 1 below zero.
    private static func powers(_ exponent: Int) -> Int64 {
        var power: Int64 = 1
        var rest = exponent
        while rest > 0 {
            power &*= 10
            rest -= 1
        }
        return power
    }
}

// MARK: Numbers of any length

extension DecimalText {
    /// Where the digits of a number lie and what the first of them that counts is worth.
    private struct Shape {
        var isNegative = false
        /// Where the first digit stands that is not 0; the end if all are.
        var first = 0
        /// Where the digits end.
        var end = 0
        /// The number is 0.ddd… times ten to the power of this.
        var magnitude = 0
        var isZero: Bool { first == end }
    }

    static func isNumber(_ text: Span<UInt8>) -> Bool { shape(text) != nil }

    /// How two numbers of any length stand to each other; nothing is allocated.
    static func order(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int? {
        guard let one = shape(left), let other = shape(right) else { return nil }
        if one.isZero || other.isZero || one.isNegative != other.isNegative {
            return sign(one) < sign(other) ? -1 : sign(one) > sign(other) ? 1 : 0
        }
        let turn = one.isNegative ? -1 : 1
        guard one.magnitude == other.magnitude else { return one.magnitude < other.magnitude ? -turn : turn }
        var (at, beside) = (one.first, other.first)
        while at < one.end || beside < other.end {
            let (digit, counterpart) = (next(left, &at, one.end), next(right, &beside, other.end))
            if digit != counterpart { return digit < counterpart ? -turn : turn }
        }
        return 0
    }

    private static func sign(_ shape: Shape) -> Int { shape.isZero ? 0 : shape.isNegative ? -1 : 1 }

    /// The next digit; 0 behind the last.
    private static func next(_ text: Span<UInt8>, _ index: inout Int, _ end: Int) -> UInt8 {
        if index < end, text[index] == UInt8(ascii: ".") { index += 1 }
        guard index < end else { return 0x30 }
        defer { index += 1 }
        return text[index]
    }

    private static func shape(_ text: Span<UInt8>) -> Shape? {
        var shape = Shape()
        var index = 0
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            shape.isNegative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        var digits = 0
        var (hasPoint, hasFirst) = (false, false)
        while index < text.count {
            let byte = text[index]
            if (0x30...0x39).contains(byte) {
                digits += 1
                if !hasFirst, byte != 0x30 {
                    hasFirst = true
                    shape.first = index
                }
                if hasFirst, !hasPoint { shape.magnitude += 1 }
                if !hasFirst, hasPoint { shape.magnitude -= 1 }
            } else if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                break
            }
            index += 1
        }
        guard digits > 0 else { return nil }
        shape.end = index
        if !hasFirst { shape.first = index }
        guard index < text.count else { return shape }
        guard let exponent = exponent(text, from: index) else { return nil }
        shape.magnitude += exponent
        return shape
    }

    /// The exponent that ends `text`, of up to nine digits: no number in any profile has more.
    private static func exponent(_ text: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        guard text[index] | 0x20 == UInt8(ascii: "e") else { return nil }
        index += 1
        var isNegative = false
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            isNegative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        guard (1...9).contains(text.count - index) else { return nil }
        var value = 0
        while index < text.count {
            guard (0x30...0x39).contains(text[index]) else { return nil }
            value = value * 10 + Int(text[index] - 0x30)
            index += 1
        }
        return isNegative ? -value : value
    }
}
