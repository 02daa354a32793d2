/// Arithmetic on dates of the Gregorian calendar.
enum CivilDate {
    /// Days since 1970-01-01; the month counts from 1.
    static func days(year: Int, month: Int, day: Int) -> Int64 {
        // Counting years from March puts the leap day last, so that each month starts at a fixed day of the year.
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let era = shifted.dividedDown(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * ((month + 9) % 12) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The year that a day since 1970-01-01 lies in.
    static func year(ofDay day: Int64) -> Int {
        var year = 1970 + Int(day.dividedDown(by: 366))
        while self.days(year: year + 1, month: 1, day: 1) <= day { year += 1 }
        return year
    }

    /// Whether the year has this day; the month counts from 1.
    static func exists(year: Int, month: Int, day: Int) -> Bool {
        guard month == 2, day == 29 else { return day >= 1 && day <= self.longestMonth(month) }
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// How many days the month has at most; 0 for a month that does not exist.
    static func longestMonth(_ month: Int) -> Int {
        switch month {
        case 2: 29
        case 4, 6, 9, 11: 30
        case 1...12: 31
        default: 0
        }
    }
}

extension Int64 {
    /// Division that rounds towards negative infinity.
    func dividedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
