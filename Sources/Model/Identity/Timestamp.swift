import FoundationEssentials

/// A point in time as the log writes it: RFC 3339, UTC, whole seconds.
public struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let seconds: Int64

    /// The time `seconds` after 1970-01-01T00:00:00Z.
    public init(seconds: Int64) {
        self.seconds = seconds
    }

    /// Reads an RFC 3339 time in UTC, `2026-11-23T12:00:00Z`.
    /// - Throws: ``ModelError/timestamp(text:)`` for anything else.
    public init(_ text: String) throws(ModelError) {
        guard text.utf8.count == 20, text.hasSuffix("Z"), let date = try? Date(text, strategy: .iso8601) else {
            throw .timestamp(text: text)
        }
        seconds = Int64(date.timeIntervalSince1970)
    }

    /// `2026-11-23T12:00:00Z`.
    public var description: String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }

    /// Orders by time.
    public static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

    /// The time `seconds` later.
    public func adding(seconds more: Int64) -> Timestamp { Timestamp(seconds: seconds + more) }
}

/// Where the present time comes from; given as a value so that tests can set it.
public struct TimeSource: Sendable {
    /// Reads the present time.
    public let now: @Sendable () -> Timestamp

    /// A source that calls `now`.
    public init(now: @escaping @Sendable () -> Timestamp) {
        self.now = now
    }

    /// The machine's clock.
    public static let system = TimeSource { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
}
