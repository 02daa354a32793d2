/// The two ways syslog writes a time.
enum SyslogTimestamp {
    /// Reads an RFC 3339 time and moves past it; nanoseconds since 1970-01-01 UTC.
    ///
    /// As RFC 5424 section 6.2.3 wants it: capital `T` and `Z`, no second 60. It allows six digits of a fraction;
    /// nine are accepted, because many senders write them.
    static func rfc3339(_ cursor: inout SyslogCursor) -> Int64? {
        guard let year = cursor.number(digits: 4), cursor.skip(UInt8(ascii: "-")),
            let month = cursor.number(digits: 2), cursor.skip(UInt8(ascii: "-")),
            let day = cursor.number(digits: 2), cursor.skip(UInt8(ascii: "T")),
            CivilDate.exists(year: year, month: month, day: day),
            let second = self.secondOfDay(&cursor),
            let nanosecond = self.fraction(&cursor),
            let offset = self.zoneOffset(&cursor)
        else { return nil }
        let days = CivilDate.days(year: year, month: month, day: day)
        let (scaled, overflow) = (days * 86_400 + Int64(second) - offset).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? nil : scaled + Int64(nanosecond)
    }

    /// Reads `Mmm dd hh:mm:ss`, with an optional fraction, and moves past it; nanoseconds since 1970-01-01 UTC.
    ///
    /// The day is padded with a space or a zero, or not at all (RFC 3164 section 4.1.2). Some devices write the year behind
    /// the time; it is read where `mayHaveYear`.
    static func rfc3164(_ cursor: inout SyslogCursor, _ clock: SyslogClock, mayHaveYear: Bool) -> Int64? {
        guard let month = self.monthName(&cursor), cursor.skip(UInt8(ascii: " ")),
            let day = self.paddedDay(&cursor), cursor.skip(UInt8(ascii: " ")),
            let second = self.secondOfDay(&cursor),
            let nanosecond = self.fraction(&cursor)
        else { return nil }
        let year = mayHaveYear ? self.yearBehind(&cursor) : nil
        guard let seconds = clock.seconds(year: year, month: month, day: day, secondOfDay: second) else { return nil }
        return seconds * 1_000_000_000 + Int64(nanosecond)
    }

    /// Moves past a space and a year that another space follows.
    private static func yearBehind(_ cursor: inout SyslogCursor) -> Int? {
        let start = cursor.position
        if cursor.skip(UInt8(ascii: " ")), let year = cursor.number(digits: 4), (1970..<2200).contains(year),
            cursor.next == UInt8(ascii: " ")
        {
            return year
        }
        cursor.position = start
        return nil
    }

    private static func secondOfDay(_ cursor: inout SyslogCursor) -> Int? {
        guard let hour = cursor.number(digits: 2), hour < 24, cursor.skip(UInt8(ascii: ":")),
            let minute = cursor.number(digits: 2), minute < 60, cursor.skip(UInt8(ascii: ":")),
            let second = cursor.number(digits: 2), second < 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// Zero when there is no fraction, `nil` for a point without digits or more than nine of them.
    private static func fraction(_ cursor: inout SyslogCursor) -> Int? {
        guard cursor.skip(UInt8(ascii: ".")) else { return 0 }
        let digits = cursor.take(atMost: 9, while: \.isDigit)
        guard !digits.isEmpty, cursor.next?.isDigit != true else { return nil }
        var value = 0
        for index in digits { value = value * 10 + Int(cursor.bytes[index] - UInt8(ascii: "0")) }
        for _ in digits.count..<9 { value *= 10 }
        return value
    }

    private static func zoneOffset(_ cursor: inout SyslogCursor) -> Int64? {
        if cursor.skip(UInt8(ascii: "Z")) { return 0 }
        let isWest = cursor.next == UInt8(ascii: "-")
        guard cursor.skip(UInt8(ascii: "-")) || cursor.skip(UInt8(ascii: "+")),
            let hour = cursor.number(digits: 2), hour < 24, cursor.skip(UInt8(ascii: ":")),
            let minute = cursor.number(digits: 2), minute < 60
        else { return nil }
        let offset = Int64(hour * 3600 + minute * 60)
        return isWest ? -offset : offset
    }

    private static func monthName(_ cursor: inout SyslogCursor) -> Int? {
        guard cursor.position + 3 <= cursor.bytes.count else { return nil }
        let names: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        let found = names.withUTF8Buffer { names in
            (0..<12).first { month in (0..<3).allSatisfy { names[month * 3 + $0] == cursor.bytes[cursor.position + $0] }
            }
        }
        cursor.position += 3
        return found.map { $0 + 1 }
    }

    private static func paddedDay(_ cursor: inout SyslogCursor) -> Int? {
        if cursor.skip(UInt8(ascii: " ")) { return cursor.number(digits: 1) }
        return cursor.number(digits: 2) ?? cursor.number(digits: 1)
    }
}
