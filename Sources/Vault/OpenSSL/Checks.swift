internal import COpenSSL

/// Runs a call that returns 1 for success and anything else, 0 and negative numbers alike, for failure; failure becomes
/// a typed error.
///
/// The error queue belongs to the thread, so call and drain stand together, with no suspension between.
func check(_ operation: String, _ call: () -> Int32) throws(VaultError) {
    ERR_clear_error()
    guard call() == 1 else { throw drained(operation) }
}

/// Runs a call that returns an owned pointer, or nil for failure.
func require<P>(_ operation: String, _ call: () -> P?) throws(VaultError) -> P {
    ERR_clear_error()
    guard let pointer = call() else { throw drained(operation) }
    return pointer
}

/// Empties the error queue into one error.
func drained(_ operation: String) -> VaultError {
    var details: [String] = []
    while true {
        let code = ERR_get_error()
        if code == 0 { break }
        // The reason string is a constant of the library; unlike the full text it has no room for data.
        if let reason = unsafe ERR_reason_error_string(code) { details.append(unsafe String(cString: reason)) }
    }
    return .openSSL(operation: operation, detail: details.isEmpty ? "no reason given" : details.joined(separator: "; "))
}

extension Array where Element == UInt8 {
    /// A buffer whose base address is never nil: OpenSSL is given a valid pointer with length 0 instead.
    func withBytes<R, E: Error>(_ body: (UnsafePointer<UInt8>, Int) throws(E) -> R) throws(E) -> R {
        if isEmpty {
            var nothing: UInt8 = 0
            return try unsafe withUnsafePointer(to: &nothing) { (pointer) throws(E) in try unsafe body(pointer, 0) }
        }
        return try unsafe withUnsafeBufferPointer { (buffer) throws(E) -> R in
            // A non-empty array has a base address.
            guard let base = buffer.baseAddress else { return try unsafe [0].withBytes(body) }
            return try unsafe body(base, buffer.count)
        }
    }
}

/// OpenSSL counts many lengths in `int`.
func cInt(_ count: Int, _ what: String) throws(VaultError) -> Int32 {
    guard let value = Int32(exactly: count) else { throw .tooLong(what: what, limit: Int(Int32.max), found: count) }
    return value
}
