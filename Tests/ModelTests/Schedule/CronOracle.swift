import Model

/// A second opinion on due times: knows the numbers of each field from whoever wrote it, not from a parser, and looks
/// at every minute of a calendar that it counts up day by day.
struct CronOracle {
    /// One field: as written, and the numbers that are meant.
    struct Field {
        let text: String
        let numbers: Set<Int>
    }

    let minute: Field
    let hour: Field
    let dayOfMonth: Field
    let month: Field
    let dayOfWeek: Field

    var text: String { [minute, hour, dayOfMonth, month, dayOfWeek].map(\.text).joined(separator: " ") }

    /// The minutes since 1970 that are meant, of the days from `start` up to and without `end`.
    func minutes(fromDay start: Int, toDay end: Int) -> [Int] {
        var due: [Int] = []
        for day in start..<end where has(Self.calendar[day]) {
            for hour in 0..<24 where self.hour.numbers.contains(hour) {
                for minute in 0..<60 where self.minute.numbers.contains(minute) {
                    due.append(day * 1440 + hour * 60 + minute)
                }
            }
        }
        return due
    }

    private func has(_ day: Day) -> Bool {
        guard month.numbers.contains(day.month) else { return false }
        let byMonth = dayOfMonth.numbers.contains(day.day)
        let byWeek = dayOfWeek.numbers.contains(day.weekday) || day.weekday == 0 && dayOfWeek.numbers.contains(7)
        let isRestricted = !dayOfMonth.text.hasPrefix("*") && !dayOfWeek.text.hasPrefix("*")
        return isRestricted ? byMonth || byWeek : byMonth && byWeek
    }

    /// A day of the calendar; 0 is Sunday.
    struct Day {
        var year: Int
        var month: Int
        var day: Int
        var weekday: Int
    }

    /// The days from 1970-01-01, a Thursday, to the end of 2199.
    static let calendar: [Day] = {
        var days: [Day] = []
        var today = Day(year: 1970, month: 1, day: 1, weekday: 4)
        while today.year < 2200 {
            days.append(today)
            let isLeap = today.year % 400 == 0 || today.year % 4 == 0 && today.year % 100 != 0
            let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][today.month - 1]
            today.weekday = (today.weekday + 1) % 7
            today.day += 1
            if today.day > length { (today.month, today.day) = (today.month + 1, 1) }
            if today.month > 12 { (today.year, today.month) = (today.year + 1, 1) }
        }
        return days
    }()
}

extension CronOracle {
    /// Five random fields; one in `rarity` is `*`.
    static func random(starOneIn rarity: Int, using random: inout SeededRandom) -> CronOracle {
        CronOracle(
            minute: field(0...59, names: [], rarity, &random), hour: field(0...23, names: [], rarity, &random),
            dayOfMonth: field(1...31, names: [], rarity, &random),
            month: field(1...12, names: Array(monthNames), rarity, &random),
            dayOfWeek: field(0...7, names: Array(dayNames), rarity, &random))
    }

    private static let monthNames = [
        "jan", "Feb", "MAR", "apr", "may", "Jun", "jul", "aug", "sep", "oct", "nov", "dEc",
    ]
    private static let dayNames = ["sun", "Mon", "TUE", "wed", "thu", "fri", "Sat"]

    private static func field(
        _ numbers: ClosedRange<Int>, names: [String], _ rarity: Int, _ random: inout SeededRandom
    ) -> Field {
        guard !random.oneIn(rarity) else { return Field(text: "*", numbers: Set(numbers)) }
        if random.oneIn(5) {
            let step = random.number(1...numbers.upperBound)
            return Field(
                text: "*/\(step)", numbers: Set(stride(from: numbers.lowerBound, through: numbers.upperBound, by: step))
            )
        }
        func spelled(_ number: Int) -> String {
            let index = number - numbers.lowerBound
            if index < names.count, random.oneIn(2) { return names[index] }
            return number < 10 && random.oneIn(4) ? "0\(number)" : "\(number)"
        }
        var texts: [String] = []
        var all: Set<Int> = []
        for _ in 0..<random.number(1...3) {
            let from = random.number(numbers)
            let to = random.number(from...numbers.upperBound)
            switch random.number(0...2) {
            case 0:
                texts.append(spelled(from))
                all.insert(from)
            case 1:
                texts.append("\(spelled(from))-\(spelled(to))")
                all.formUnion(from...to)
            default:
                let step = random.number(1...numbers.upperBound)
                texts.append("\(spelled(from))-\(spelled(to))/\(step)")
                all.formUnion(stride(from: from, through: to, by: step))
            }
        }
        return Field(text: texts.joined(separator: ","), numbers: all)
    }
}
