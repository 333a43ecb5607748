internal import FoundationEssentials

/// A time zone that the times of a cron expression are of, other than UTC.
///
/// The rules come from the time zone database that is built into Foundation's internationalization, so that they are
/// the same on a machine without one. They are known to the end of 2099; what applies then applies from there on.
public struct CronZone: Hashable, Sendable, CustomStringConvertible {
    /// Its name in the time zone database, `Europe/Stockholm`.
    public let name: String
    private let zone: TimeZone

    /// 2100-01-01T00:00:00Z.
    private static let horizon: Int64 = 4_102_444_800

    /// Finds a time zone by its name.
    ///
    /// Only names of a region and a place are taken: abbreviations like CET and EST mean several things, and none of
    /// them follows daylight saving time.
    /// - Throws: ``ModelError/timeZone(name:problem:)`` with names that may be meant.
    public init(_ name: String) throws(ModelError) {
        let isShaped =
            (1...64).contains(name.utf8.count) && name.contains("/")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: "+"):
                    true
                default: false
                }
            }
        guard isShaped, let zone = TimeZone(identifier: name), zone.identifier == name else {
            throw Self.unknown(name, isShaped: isShaped)
        }
        self.name = name
        self.zone = zone
    }

    private static func unknown(_ name: String, isShaped: Bool) -> ModelError {
        if isShaped, TimeZone(identifier: "Europe/London") == nil {
            return .timeZone(name: name, problem: "this build has no time zone database; UTC alone is possible")
        }
        let near = ZoneNames.near(name)
        return .timeZone(
            name: name,
            problem: near.isEmpty
                ? "a region and a place are expected, as in Europe/Stockholm"
                : "did you mean \(near.joined(separator: " or "))?")
    }

    /// The same as ``name``.
    public var description: String { name }

    /// The date and time that clocks there show, `2026-03-29 06:00`.
    public func clock(at time: Timestamp) -> String {
        let shown = Timestamp(seconds: time.seconds + offset(at: time.seconds)).description
        return shown.prefix(10) + " " + shown.dropFirst(11).prefix(5)
    }
}

// MARK: - Stretches between two changes

extension CronZone {
    /// The time between two changes of the clock, in seconds since 1970 UTC.
    struct Stretch {
        /// Its first second; the least number for the first stretch.
        let start: Int64
        /// The first second after it.
        let end: Int64
        /// What clocks are ahead of UTC in it, and were before it.
        let offset: Int64
        let earlierOffset: Int64
    }

    /// The stretch that `time` lies in.
    func stretch(at time: Int64) -> Stretch {
        var start: Int64?
        // Twice as far back each time, until there is a change; there are no schedules before 1970.
        var reach: Int64 = 200 * 86_400
        let latest = min(time, Self.horizon)
        repeat {
            var next = change(after: max(latest - reach, -86_400))
            while let found = next, found <= time {
                start = found
                next = change(after: found)
            }
            reach *= 2
        } while start == nil && latest - reach / 2 > 0
        let offset = offset(at: start ?? min(time, Self.horizon - 1))
        return Stretch(
            start: start ?? .min, end: change(after: start ?? max(latest, -86_400)) ?? .max, offset: offset,
            earlierOffset: start.map { self.offset(at: $0 - 1) } ?? offset)
    }

    private func offset(at time: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(min(time, Self.horizon - 1)))))
    }

    /// The first second after `time` at which clocks are set to something else; nil if there is none to be foreseen.
    private func change(after time: Int64) -> Int64? {
        var from = time
        // Some changes are of the name alone.
        for _ in 0..<64 {
            let date = Date(timeIntervalSince1970: TimeInterval(from))
            guard from < Self.horizon, let next = zone.nextDaylightSavingTimeTransition(after: date) else { return nil }
            let found = Int64(next.timeIntervalSince1970)
            guard found > from, found < Self.horizon else { return nil }
            if offset(at: found) != offset(at: found - 1) { return found }
            from = found
        }
        return nil
    }
}
