internal import Glibc

/// The stages of the pipeline, as `waybill bench pipeline` names them.
public enum Stage: Int, Sendable, CaseIterable {
    /// Reading chunks and finding where rows end.
    case read
    /// Finding fields.
    case parse
    /// Deciding membership of the segments.
    case evaluate
    /// Flags, validation, fingerprints of addresses.
    case check
    /// Finding addresses that come twice.
    case deduplicate
    /// Comparing with what was delivered before.
    case compare
    /// Writing contacts as JSON.
    case encode
    /// Cutting them into request bodies.
    case batch
}

/// Nanoseconds of processor time by stage, over all tasks.
public struct StageTimes: Sendable {
    private var nanoseconds = [UInt64](repeating: 0, count: Stage.allCases.count)

    /// The nanoseconds of one stage.
    public subscript(stage: Stage) -> UInt64 { nanoseconds[stage.rawValue] }

    mutating func add(_ more: UInt64, to stage: Stage) { nanoseconds[stage.rawValue] += more }

    static func += (left: inout StageTimes, right: StageTimes) {
        for index in left.nanoseconds.indices { left.nanoseconds[index] += right.nanoseconds[index] }
    }
}

/// Measures stages that follow each other on one thread, with no suspension between.
public struct StageClock: Sendable {
    /// What was measured, by stage of the pipeline.
    public private(set) var times = StageTimes()
    private var last = now()

    /// Starts.
    public init() {}

    /// Says that the time since the last call, or since the start, went into `stage`.
    mutating func end(_ stage: Stage) { times.add(lap(), to: stage) }

    /// Nanoseconds of this thread's processor time since the last call, or since the start.
    public mutating func lap() -> UInt64 {
        let now = Self.now()
        defer { last = now }
        return now &- last
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
