/// Reads the SSH wire encoding (RFC 4251 section 5): length-prefixed strings and 32-bit numbers, nothing left over.
///
/// No Swift package that reads it is at hand, and consent rests on it, so it is written out here, small.
struct SSHWireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) {
        rest = Array(bytes)[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Takes `count` bytes as they are, or nil if there are not so many.
    mutating func take(_ count: Int) -> [UInt8]? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func uint32() -> UInt32? {
        take(4)?.reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func string() -> [UInt8]? {
        guard let count = uint32() else { return nil }
        return take(Int(count))
    }

    /// The magnitude of a positive number (mpint), written as short as it can be, as OpenSSH writes it; else nil.
    mutating func mpint() -> [UInt8]? {
        guard let bytes = string(), let first = bytes.first, first < 0x80 else { return nil }
        guard first == 0 else { return bytes }
        guard bytes.count > 1, bytes[1] >= 0x80 else { return nil }
        return Array(bytes.dropFirst())
    }

    mutating func byte() -> UInt8? { take(1)?.first }

    mutating func text() -> String? {
        string().flatMap { String(validating: $0, as: UTF8.self) }
    }
}

/// Writes the SSH wire encoding (RFC 4251 section 5).
struct SSHWireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func raw(_ more: some Sequence<UInt8>) {
        bytes.append(contentsOf: more)
    }

    mutating func string(_ more: some Collection<UInt8>) {
        let count = UInt32(more.count)
        raw([UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)])
        raw(more)
    }
}
