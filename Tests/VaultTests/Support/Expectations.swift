import Model
import Vault

extension SecretBytes {
    /// The bytes, for comparing; only a test copies a secret into an array.
    borrowing func revealed() -> [UInt8] { withUnsafeBytes { Array($0) } }
}

/// The error of `body`, or nil if it succeeds.
///
/// Secrets cannot be copied, so they cannot stand inside `#expect(throws:)`.
func failure(_ body: () throws(VaultError) -> Void) -> VaultError? {
    do {
        try body()
        return nil
    } catch {
        return error
    }
}

extension VaultError {
    /// Whether this is about the length of an input, and not about what is in it.
    var isAboutLength: Bool {
        switch self {
        case .length, .tooLong: true
        default: false
        }
    }
}

/// The bytes of hexadecimal digits that stand in a test's source.
func hex(_ text: String) throws -> [UInt8] {
    struct NotHexadecimal: Error { let text: String }
    guard let bytes = Hex.decode(text.filter { !$0.isWhitespace }) else { throw NotHexadecimal(text: text) }
    return bytes
}

/// Every copy of `bytes` in which one bit is another.
func oneBitFlips(of bytes: [UInt8]) -> some Sequence<(bit: Int, bytes: [UInt8])> {
    (0..<bytes.count * 8).lazy.map { bit in
        var flipped = bytes
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        return (bit, flipped)
    }
}
