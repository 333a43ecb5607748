/// A SHA-256 digest: 32 bytes (FIPS 180-4).
///
/// Computed in Vault; held here because log, batches and consents all carry it.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// Takes exactly 32 bytes.
    /// - Throws: ``ModelError/digest`` for any other count.
    public init(_ bytes: some Collection<UInt8>) throws(ModelError) {
        guard bytes.count == 32 else { throw .digest }
        self.bytes = Array(bytes)
    }

    /// Reads 64 hexadecimal digits.
    /// - Throws: ``ModelError/digest`` for anything else.
    public init(hex: String) throws(ModelError) {
        guard let bytes = Hex.decode(hex) else { throw .digest }
        try self.init(bytes)
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { Hex.encode(bytes) }

    /// The same as ``hex``.
    public var description: String { hex }
}

/// Base 16, RFC 4648 section 8, in lower case.
public enum Hex {
    /// The digits of `bytes`.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` spells, or nil if it is not an even number of hexadecimal digits.
    public static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 != nil }) else { return nil }
        let values = digits.compactMap(\.self)
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
