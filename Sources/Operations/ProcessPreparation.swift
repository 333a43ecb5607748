internal import Glibc
internal import Vault

/// What is done once, before anything else, in every process.
public enum ProcessPreparation {
    /// Forbids core dumps and tracing, sets aside memory for secrets that is never swapped out, and allows itself as many
    /// open files as it may.
    ///
    /// Returns what could not be done, in words.
    public static func apply() -> [String] {
        raiseFileLimit()
        return ProcessHardening.apply()
    }

    /// A folder may have more partitions than the 1,024 files that a shell allows; each is held open while it is read.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 65_536))
        // If it cannot be raised, whatever needs more says so where it needs it.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
