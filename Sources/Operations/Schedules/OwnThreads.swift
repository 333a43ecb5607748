internal import Dispatch
internal import Glibc
internal import Synchronization

/// Threads of one destination's own, on which its sources are looked at and its exports run.
///
/// A disk that does not answer holds the thread that asked it, and nothing frees that thread again. On the threads that
/// all tasks share, a few such questions would hold everybody; here they hold their own destination. The threads end
/// with the process.
final class OwnThreads: TaskExecutor {
    /// What waits for a thread, in the order in which it came; an executor has few jobs at a time.
    private let jobs = Mutex<[UnownedJob]>([])
    /// Signalled once for each job.
    private let waiting = DispatchSemaphore(value: 0)

    init(count: Int) {
        for _ in 0..<max(1, count) {
            var thread = pthread_t()
            let context = Unmanaged.passRetained(self).toOpaque()
            let failed = pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    Unmanaged<OwnThreads>.fromOpaque(context).takeUnretainedValue().run()
                }, context)
            if failed == 0 { pthread_detach(thread) } else { Unmanaged<OwnThreads>.fromOpaque(context).release() }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        waiting.signal()
    }

    private func run() -> Never {
        while true {
            waiting.wait()
            jobs.withLock { $0.removeFirst() }.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
