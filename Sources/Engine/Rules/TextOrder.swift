/// Texts compared byte by byte.
enum TextOrder {
    @inline(__always)
    static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        return begins(left, with: right)
    }

    /// -1, 0 or 1: how `left` stands to `right`.
    static func order(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
        let shared = min(left.count, right.count)
        var index = 0
        while index < shared {
            if left[index] != right[index] { return left[index] < right[index] ? -1 : 1 }
            index += 1
        }
        return left.count < right.count ? -1 : left.count > right.count ? 1 : 0
    }

    @inline(__always)
    static func starts(_ text: Span<UInt8>, with start: Span<UInt8>) -> Bool {
        text.count >= start.count && begins(text, with: start)
    }

    static func ends(_ text: Span<UInt8>, with end: Span<UInt8>) -> Bool {
        text.count >= end.count && begins(text.extracting(last: end.count), with: end)
    }

    static func contains(_ text: Span<UInt8>, _ part: Span<UInt8>) -> Bool {
        guard !part.isEmpty else { return true }
        guard text.count >= part.count else { return false }
        let last = text.count - part.count
        let first = part[0]
        var index = 0
        while index <= last {
            if text[index] == first, begins(text.extracting(index..<(index + part.count)), with: part) { return true }
            index += 1
        }
        return false
    }

    /// `text` is as long as `start` or longer.
    @inline(__always)
    private static func begins(_ text: Span<UInt8>, with start: Span<UInt8>) -> Bool {
        var index = 0
        while index < start.count {
            if text[index] != start[index] { return false }
            index += 1
        }
        return true
    }

    /// `text` in small letters, as UTF-8.
    static func folded(_ text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var isASCII = true
        for index in text.indices {
            let byte = text[index]
            isASCII = isASCII && byte < 0x80
            bytes.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
        }
        return isASCII ? bytes : Array(String(decoding: bytes, as: UTF8.self).lowercased().utf8)
    }
}
