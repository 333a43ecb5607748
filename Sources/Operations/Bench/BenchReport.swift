internal import Glibc

/// What a measured run cost.
public struct BenchRun: Encodable, Sendable {
    /// What was measured.
    public let name: String
    /// Profiles read.
    public let profiles: Int
    /// Contacts that came out at the end.
    public let contacts: Int
    /// Nanoseconds of processor time for each profile, of all threads of the process, in the system too.
    public let nanosecondsPerProfile: Double
    /// Profiles a second.
    public let profilesPerSecond: Double
    /// Processors that were busy on average.
    public let processors: Double
    /// The most memory that was resident, in bytes.
    public let peakBytes: Int
    /// Nanoseconds of processor time for each profile by stage; what is missing to the whole is in no stage.
    public let stages: [BenchStage]
}

/// One stage of a measured run.
public struct BenchStage: Encodable, Sendable {
    /// Its name.
    public let name: String
    /// Nanoseconds of processor time for each profile.
    public let nanosecondsPerProfile: Double
}

/// What `waybill bench` measured.
public struct BenchReport: Encodable, Sendable {
    /// Bytes of the generated profiles.
    public let bytes: Int
    /// Bytes a profile.
    public let bytesPerProfile: Double
    /// The runs.
    public let runs: [BenchRun]
}

/// Measures the whole process from its start to its ``end(_:profiles:contacts:stages:)``.
struct BenchMeter {
    private let start = ContinuousClock.now
    private let processorTime = now()

    /// Starts; the peak of memory starts anew with it, where Linux allows that.
    init() {
        let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        // proc(5): 5 resets the peak resident set size.
        _ = write(descriptor, "5", 1)
        close(descriptor)
    }

    func end(_ name: String, profiles: Int, contacts: Int, stages: [(String, UInt64)]) -> BenchRun {
        let spent = Self.now() - processorTime
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let count = Double(max(1, profiles))
        return BenchRun(
            name: name, profiles: profiles, contacts: contacts, nanosecondsPerProfile: Double(spent) / count,
            profilesPerSecond: count / seconds, processors: Double(spent) / 1e9 / seconds, peakBytes: Self.peak(),
            stages: stages.map { BenchStage(name: $0.0, nanosecondsPerProfile: Double($0.1) / count) })
    }

    /// Milliseconds of processor time since the start.
    var milliseconds: Double { Double(Self.now() - processorTime) / 1e6 }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// `VmHWM` of proc_pid_status(5).
    private static func peak() -> Int {
        let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = read(descriptor, &buffer, buffer.count)
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) * 1024
    }
}
