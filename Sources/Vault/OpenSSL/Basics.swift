internal import COpenSSL
internal import Glibc
internal import Synchronization

/// Random bytes that are not secret themselves: nonces, identifiers.
public enum RandomBytes {
    /// `count` random bytes.
    /// - Throws: ``VaultError/malformed(what:)`` for a negative count; ``VaultError`` if OpenSSL's generator fails.
    public static func make(count: Int) throws(VaultError) -> [UInt8] {
        guard count >= 0 else { throw .malformed(what: "the number of random bytes") }
        let length = try cInt(count, "random bytes")
        var bytes = [UInt8](repeating: 0, count: max(count, 1))
        try check("make random bytes") { unsafe RAND_bytes(&bytes, length) }
        return Array(bytes.prefix(count))
    }
}

/// Comparison whose time does not tell where two values differ.
public enum ConstantTime {
    /// Whether the two are equal.
    ///
    /// Their lengths may show.
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe left.isEmpty || CRYPTO_memcmp(left, right, left.count) == 0
    }
}

/// What a process does once so that secrets do not leave it by the side.
public enum ProcessHardening {
    private static let warnings = Mutex<[String]?>(nil)

    /// Forbids core dumps, tracing and the runtime's report of a crash, keeps new files private, and sets up the secure heap
    /// (1 MiB, locked in memory).
    ///
    /// Returns, in words, what could not be done. Calling it again does nothing and returns the same.
    public static func apply() -> [String] {
        warnings.withLock { warnings in
            if let warnings { return warnings }
            let found = harden()
            warnings = found
            return found
        }
    }

    private static func harden() -> [String] {
        var found: [String] = []
        // Whatever this process makes is its user's alone: the database and its journals, plans, consents, sample files.
        // And the user can always read and write it, whatever the shell's mask takes away.
        umask(0o077)
        if OpenSSL_version_num() < 0x3000_0000 { found.append("OpenSSL is older than 3.0") }
        if waybill_forbid_dumps() != 0 { found.append("core dumps of this process cannot be forbidden") }
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        if unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) != 0 {
            found.append("the core dump limit cannot be set")
        }
        // The Swift runtime may answer these with a report that shows registers, and what memory lies where they point.
        for crash in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] {
            _ = signal(crash, SIG_DFL)
        }
        // 1: set up and locked; 2: set up, but the kernel refused to lock it.
        switch CRYPTO_secure_malloc_init(1 << 20, 32) {
        case 1: break
        case 2: found.append("memory for secrets cannot be locked and may be swapped out (see ulimit -l)")
        default: found.append("OpenSSL's secure heap cannot be set up")
        }
        return found
    }
}
