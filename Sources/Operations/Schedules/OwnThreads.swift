internal import Glibc

/// Threads of one destination's own, on which its sources are looked at and its exports run.
///
/// A disk that does not answer holds the thread that asked it, and nothing frees that thread again. On the threads that
/// all tasks share, a few such questions would hold everybody; here they hold their own destination. The threads end
/// with the process.
final class OwnThreads: TaskExecutor, @unchecked Sendable {
    // Unchecked: `jobs` is touched with `mutex` held alone, and the two pointers never change.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// What waits for a thread; the last one goes first in ``taken``, which is turned round when it is empty.
    private var jobs: [UnownedJob] = []
    private var taken: [UnownedJob] = []

    init(count: Int) {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
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
        pthread_mutex_lock(mutex)
        jobs.append(job)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    private func run() -> Never {
        while true { next().runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// The job that waits longest; waits for one if there is none.
    private func next() -> UnownedJob {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if taken.isEmpty {
                taken = jobs.reversed()
                jobs = []
            }
            if let job = taken.popLast() { return job }
            pthread_cond_wait(condition, mutex)
        }
    }
}
