/// The syntax of e-mail addresses, as far as SendGrid takes them: RFC 5321 section 4.1.2 without quoted local parts and
/// address literals, ASCII alone, at most 254 bytes.
enum AddressCheck {
    /// Trims spaces and lower-cases.
    ///
    /// What is sent and tagged is this form; SendGrid lower-cases as well.
    static func normalize(_ value: ArraySlice<UInt8>, into out: inout [UInt8]) {
        out.removeAll(keepingCapacity: true)
        var value = value
        while let last = value.last, last == 0x20 || last == 0x09 { value = value.dropLast() }
        while let first = value.first, first == 0x20 || first == 0x09 { value = value.dropFirst() }
        for byte in value { out.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) }
    }

    /// Why a normalized address is not taken, or nil.
    static func problem(_ address: [UInt8]) -> RejectionReason? {
        if address.isEmpty { return .missingEmail }
        if address.contains(where: { $0 >= 0x80 }) { return .nonASCIIEmail }
        if address.count > 254 { return .emailTooLong }
        guard let at = address.firstIndex(of: UInt8(ascii: "@")) else { return .invalidEmail }
        return isLocalPart(address[..<at]) && isDomain(address[(at + 1)...]) ? nil : .invalidEmail
    }

    private static func isLocalPart(_ text: ArraySlice<UInt8>) -> Bool {
        guard (1...64).contains(text.count), text.first != UInt8(ascii: "."), text.last != UInt8(ascii: ".") else {
            return false
        }
        var wasDot = false
        for byte in text {
            let isDot = byte == UInt8(ascii: ".")
            guard isDot ? !wasDot : isAtomCharacter[Int(byte)] else { return false }
            wasDot = isDot
        }
        return true
    }

    /// `atext` of RFC 5322 section 3.2.3.
    private static let isAtomCharacter: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for byte in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~".utf8 {
            table[Int(byte)] = true
        }
        return table
    }()

    private static func isDomain(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.count <= 253 else { return false }
        var labels = 0
        var length = 0
        var hasLetter = false
        var previous = UInt8(ascii: ".")
        for byte in text {
            switch byte {
            case UInt8(ascii: "."):
                guard length > 0, previous != UInt8(ascii: "-") else { return false }
                labels += 1
                length = 0
                hasLetter = false
            case UInt8(ascii: "-"):
                guard length > 0 else { return false }
                length += 1
            case 0x61...0x7A, 0x30...0x39:
                length += 1
                hasLetter = hasLetter || byte >= 0x61
            default: return false
            }
            guard length <= 63 else { return false }
            previous = byte
        }
        // The last label: not empty, and no number, so that no IP address passes.
        return labels >= 1 && length >= 2 && previous != UInt8(ascii: "-") && hasLetter
    }
}
