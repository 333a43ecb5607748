internal import Glibc
public import Governance
internal import Synchronization

/// A claim held through flock(2): the kernel lets go of it when the process ends, however it ends, so a crash leaves no
/// stale claim behind.
///
/// Descriptors are per claim, so that two claims of one process exclude each other as those of two processes do.
public final class FileLease: Lease {
    /// How a claim stands to others.
    enum Mode {
        case shared
        case exclusive
    }

    private let descriptor: Mutex<Int32?>

    private init(_ descriptor: Int32) {
        self.descriptor = Mutex(descriptor)
    }

    /// Claims `path` now, or returns nil if somebody has it.
    /// - Throws: ``StoreError/disk(reason:)`` if the lock file cannot be opened.
    static func tryAcquire(_ path: String, _ mode: Mode) throws(StoreError) -> FileLease? {
        var descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        // On a full or read-only disk an existing lock file still serves, and a removal must be able to wait for it.
        if descriptor < 0 { descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
        guard descriptor >= 0 else { throw .disk(reason: "a lock file cannot be opened (errno \(errno))") }
        if flock(descriptor, (mode == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 { return FileLease(descriptor) }
        let reason = errno
        close(descriptor)
        guard reason == EWOULDBLOCK || reason == EINTR else {
            throw .disk(reason: "a lock file cannot be locked (errno \(reason))")
        }
        return nil
    }

    /// Claims `path`, trying for `seconds`; nil if it stays taken.
    static func acquire(_ path: String, _ mode: Mode, seconds: Int) async throws -> FileLease? {
        let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
        repeat {
            if let lease = try tryAcquire(path, mode) { return lease }
            try await Task.sleep(for: .milliseconds(5))
        } while ContinuousClock.now < deadline
        return nil
    }

    /// Ends the claim; see `Lease`.
    ///
    /// A program that is being started just then has the descriptor too, until it runs: closing ours would not end the
    /// claim before that, unlocking does.
    public func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor {
                // Either alone ends the claim in the end, and neither says anything that could be acted on.
                _ = flock(open, LOCK_UN)
                _ = close(open)
            }
            descriptor = nil
        }
    }

    deinit { release() }
}
