internal import Operations
internal import Synchronization

/// A bar on standard error, drawn at most ten times a second and gone when it is done.
final class ProgressBar: Sendable {
    private struct State {
        var last = ContinuousClock.now
        var isDrawn = false
    }

    private let state = Mutex(State())
    private let isOn = Terminal.shared.showsProgress

    func update(_ progress: ExportProgress) {
        guard isOn else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            guard now - state.last > .milliseconds(100) else { return }
            state.last = now
            state.isDrawn = true
            let width = 30
            let filled = min(width, max(0, Int(progress.fraction * Double(width))))
            let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
            let words =
                switch progress.phase {
                case .settling: "asking after earlier requests, \(progress.openJobs) open"
                case .checking: "reading the sources"
                case .sending: "\(progress.sent) contacts sent"
                case .following: "waiting for \(progress.openJobs) jobs at SendGrid"
                }
            Stream.errors.write("\r\u{1B}[K\(bar) \(Int(progress.fraction * 100)) %  \(words)")
        }
    }

    func finish() {
        state.withLock { state in
            if state.isDrawn { Stream.errors.write("\r\u{1B}[K") }
            state.isDrawn = false
        }
    }
}
