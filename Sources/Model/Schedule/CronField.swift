/// One of the five fields of a ``CronExpression``, in the order in which they are written.
enum CronField: CaseIterable {
    case minute
    case hour
    case dayOfMonth
    case month
    case dayOfWeek

    /// What it is called in messages.
    var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The numbers that may stand in it; crontab(5) has Sunday as 0 and as 7, POSIX as 0 alone.
    var numbers: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// Names for the numbers, from the lowest on.
    private var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        }
    }

    private var allowed: String {
        switch self {
        case .minute, .hour, .dayOfMonth: "it is \(numbers.lowerBound) to \(numbers.upperBound)"
        case .month: "it is 1 to 12 or JAN to DEC"
        case .dayOfWeek: "it is 0 to 7 or SUN to SAT, where 0 and 7 are Sunday"
        }
    }

    /// The numbers that `text`, in upper case, stands for: a bit for each, and Sunday as bit 0 alone.
    /// - Throws: ``ModelError/cron(field:problem:)``.
    func parse(_ text: Substring) throws(ModelError) -> UInt64 {
        var bits: UInt64 = 0
        let elements = text.split(separator: ",", omittingEmptySubsequences: false)
        for element in elements {
            guard !element.isEmpty else { throw refused(text, "a list has a value on each side of a comma") }
            bits |= try parse(element: element)
        }
        guard self == .dayOfWeek, bits & 1 << 7 != 0 else { return bits }
        return bits & ~(1 << 7) | 1
    }

    private func parse(element: Substring) throws(ModelError) -> UInt64 {
        let parts = element.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let ends = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        var step = 1
        if parts.count == 2 {
            guard let number = Self.number(parts[1]), (1...numbers.upperBound).contains(number) else {
                throw refused(element, "a step is 1 to \(numbers.upperBound)")
            }
            step = number
        }
        if parts[0] == "*" { return bits(numbers.lowerBound, numbers.upperBound, step) }
        let from = try value(ends[0], in: element)
        guard ends.count == 2 else {
            // A step after one number goes on to the end: `5/10` is `5-59/10`.
            return bits(from, parts.count == 2 ? numbers.upperBound : from, step)
        }
        var to = try value(ends[1], in: element)
        // FRI-SUN can mean one thing only, and there Sunday is 7.
        if self == .dayOfWeek, ends[1] == "SUN", from > 0 { to = 7 }
        guard from <= to else { throw refused(element, "a range goes from the lower to the higher") }
        return bits(from, to, step)
    }

    private func value(_ text: Substring, in element: Substring) throws(ModelError) -> Int {
        if let index = names.firstIndex(where: { $0 == text }) { return numbers.lowerBound + index }
        guard let number = Self.number(text), numbers.contains(number) else {
            throw refused(text.isEmpty ? element : text, allowed)
        }
        return number
    }

    /// One or two digits; `Int` alone would take a sign as well.
    private static func number(_ text: Substring) -> Int? {
        guard (1...2).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private func bits(_ from: Int, _ to: Int, _ step: Int) -> UInt64 {
        stride(from: from, through: to, by: step).reduce(0) { $0 | 1 << UInt64($1) }
    }

    private func refused(_ part: Substring, _ allowed: String) -> ModelError {
        // No more of it than can be a mistake in a field, and no address: errors hold no personal data.
        .cron(field: name, problem: part.contains("@") ? allowed : "'\(part.prefix(20))' does not do: \(allowed)")
    }
}
