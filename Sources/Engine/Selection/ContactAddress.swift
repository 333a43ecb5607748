public import Model

/// Addresses of people, as an export judges them.
public enum ContactAddress {
    /// Whether a profile with this address could be sent.
    public static func isSendable(_ address: Personal<String>) -> Bool {
        let bytes = Array(address.reveal().utf8)
        return AddressCheck.problem(bytes.span.bytes, 0..<bytes.count) == nil
    }
}
