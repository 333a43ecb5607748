// Due times in a time zone. Daylight saving time is handled as cron does (Vixie's, and cronie after it): a time that is
// fixed, which is to say that neither minute nor hour begins with `*`, and that the clock skips, comes at once when it
// has been set forward; one that comes twice counts the first time only. Wildcards go on by real time: an hour that is
// skipped has no run, one that comes twice has them twice.
extension CronExpression {
    func next(after time: Timestamp, in zone: CronZone) -> Timestamp? {
        var from = time.seconds + 1
        while true {
            let stretch = zone.stretch(at: from)
            if let found = firstDue(from: from, in: stretch) { return Timestamp(seconds: found) }
            guard stretch.end < .max, stretch.end > from else { return nil }
            from = stretch.end
        }
    }

    func previous(atOrBefore time: Timestamp, in zone: CronZone) -> Timestamp? {
        var through = time.seconds
        while through >= 0 {
            let stretch = zone.stretch(at: through)
            if let found = lastDue(through: through, in: stretch) { return Timestamp(seconds: found) }
            guard stretch.start > .min, stretch.start <= through else { return nil }
            through = stretch.start - 1
        }
        return nil
    }

    func count(after start: Timestamp, through end: Timestamp, in zone: CronZone) -> Int {
        var from = start.seconds + 1
        var total = 0
        while from <= end.seconds {
            let stretch = zone.stretch(at: from)
            total += count(from: from, through: end.seconds, in: stretch)
            guard stretch.end < .max, stretch.end > from else { break }
            from = stretch.end
        }
        return total
    }
}

// MARK: - Within one stretch

extension CronExpression {
    /// Whether fixed times were skipped by the change that begins `stretch`, so that they are due with it.
    private func isMadeUp(at stretch: CronZone.Stretch) -> Bool {
        guard isFixed, stretch.offset > stretch.earlierOffset else { return false }
        let skipped = Self.minute(from: stretch.start + stretch.earlierOffset)
        guard let found = firstLocalMinute(from: skipped) else { return false }
        return Int64(found) * 60 < stretch.start + stretch.offset
    }

    /// The first minute on the clock that counts in `stretch`, from the second `time` on.
    private func firstLocalMinute(of stretch: CronZone.Stretch, from time: Int64) -> Int {
        guard stretch.start > .min else { return Self.minute(from: time + stretch.offset) }
        let begin = Self.minute(from: max(time, stretch.start) + stretch.offset)
        // What the clock shows again was there before.
        guard isFixed, stretch.offset < stretch.earlierOffset else { return begin }
        return max(begin, Self.minute(from: stretch.start + stretch.earlierOffset))
    }

    private func firstDue(from time: Int64, in stretch: CronZone.Stretch) -> Int64? {
        if time <= stretch.start, isMadeUp(at: stretch) { return stretch.start }
        guard let minute = firstLocalMinute(from: firstLocalMinute(of: stretch, from: time)) else { return nil }
        let found = Int64(minute) * 60 - stretch.offset
        return found < stretch.end ? found : nil
    }

    private func lastDue(through time: Int64, in stretch: CronZone.Stretch) -> Int64? {
        let last = (min(time, stretch.end - 1) + stretch.offset).floored(by: 60)
        if let minute = lastLocalMinute(through: Int(last)), minute >= firstLocalMinute(of: stretch, from: 0) {
            let found = Int64(minute) * 60 - stretch.offset
            if found >= 0 { return found }
        }
        return stretch.start <= time && isMadeUp(at: stretch) ? stretch.start : nil
    }

    private func count(from time: Int64, through end: Int64, in stretch: CronZone.Stretch) -> Int {
        let first = firstLocalMinute(of: stretch, from: time)
        let last = Int((min(end, stretch.end - 1) + stretch.offset).floored(by: 60))
        var total = first <= last ? countLocal(after: first - 1, through: last) : 0
        if time <= stretch.start, stretch.start <= end, isMadeUp(at: stretch) {
            // The very second of the change may be due by the clock as well.
            let isDue = firstLocalMinute(from: first).map { Int64($0) * 60 - stretch.offset } == stretch.start
            total += isDue ? 0 : 1
        }
        return total
    }

    /// The first minute that begins at `second` on the clock or after it.
    private static func minute(from second: Int64) -> Int { Int((second + 59).floored(by: 60)) }
}

extension Int64 {
    /// The quotient rounded down, also below zero.
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
