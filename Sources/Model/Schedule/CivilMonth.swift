/// A month of the Gregorian calendar, and where its days lie; days are counted from 1970-01-01, day 0.
///
/// Written out here because a schedule needs nothing but whole days in UTC, and the same answer on every machine.
struct CivilMonth: Comparable {
    /// The last month with a year of four digits, which is all that RFC 3339 can write.
    static let last = CivilMonth(year: 9999, month: 12)
    /// Days after which weekdays and leap years repeat: 400 years, a whole number of weeks.
    static let cycle = 146_097

    /// The year, from 1970 to 9999.
    let year: Int
    /// The month, from 1 to 12.
    let month: Int

    init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    /// The month that `day` lies in, and which of its days that is, from 1.
    static func containing(day: Int) -> (month: CivilMonth, day: Int) {
        // No year has more than 366 days, so this one is not too late; too early, up to 9999, by 17 at most.
        var month = CivilMonth(year: 1970 + day / 366, month: 1)
        while true {
            let next = CivilMonth(year: month.year + 1, month: 1)
            guard next.firstDay <= day else { break }
            month = next
        }
        while month.firstDay + month.length <= day { month = month.next }
        return (month, day - month.firstDay + 1)
    }

    /// How many days it has.
    var length: Int {
        switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The day its first is.
    var firstDay: Int {
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400
        // 719,162 days lie between 0001-01-01 and 1970-01-01.
        return before * 365 + leapDays - 719_162 + daysBeforeMonth
    }

    /// The weekday of its first, where 0 is Sunday: day 0 was a Thursday.
    var firstWeekday: Int { (firstDay + 4) % 7 }

    /// The month after it.
    var next: CivilMonth {
        month == 12 ? CivilMonth(year: year + 1, month: 1) : CivilMonth(year: year, month: month + 1)
    }

    /// The month before it.
    var previous: CivilMonth {
        month == 1 ? CivilMonth(year: year - 1, month: 12) : CivilMonth(year: year, month: month - 1)
    }

    static func < (left: Self, right: Self) -> Bool { (left.year, left.month) < (right.year, right.month) }

    private var isLeapYear: Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    private var daysBeforeMonth: Int {
        let common = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]
        return common + (month > 2 && isLeapYear ? 1 : 0)
    }
}
